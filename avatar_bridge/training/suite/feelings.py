"""How often the emotion that a face net reads is the one that people named (FER-2013)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.datasets.labels import fold_votes, one_hot
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.training.suite.clips import teacher_weights
from avatar_bridge.training.suite.reader import Picture, Reader, Reading, read_all
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.types import Float32

FOLDER = "fer2013"
_TILE = 48
_PERCENT = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Feelings:
    """The PublicTest's faces that the teacher found.

    Attributes:
        rows: (N,) numbers of the tiles.
        points: (N, 70, 2) pixels.
        own: (N, 7) FER-2013's own labels, one-hot.
        votes: (N, 7) shares of FER+'s votes; NaN where nobody named one of the seven.
    """

    rows: np.ndarray
    points: Float32
    own: Float32
    votes: Float32


def measure_emotions(
    readers: Sequence[Reader], root: Path, console: Console, most: int | None = None
) -> tuple[dict[str, Cell], dict[str, Cell]]:
    """Percent of faces whose likeliest emotion is right: by the own labels, and by FER+.

    Args:
        readers: those that read no emotions get no figure.
        root: folder of data sets.
        console: for progress.
        most: faces; all where None.

    Raises:
        ConfigError: the folder or one of its files is missing or broken.
    """
    faces = _load(root / FOLDER, most)
    able = [reader for reader in readers if not reader.teaches]
    pictures = track(
        _pictures(root / FOLDER, faces), "emotions", total=len(faces.rows), console=console
    )
    said = read_all(able, pictures)
    own, votes = {}, {}
    for name, readings in said.items():
        told = _likeliest(readings)
        own[name] = Cell(_share(told, faces.own))
        votes[name] = Cell(_share(told, faces.votes))
    return own, votes


def _load(folder: Path, most: int | None) -> Feelings:
    labels = load_arrays(
        folder / "labels.npz", {"fer_label": (), "ferplus_votes": (10,), "usage": ()}
    )
    _, points = teacher_weights(folder / "teacher.npz", len(labels["usage"]))
    seen = (labels["usage"] != 0) & np.isfinite(points).all(axis=(1, 2))
    rows = np.flatnonzero(seen)[:most]
    return Feelings(
        rows, points[rows], one_hot(labels["fer_label"][rows]),
        fold_votes(labels["ferplus_votes"][rows]),
    )  # fmt: skip


def _pictures(folder: Path, faces: Feelings) -> Iterator[Picture]:
    places = {int(row): place for place, row in enumerate(faces.rows)}
    for row, image in iterate_tiles(folder, _TILE):  # in the order of the rows
        if row in places:
            colour = np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
            yield Picture.around(colour, faces.points[places[row]])


def _likeliest(readings: Sequence[Reading | None]) -> np.ndarray:
    """(N,) index of the likeliest emotion; -1 where none was read."""
    return np.array(
        [-1 if r is None or r.emotions is None else int(r.emotions.argmax()) for r in readings]
    )


def _share(told: np.ndarray, shares: Float32) -> float:
    known = np.isfinite(shares).all(axis=1)
    return _PERCENT * float((told[known] == shares[known].argmax(axis=1)).mean())
