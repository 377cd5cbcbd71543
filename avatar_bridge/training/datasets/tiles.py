"""Sheets of equal tiles, with labels and a teacher's points and blendshapes beside them.

A folder holds `sheet_NN.png` or `.jpg` (tiles row by row, in the order of the arrays),
`labels.npz` (see `labels.py`) and `teacher.npz`: `landmarks` (N, 70, 2) in pixels of the tile,
`blendshapes` (N, 52) in [0, 1] and `blendshape_names`; NaN where the teacher saw no face.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNITS, mirrored
from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.training.datasets.arrays import read_arrays
from avatar_bridge.training.datasets.duplicates import keep_apart
from avatar_bridge.training.datasets.labels import emotions_of, splits_of
from avatar_bridge.training.datasets.source import (
    CACHE_SIZE,
    TEST,
    TRAIN,
    FaceSource,
    cache_crop,
)
from avatar_bridge.types import Float32, Image

DEAD_SPREAD = 0.01  # a channel that moves less than this teaches only to keep still
_NEUTRAL = 0.8  # share of the votes from which on a face is at rest
_THUMBNAIL = 48  # px
_PATCHES_PER_TILE = 2
_PATCH_TRIES = 8
_PATCH_OVERLAP = 0.08  # IoU with the face box up to which a patch counts as background


def create(
    root: Path,
    folder: str,
    tile: int,
    validation: float = 0.03,
    label_mix: float = 0.0,
    backgrounds: bool = False,
    weight: float = 1.0,
    trust: float = 1.0,
    emotion_trust: float = 1.0,
    limit: int | None = None,
    only: int | None = None,
    apart: float | None = None,
    quiet: float = 0.0,
) -> FaceSource:
    """Read a set of tile sheets into memory; rows without a teacher's face are left out.

    Args:
        root: folder of data sets.
        folder: name of this set in it.
        tile: side of a tile in pixels.
        validation: share of the training rows that is held out.
        label_mix: see `labels.emotions_of`.
        backgrounds: whether to cut patches without a face from the surroundings.
        weight: see `FaceSource`.
        trust: see `FaceSource`.
        emotion_trust: see `FaceSource`.
        limit: read only so many rows, for trying things out.
        only: read only the rows of this split.
        apart: leave out training rows whose picture is in another split or twice in this one;
            from which likeness on, see `duplicates`.
        quiet: of the training rows with a neutral face, in what share the units that the teacher
            never moves count as 0. Rendered faces alone teach those units; this tells the net
            that a real face at rest does not show them. A share, so that it weighs little.

    Raises:
        ConfigError: the folder or one of its files is missing.
    """
    path = root / folder
    labels, teacher = read_arrays(path / "labels.npz"), read_arrays(path / "teacher.npz")
    points = teacher["landmarks"].astype(np.float32)
    units = teach_units(teacher["blendshapes"], teacher["blendshape_names"])
    splits = splits_of(labels, validation)
    found = np.isfinite(points).all(axis=(1, 2))
    dead = _dead(units[found & (splits == TRAIN)])
    units[:, dead] = np.nan
    emotions = emotions_of(labels, label_mix)
    if quiet:
        resting = found & (splits == TRAIN) & (emotions[:, EMOTION_INDEX["neutral"]] >= _NEUTRAL)
        resting &= np.random.default_rng(0).random(len(resting)) < quiet
        units[np.ix_(resting, dead | np.isnan(units).all(axis=0))] = 0.0
    if apart is not None and only != TEST:  # test rows never give way
        found &= keep_apart(folder, thumbnails(path, tile, len(splits)), splits, apart)
    if only is not None:
        found &= splits == only
    seen = np.flatnonzero(found)[:limit]
    wanted = dict.fromkeys(seen.tolist())
    crops = np.empty((len(seen), CACHE_SIZE, CACHE_SIZE), np.uint8)
    patches: list[Image] = []
    rng = np.random.default_rng(0)
    row = 0
    for index, image in iterate_tiles(path, tile):
        if index not in wanted:
            continue
        crops[row], moved = cache_crop(image, points[index])
        if backgrounds and splits[index] == TRAIN:
            patches.extend(_background(image, face_box(points[index])[0], rng))
        points[index] = moved
        row += 1
    if row != len(seen):
        raise ConfigError(f"{path}: expected {len(seen)} tiles with a face, got {row}")
    return FaceSource(
        name=folder,
        crops=crops,
        points=points[seen],
        units=units[seen],
        emotions=emotions[seen],
        splits=splits[seen],
        moments=np.zeros(len(seen), np.int8),
        backgrounds=np.array(patches, np.uint8).reshape(-1, CACHE_SIZE, CACHE_SIZE),
        weight=weight,
        trust=trust,
        emotion_trust=emotion_trust,
    )


def thumbnails(folder: Path, tile: int, count: int) -> Image:
    """(count, 48, 48) uint8 copies of the first tiles, small enough to compare each with each."""
    small = np.zeros((count, _THUMBNAIL, _THUMBNAIL), np.uint8)
    for index, image in iterate_tiles(folder, tile):
        if index < count:
            small[index] = cv2.resize(image, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA)
    return small


def iterate_tiles(folder: Path, tile: int) -> Iterator[tuple[int, Image]]:
    """Number and picture (tile, tile) of every tile, sheet after sheet, row by row.

    Raises:
        ConfigError: no sheets, or one that is not made of such tiles.
    """
    sheets = sorted(path for path in folder.glob("sheet_*") if path.suffix in {".png", ".jpg"})
    if not sheets:
        raise ConfigError(f"expected sheet_NN.png or .jpg in {folder}, got none")
    index = 0
    for path in sheets:
        sheet = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if sheet is None or sheet.shape[0] % tile or sheet.shape[1] % tile:
            got = None if sheet is None else sheet.shape
            raise ConfigError(f"{path}: expected a sheet of {tile} px tiles, got {got}")
        for top in range(0, sheet.shape[0], tile):
            for left in range(0, sheet.shape[1], tile):
                yield index, np.asarray(sheet[top : top + tile, left : left + tile], np.uint8)
                index += 1


def teach_units(
    blendshapes: NDArray[np.floating], names: Sequence[str] | NDArray[np.str_]
) -> Float32:
    """A teacher's blendshapes as action units.

    Args:
        blendshapes: (N, S) in [0, 1].
        names: (S,) ARKit names.

    Returns:
        (N, U) float32 in the order of `facs.action_units`; NaN where it has no such shape.
    """
    column = {str(name): index for index, name in enumerate(names)}
    units = np.full((len(blendshapes), len(ACTION_UNITS)), np.nan, np.float32)
    for index, unit in enumerate(ACTION_UNITS):
        if unit.arkit in column:
            units[:, index] = blendshapes[:, column[unit.arkit]]
    return units


def _dead(units: Float32) -> NDArray[np.bool_]:
    """(U,) nodes that the teacher hardly moves; both sides of a pair share one fate."""
    spread = units.std(axis=0)
    partner = [ACTION_UNIT_INDEX[mirrored(unit.name)] for unit in ACTION_UNITS]
    return np.fmax(spread, spread[partner]) < DEAD_SPREAD


def _background(image: Image, face: Float32, rng: np.random.Generator) -> Iterator[Image]:
    """Squares of a picture that hold next to nothing of the face."""
    side = image.shape[0]
    found = 0
    for _ in range(_PATCH_TRIES):
        width = rng.uniform(0.25, 0.6) * side
        x, y = rng.uniform(0, side - width, 2)
        box = np.array([x, y, x + width, y + width], np.float32)
        if box_overlap(box, face) > _PATCH_OVERLAP:
            continue
        x0, y0, x1, y1 = box.astype(int)
        patch = cv2.resize(image[y0:y1, x0:x1], (CACHE_SIZE, CACHE_SIZE))
        yield np.asarray(patch, np.uint8)
        found += 1
        if found == _PATCHES_PER_TILE:
            return
