"""Faces of people who taught no generator: photographs, and drawn heads with a known answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.training.suite.clips import teacher_weights
from avatar_bridge.training.suite.synthetic import MESH, SEED
from avatar_bridge.types import Float32, Image, Landmarks

NEWS, NEWS_TILE = "muxspace", 192
FER, FER_TILE = "fer2013", 48
SHOWN = tuple(name for name in EMOTIONS if name != "neutral")
_NEUTRAL = EMOTION_INDEX["neutral"]


@dataclass(frozen=True, slots=True, eq=False)
class Sitter:
    """One face in a picture.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        landmarks: in its pixels.
        emotion: that people saw in it.
    """

    image: Image
    landmarks: Landmarks
    emotion: str


def load_news(root: Path, most: int) -> list[Sitter]:
    """News photographs of the test people: the first faces at rest.

    Raises:
        ConfigError: the folder or one of its files is missing or broken.
    """
    labels = load_arrays(root / NEWS / "labels.npz", {"split": (), "emotion": ()})
    held = labels["split"] != 0
    chosen = held & (labels["emotion"] == _NEUTRAL)
    return _load(root / NEWS, NEWS_TILE, labels["emotion"], [chosen], most)


def load_fer(root: Path, most: int) -> tuple[list[Sitter], list[Sitter]]:
    """FER-2013's PublicTest: the first faces at rest, and as many of each of the six emotions.

    Raises:
        ConfigError: the folder or one of its files is missing or broken.
    """
    labels = load_arrays(root / FER / "labels.npz", {"fer_label": (), "usage": ()})
    held, numbers = labels["usage"] != 0, labels["fer_label"]
    classes = [held & (numbers == EMOTION_INDEX[name]) for name in ("neutral", *SHOWN)]
    found = _load(root / FER, FER_TILE, numbers, classes, most)
    rest = [sitter for sitter in found if sitter.emotion == "neutral"]
    return rest, [sitter for sitter in found if sitter.emotion != "neutral"]


def _load(
    folder: Path,
    tile: int,
    emotions: NDArray[np.integer],
    classes: list[NDArray[np.bool_]],
    most: int,
) -> list[Sitter]:
    _, points = teacher_weights(folder / "teacher.npz", len(emotions))
    seen = np.isfinite(points).all(axis=(1, 2))
    wanted = {int(row) for chosen in classes for row in np.flatnonzero(chosen & seen)[:most]}
    sitters = []
    for row, image in iterate_tiles(folder, tile):  # in the order of the rows
        if row in wanted:
            colour = np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
            name = EMOTIONS[int(emotions[row])]
            sitters.append(Sitter(colour, Landmarks(points[row]), name))
    return sitters


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A drawn head at rest, and the same picture with an expression.

    Attributes:
        rest: (S, S) uint8, cut as a generator takes it.
        truth: (S, S) uint8.
        emotion: that it shows.
        rho: how strongly, in [0, 1].
        weights: (52,) that it shows, canonical order.
    """

    rest: Image
    truth: Image
    emotion: str
    rho: float
    weights: Float32


def draw_pairs(
    cache: Path, root: Path, heads: int, size: int, margin: float, lift: float, console: Console
) -> list[Pair]:
    """Drawn heads of a seed that no training set is made with; kept in a folder.

    Args:
        cache: folder of what is kept between runs.
        root: folder of data sets, with ICT-FaceKit in it.
        heads: how many.
        size: S.
        margin: of the cut (`geometry.crop_transform`).
        lift: of the cut.
        console: for progress.

    Raises:
        ConfigError: no mesh or no OpenGL where pictures have to be drawn.
    """
    from avatar_bridge.training.synthetic.sittings import sittings, write_sittings

    path = cache / f"sittings_{SEED}_{heads}_{size}_{margin:g}_{lift:g}.npz"
    if not path.is_file():
        from avatar_bridge.training.synthetic.gl import open_context
        from avatar_bridge.training.synthetic.mesh import load_mesh
        from avatar_bridge.training.synthetic.samples import SampleMaker

        maker = SampleMaker(open_context(), load_mesh(root / MESH))
        cache.mkdir(parents=True, exist_ok=True)
        with console.status("drawing test heads"):
            made = list(sittings(maker, heads, SEED, size, margin, lift))
        write_sittings(path, made)
    return list(_pairs(load_arrays(path, {})))


def _pairs(arrays: dict[str, np.ndarray]) -> Iterator[Pair]:
    for head, numbers in enumerate(arrays["emotions"]):
        for place, number in enumerate(numbers):
            if number < len(EMOTIONS) and number != _NEUTRAL:
                yield Pair(
                    arrays["images"][head, 0],
                    arrays["images"][head, place],
                    EMOTIONS[int(number)],
                    float(arrays["rho"][head, place]),
                    arrays["weights"][head, place].astype(np.float32),
                )
