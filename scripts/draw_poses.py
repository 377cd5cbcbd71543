"""Draw faces whose head turns while a few movements are known, and note what a net reads of them.

The data from which `scripts/fit_pose.py` takes the pose corrections of a net: people who taught
nothing, each at rest, blinking, winking, smiling, frowning and looking about, at any turn of the
head that a webcam sees. Needs the `train` extra, ICT-FaceKit's mesh and OpenGL.

    python scripts/draw_poses.py DATA/ict_facekit poses.npz --net student --count 2400
"""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from avatar_bridge.analyze.face import FaceAnalyzer
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.geometry import cut_face
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.suite.reader import Picture
from avatar_bridge.training.suite.synthetic import true_focal
from avatar_bridge.training.synthetic.eyes import look_weights
from avatar_bridge.training.synthetic.gl import open_context
from avatar_bridge.training.synthetic.looks import random_person
from avatar_bridge.training.synthetic.mesh import load_mesh
from avatar_bridge.training.synthetic.samples import SampleMaker, develop, random_head
from avatar_bridge.training.synthetic.truth import Truth
from avatar_bridge.types import FaceAnalysis, FaceCrop, Float32

SEED = 990_002  # training sets are made of small ones, the suite of 990,001
PICTURES_OF_ONE = 6  # each person does all the movements once, each with the head held otherwise
MOST_YAW, MOST_PITCH, MOST_ROLL = (math.radians(angle) for angle in (48.0, 32.0, 12.0))
MOST_LOOK = math.radians(30.0)


def movements(rng: np.random.Generator) -> Iterator[dict[str, float]]:
    """What one person does: shapes and weights in [0, 1]."""

    def looking() -> dict[str, float]:
        return look_weights(*rng.uniform(-1, 1, 2) * MOST_LOOK * (1.0, 0.8))

    def strength() -> float:
        return 1.0 if rng.random() < 0.4 else float(rng.random())

    side = rng.choice(["Left", "Right"])
    yield looking()
    yield dict.fromkeys(("eyeBlinkLeft", "eyeBlinkRight"), strength())
    yield {f"eyeBlink{side}": strength()}
    yield looking() | dict.fromkeys(("mouthSmileLeft", "mouthSmileRight"), strength())
    yield looking() | dict.fromkeys(("mouthFrownLeft", "mouthFrownRight"), strength())
    yield look_weights(float(rng.normal(0, 0.1)), -float(rng.uniform(0, MOST_LOOK)))


def draw(maker: SampleMaker, people: int) -> Iterator[tuple[np.ndarray, Truth]]:
    """(S, S) grey pictures and their truth, `PICTURES_OF_ONE` of each person."""
    rng = np.random.default_rng(SEED)
    for _ in range(people):
        neutral = random_person(maker.mesh, rng)
        head = random_head(neutral, maker.size, rng)
        for shapes in movements(rng):
            weights = np.zeros(len(BLENDSHAPES), np.float32)
            for name, value in shapes.items():
                weights[BLENDSHAPE_INDEX[name]] = value
            turn = rng.uniform(-1, 1, 3) * (MOST_YAW, MOST_PITCH, MOST_ROLL)
            picture, truth = maker.draw(head.turned(*turn), weights)
            yield develop(picture, rng), truth


def read(analyzer: FaceAnalyzer, image: np.ndarray, truth: Truth) -> FaceAnalysis:
    """What the net says of a picture, its crop cut at the true points."""
    size = image.shape[0]
    focal = size * true_focal(truth.landmarks, truth.head_position, size)
    colored = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    picture = Picture.around(colored, truth.landmarks, focal)
    offset, frame = picture.frame()
    crop = cut_face(
        picture.image, picture.box, picture.roll, analyzer.crop_margin, analyzer.crop_size
    )
    to_frame: Float32 = crop.to_frame.copy()
    to_frame[:, 2] += offset
    return analyzer.analyze(FaceCrop(crop.image, to_frame), frame)


def main() -> None:
    """Draw, read, and keep what was read beside the truth."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("mesh", type=Path, help="folder of ICT-FaceKit's mesh")
    parser.add_argument("out", type=Path, help="OUT.npz")
    parser.add_argument("--net", default="student")
    parser.add_argument("--count", type=int, default=2400)
    asked = parser.parse_args()
    analyzer = FaceAnalyzer(Net(ModelStore().find(asked.net), 1))
    maker = SampleMaker(open_context(), load_mesh(asked.mesh))
    rows: dict[str, list[np.ndarray]] = {}
    people = -(-asked.count // PICTURES_OF_ONE)
    pictures = draw(maker, people)
    for number, (image, truth) in enumerate(track(pictures, total=people * PICTURES_OF_ONE)):
        said = read(analyzer, image, truth)
        for name, value in {
            "person": np.array(number // PICTURES_OF_ONE),
            "presence": np.array(said.presence),
            "units": said.action_units.intensities,
            "orientation": said.head_pose.orientation,
            "gaze": np.stack([said.gaze.left, said.gaze.right]),
            "true_weights": truth.weights,
            "true_orientation": truth.head_orientation,
            "true_gaze": truth.gaze,
        }.items():
            rows.setdefault(name, []).append(value)
    np.savez_compressed(asked.out, **{name: np.stack(values) for name, values in rows.items()})


if __name__ == "__main__":
    main()
