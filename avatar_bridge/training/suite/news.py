"""Agreement with the teacher on photographs of people who taught nothing, and steadiness."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.training.suite.agree import shape_r
from avatar_bridge.training.suite.clips import teacher_weights
from avatar_bridge.training.suite.reader import Picture, Reader, read_all, weights_of
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.types import Float32, Image

FOLDER = "muxspace"
_TILE = 192
COPIES = 60
FACES = 4
_NOISE = 3.0  # grey levels: a webcam's sensor indoors
_SHIFT = 0.5  # px to each side


@dataclass(frozen=True, slots=True, eq=False)
class News:
    """Faces of the test people.

    Attributes:
        images: (N, 192, 192) uint8 grey.
        points: (N, 70, 2) pixels, the teacher's.
        weights: (N, 52) the teacher's.
        neutral: (N,) whether the label says neutral.
    """

    images: Image
    points: Float32
    weights: Float32
    neutral: NDArray[np.bool_]


def load_news(root: Path, most: int | None = None) -> News:
    """The test people's faces that the teacher found; the first `most` of them.

    Raises:
        ConfigError: the folder or one of its files is missing or broken.
    """
    folder = root / FOLDER
    labels = load_arrays(folder / "labels.npz", {"split": (), "emotion": ()})
    weights, points = teacher_weights(folder / "teacher.npz", len(labels["split"]))
    seen = (labels["split"] != 0) & np.isfinite(points).all(axis=(1, 2))
    rows = np.flatnonzero(seen)[:most]
    images = np.empty((len(rows), _TILE, _TILE), np.uint8)
    place = {int(row): index for index, row in enumerate(rows)}
    for row, image in iterate_tiles(folder, _TILE):
        if row in place:
            images[place[row]] = image
    neutral = labels["emotion"][rows] == EMOTION_INDEX["neutral"]
    return News(images, points[rows], weights[rows], neutral)


def picture(news: News, row: int) -> Picture:
    """One of the faces."""
    return Picture.around(cv2.cvtColor(news.images[row], cv2.COLOR_GRAY2BGR), news.points[row])


def measure_news(
    readers: Sequence[Reader], news: News, console: Console
) -> tuple[dict[str, Cell], dict[str, NDArray[np.float64]]]:
    """Mean r of every reader over the shapes that the teacher moves, and that of every shape."""
    pupils = [reader for reader in readers if not reader.teaches]
    rows = track(range(len(news.images)), "news photographs", console=console)
    said = read_all(pupils, (picture(news, row) for row in rows))
    cells = {reader.name: Cell(note="is the teacher") for reader in readers if reader.teaches}
    shapes = {name: shape_r(weights_of(r), news.weights) for name, r in said.items()}
    return cells | {name: Cell(float(np.nanmean(r))) for name, r in shapes.items()}, shapes


def measure_rest(
    readers: Sequence[Reader], news: News, console: Console, faces: int = FACES
) -> dict[str, Cell]:
    """How much weights tremble while nothing moves.

    Each copy of a face is shifted by less than a pixel under a crop that stays, with noise of its
    own. The standard deviation over the copies is averaged over shapes and faces.
    """
    rng = np.random.default_rng(0)
    spread: dict[str, list[float]] = {reader.name: [] for reader in readers}
    chosen = np.flatnonzero(news.neutral)[:faces]
    for row in track(chosen, "at rest", console=console):
        copies = [_copy(picture(news, int(row)), rng) for _ in range(COPIES)]
        for name, readings in read_all(readers, copies).items():
            weights = weights_of(readings)
            known = np.isfinite(weights).all(axis=1)
            if known.sum() > COPIES // 2:
                spread[name].append(float(weights[known].std(axis=0).mean()))
    return {name: Cell(float(np.mean(v))) if v else Cell(note="no face found")
            for name, v in spread.items()}  # fmt: skip


def _copy(still: Picture, rng: np.random.Generator) -> Picture:
    """The picture a moment later: not quite in the same place, with other noise."""
    move = np.array([[1, 0, rng.uniform(-_SHIFT, _SHIFT)], [0, 1, rng.uniform(-_SHIFT, _SHIFT)]])
    size = still.image.shape[1::-1]
    moved = cv2.warpAffine(still.image, move, size, borderMode=cv2.BORDER_REPLICATE)
    grain = rng.normal(0, _NOISE, (*moved.shape[:2], 1))
    noisy = np.clip(moved + grain, 0, 255).astype(np.uint8)
    return Picture(noisy, still.box, still.roll, still.focal)
