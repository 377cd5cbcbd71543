"""Agreement with the teacher on the public clips, frame by frame at the teacher's points."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.suite.agree import shape_r
from avatar_bridge.training.suite.reader import Picture, Reader, read_all, weights_of
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.types import Float32, Image

CLIPS = ("d0", "d3", "d10", "d12", "d18")
FOLDER = "clips"
_POINTS = 70


def teacher_weights(path: Path, count: int | None = None) -> tuple[Float32, Float32]:
    """A teacher's weights (N, 52) in canonical order and its points (N, 70, 2) in pixels.

    NaN where it saw no face; 0 for a shape that it does not have.

    Raises:
        ConfigError: the file is missing or broken.
    """
    arrays = load_arrays(path, {"landmarks": (_POINTS, 2)}, count)
    missing = {"blendshapes", "blendshape_names"} - arrays.keys()
    if missing:
        raise ConfigError(f"{path}: expected the arrays {', '.join(sorted(missing))}")
    names = [str(name) for name in arrays["blendshape_names"]]
    weights = np.zeros((len(arrays["blendshapes"]), len(BLENDSHAPES)), np.float32)
    for index, shape in enumerate(BLENDSHAPES):
        if shape in names:
            weights[:, index] = arrays["blendshapes"][:, names.index(shape)]
    return weights, arrays["landmarks"].astype(np.float32)


def measure_clips(
    readers: Sequence[Reader], root: Path, console: Console, most: int | None = None
) -> tuple[dict[str, Cell], dict[str, NDArray[np.float64]]]:
    """Mean r of every reader, and of every shape (52,) the mean of the clips that move it.

    Args:
        readers: the teacher among them gets no figure.
        root: folder of data sets.
        console: for progress.
        most: frames of a clip; all where None.

    Raises:
        ConfigError: a clip or its teacher's reading is missing.
    """
    pupils = [reader for reader in readers if not reader.teaches]
    found: dict[str, list[NDArray[np.float64]]] = {reader.name: [] for reader in pupils}
    for name in track(CLIPS, "clips", console=console):
        weights, points = teacher_weights(root / FOLDER / f"{name}.teacher.npz")
        seen = np.flatnonzero(np.isfinite(points).all(axis=(1, 2)))[:most]
        wanted = dict.fromkeys(seen.tolist())
        frames = clip_frames(root / FOLDER / f"{name}.mp4")
        pictures = (Picture.around(image, points[row]) for row, image in frames if row in wanted)
        said = read_all(pupils, pictures)
        for reader, readings in said.items():
            found[reader].append(shape_r(weights_of(readings), weights[seen[: len(readings)]]))
    cells = {reader.name: Cell(note="is the teacher") for reader in readers if reader.teaches}
    shapes = {}
    for reader, rows in found.items():
        cells[reader] = Cell(float(np.mean([np.nanmean(row) for row in rows])))
        shapes[reader] = _mean_of_known(np.stack(rows))
    return cells, shapes


def _mean_of_known(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    known = np.isfinite(rows)
    total = np.where(known, rows, 0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def clip_frames(path: Path) -> Iterator[tuple[int, Image]]:
    """Number and (H, W, 3) BGR picture of every frame."""
    if not path.is_file():
        raise ConfigError(f"expected a clip at {path}, got none")
    video = cv2.VideoCapture(str(path))
    row = 0
    try:
        while True:
            good, image = video.read()
            if not good:
                return
            yield row, np.asarray(image, np.uint8)
            row += 1
    finally:
        video.release()
