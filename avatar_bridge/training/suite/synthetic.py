"""Rendered faces of people who taught nothing: every shape, the head and the gaze are known.

The pictures are drawn once, of a seed that no training set is made with, and kept as shards in
the suite's cache: delete that folder to draw them anew with a renderer that has changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.analyze.gaze import solve_gaze
from avatar_bridge.analyze.pose import FOCAL_SIDES, solve_head_pose
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.suite.agree import gaze_degrees, geodesic_degrees, shape_r
from avatar_bridge.training.suite.reader import (
    Picture,
    Reader,
    Reading,
    Readings,
    read_all,
    weights_of,
)
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.training.synthetic.files import write_shard
from avatar_bridge.training.synthetic.gl import open_context
from avatar_bridge.training.synthetic.mesh import load_mesh
from avatar_bridge.training.synthetic.samples import SampleMaker
from avatar_bridge.types import Float32, Image, Landmarks

MESH = "ict_facekit"
SEED = 990_001  # training sets are made of small ones
_SHARD = 100
_SEEDS_APART = 100_003  # as `avatar-bridge-train samples` spaces the seeds of its shards
_TONGUE = BLENDSHAPE_INDEX["tongueOut"]
_EYES_SHUT = 0.5  # of a blink from which on nobody can see where an eye looks
_ROWS = {"landmarks": (70, 2), "weights": (52,), "gaze": (2, 2), "head_position": (3,),
         "head_orientation": (4,)}  # fmt: skip
_FIRST_LENS, _LENS_STEPS = 2.0, 4  # picture sides, and how often it is mended


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Rendered faces and their truth, as in `synthetic.truth.Truth`.

    Attributes:
        images: (N, S, S) uint8 grey.
        focals: (N,) focal lengths in pixels.
    """

    images: Image
    landmarks: Float32
    weights: Float32
    gaze: Float32
    head_position: Float32
    head_orientation: Float32
    focals: Float32

    def picture(self, row: int) -> Picture:
        """One of them, cut at its true points."""
        image = cv2.cvtColor(self.images[row], cv2.COLOR_GRAY2BGR)
        return Picture.around(image, self.landmarks[row], float(self.focals[row]))


def draw_faces(cache: Path, root: Path, count: int, console: Console) -> Faces:
    """Read the test faces, drawing those that are not in the cache yet.

    Args:
        cache: folder of what is kept between runs.
        root: folder of data sets, with ICT-FaceKit in it.
        count: how many faces.
        console: for progress.

    Raises:
        ConfigError: no mesh or no OpenGL where pictures have to be drawn.
    """
    folder = cache / f"faces_{SEED}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"shard_{shard:03d}.npz" for shard in range(-(-count // _SHARD))]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        maker = SampleMaker(open_context(), load_mesh(root / MESH))
        for path in track(missing, "drawing test faces", console=console):
            shard = paths.index(path)
            made = list(maker.make(_SHARD, seed=SEED * _SEEDS_APART + shard))
            draft = path.with_suffix(".part.npz")  # a run that is killed leaves no half shard
            write_shard(draft, [image for image, _ in made], [truth for _, truth in made])
            draft.replace(path)
    shards = [load_arrays(path, _ROWS) for path in paths]
    joined = {
        name: np.concatenate([shard[name] for shard in shards])[:count]
        for name in ("images", *_ROWS)
    }
    size = joined["images"].shape[1]
    rows = zip(joined["landmarks"], joined["head_position"], strict=True)
    focals = [size * true_focal(points, place, size) for points, place in rows]
    return Faces(**joined, focals=np.array(focals, np.float32))


def true_focal(points: Float32, position: Float32, size: int) -> float:
    """The focal length in picture sides with which a head is seen at its true distance.

    The truth names no camera. On faces drawn with known ones this is right to 5%, by which the
    error of the orientation changes by less than 0.01 degrees.

    Args:
        points: (70, 2) true points in pixels.
        position: (3,) true place of the head, metres.
        size: of the picture in pixels.
    """
    lens = _FIRST_LENS
    for _ in range(_LENS_STEPS):
        side = round(size * lens / FOCAL_SIDES)
        moved = Landmarks(points + np.float32((side - size) / 2))
        lens *= float(position[2] / solve_head_pose(moved, (side, side)).position[2])
    return lens


def read_faces(readers: Sequence[Reader], faces: Faces, console: Console) -> Readings:
    """What every reader says of every face."""
    rows = track(range(len(faces.images)), "test faces", console=console)
    return read_all(readers, (faces.picture(row) for row in rows))


def judge_shapes(
    said: Readings, faces: Faces
) -> tuple[dict[str, Cell], dict[str, Cell], dict[str, Cell], dict[str, NDArray[np.float64]]]:
    """How well every weight follows the truth.

    A shape that a reader does not read, or a teacher leaves at rest, counts as r = 0.

    Returns:
        By reader: the mean r over the shapes but the tongue; the worst of them; the tongue's,
        empty where it is never shown; and the r of every shape (52,), NaN where it never moves.
    """
    mean, worst, tongue, shapes = {}, {}, {}, {}
    for name, readings in said.items():
        r = shape_r(weights_of(readings), faces.weights, still=0.0)
        shapes[name] = r
        if np.isfinite(r[_TONGUE]):
            tongue[name] = Cell(float(r[_TONGUE]))
        others = np.where(np.arange(len(r)) == _TONGUE, np.nan, r)
        lost = sum(reading is None for reading in readings)
        mean[name] = Cell(float(np.nanmean(others)), f"{lost} not found" if lost else "")
        lowest = int(np.nanargmin(others))
        worst[name] = Cell(float(others[lowest]), BLENDSHAPES[lowest])
    return mean, worst, tongue, shapes


def geometry_alone(faces: Faces) -> tuple[float, float]:
    """Mean errors in degrees of head and gaze that our solvers make of the true points.

    People's eyes and skulls differ from the mean face: no net that is read through the solvers
    comes below this, save by luck.
    """
    said: Readings = {"": []}
    for row, points in enumerate(faces.landmarks):
        offset, size = faces.picture(row).frame()
        landmarks = Landmarks(points + offset)
        pose = solve_head_pose(landmarks, size)
        gaze = solve_gaze(landmarks, pose, size)
        both = np.stack([gaze.left, gaze.right])
        said[""].append(Reading(faces.weights[row], points, pose.orientation, both, 1.0))
    heads, gazes = judge_angles(said, faces)
    return heads[""].value or 0.0, gazes[""].value or 0.0


def judge_angles(said: Readings, faces: Faces) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Mean errors in degrees by reader: of the head, and of the gaze of eyes that are open."""
    blinks = [BLENDSHAPE_INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")]
    seen = faces.weights[:, blinks] < _EYES_SHUT  # (N, 2)
    heads, gazes = {}, {}
    for name, readings in said.items():
        rows = [row for row, reading in enumerate(readings) if reading is not None]
        found = [reading for reading in readings if reading is not None]
        if not found:
            heads[name] = gazes[name] = Cell(note="no face found")
            continue
        turned = geodesic_degrees(
            np.stack([reading.orientation for reading in found]), faces.head_orientation[rows]
        )
        looked = gaze_degrees(np.stack([reading.gaze for reading in found]), faces.gaze[rows])
        heads[name] = Cell(float(turned.mean()))
        gazes[name] = Cell(float(looked[seen[rows]].mean()))
    return heads, gazes
