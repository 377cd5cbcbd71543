"""Tiles of sheets (see `datasets.tiles`), as they are, with the parts beside the face."""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.training.datasets.arrays import load_arrays, read_arrays
from avatar_bridge.training.datasets.duplicates import keep_apart
from avatar_bridge.training.datasets.labels import emotions_of, splits_of
from avatar_bridge.training.datasets.scenes.base import Grounds, Material
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.types import Float32, Image

_THUMBNAIL = 48  # px; enough to compare pictures
_PATCHES = 1.0 / 3.0  # per tile
_PATCH_SIDES = (0.15, 0.4)  # of the tile
_PATCH_TRIES = 8
_PATCH_OVERLAP = 0.02  # IoU with the face box up to which a patch shows no face


def create(
    root: Path,
    folder: str,
    tile: int,
    validation: float = 0.05,
    label_mix: float = 0.0,
    apart: float | None = None,
    photographs: bool = False,
    weight: float = 1.0,
    limit: int | None = None,
) -> Material:
    """Read the training rows of a set whose teacher found the face.

    Args:
        root: folder of data sets.
        folder: name of this set in it.
        tile: side of a tile in pixels.
        validation: share of the training rows that is held out.
        label_mix: see `labels.emotions_of`.
        apart: leave out rows whose picture is a test row's too; see `duplicates`. None for none.
        photographs: whether scenes may show its tiles as they are, and the parts beside the face.
        weight: see `Material`.
        limit: read only so many rows, for trying things out.

    Raises:
        ConfigError: the folder or one of its files is missing.
    """
    path = root / folder
    labels = read_arrays(path / "labels.npz")
    splits = splits_of(labels, validation)
    teacher = load_arrays(path / "teacher.npz", {"landmarks": (POINTS, 2)}, len(splits))
    points = teacher["landmarks"].astype(np.float32)
    taken = np.isfinite(points).all(axis=(1, 2)) & (splits != TEST)
    tiles = np.empty((int(taken.sum()), tile, tile), np.uint8)
    small = np.zeros((len(splits), _THUMBNAIL, _THUMBNAIL), np.uint8)
    seen = 0
    for index, image in iterate_tiles(path, tile):
        if index >= len(splits):
            break
        small[index] = cv2.resize(image, small.shape[1:], interpolation=cv2.INTER_AREA)
        if taken[index]:
            tiles[seen] = image
            seen += 1
    if seen != len(tiles):
        raise ConfigError(f"{path}: expected {len(tiles)} tiles with a face, got {seen}")
    kept = taken.copy()
    if apart is not None:
        kept &= keep_apart(folder, small, splits, apart)
    rows = np.flatnonzero(kept)[:limit]
    tiles = tiles[np.cumsum(taken)[rows] - 1]
    points, splits = points[rows], splits[rows]
    grounds: Grounds = {}
    if photographs:
        for split in (TRAIN, VALIDATION):
            chosen = np.flatnonzero(splits == split)
            grounds[split] = _beside(tiles[chosen], points[chosen])
    return Material(
        name=folder,
        tiles=tiles,
        points=points,
        emotions=emotions_of(labels, label_mix)[rows],
        splits=splits,
        grounds=grounds,
        weight=weight,
        photographs=photographs,
    )


def _beside(tiles: Image, points: Float32) -> tuple[Image, ...]:
    """Squares that hold next to nothing of the face, from one tile in three."""
    rng = np.random.default_rng(0)
    found = []
    for tile, place in zip(tiles, points, strict=True):
        if rng.random() >= _PATCHES:
            continue
        face = face_box(place)[0]
        for _ in range(_PATCH_TRIES):
            side = rng.uniform(*_PATCH_SIDES) * len(tile)
            x, y = rng.uniform(0, len(tile) - side, 2)
            if box_overlap(np.array([x, y, x + side, y + side], np.float32), face) < _PATCH_OVERLAP:
                found.append(tile[int(y) : int(y + side), int(x) : int(x + side)].copy())
                break
    return tuple(found)
