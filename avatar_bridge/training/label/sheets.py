"""The pictures of a set of tile sheets, in the order of its rows (see `datasets.tiles`)."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.arrays import load_arrays, read_arrays
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.training.label.views import View, view_original, view_tile

LABELS = "labels.npz"
_NAMES = "file_name"  # the array of `labels.npz` with the name of each tile's photograph


def tile_count(folder: Path, tile: int) -> int:
    """How many tiles hold a picture: as many as `labels.npz` has rows, all where there is none.

    Raises:
        ConfigError: the sheets are missing, not of such tiles, or fewer than the rows.
    """
    if tile < 1:
        raise ConfigError(f"tile: expected at least 1 px, got {tile}")
    tiles = sum(1 for _ in iterate_tiles(folder, tile))
    if not (folder / LABELS).is_file():
        return tiles
    rows = max(
        (len(array) for array in read_arrays(folder / LABELS).values() if array.ndim), default=0
    )
    if rows > tiles:
        raise ConfigError(f"{folder}: expected {rows} tiles of {tile} px, got {tiles}")
    return rows


def tile_views(folder: Path, tile: int) -> Iterator[View]:
    """The tiles as the teacher is shown them.

    Raises:
        ConfigError: the sheets are missing or not of such tiles.
    """
    return (view_tile(image) for _, image in iterate_tiles(folder, tile))


def original_views(folder: Path, tile: int, originals: Path) -> Iterator[View]:
    """The photographs that the tiles were made of, as the teacher is shown them.

    Args:
        folder: of the sheets and `labels.npz`, whose `file_name` says which photograph it was.
        tile: side of a tile in pixels.
        originals: folder of the photographs.

    Raises:
        ConfigError: there are no names, or a photograph is missing or broken.
    """
    for name in load_arrays(folder / LABELS, {_NAMES: ()})[_NAMES]:
        path = originals / str(name)
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ConfigError(f"expected a picture at {path}, got none")
        yield view_original(np.asarray(picture, np.uint8), tile)
