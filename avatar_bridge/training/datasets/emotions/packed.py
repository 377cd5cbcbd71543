"""FER-2013 with FER+ votes as sheets of tiles (see `datasets.tiles`)."""

from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.datasets.arrays import first_rows, load_arrays, need_numbers
from avatar_bridge.training.datasets.duplicates import keep_apart
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.emotions.fer import ALIKE, FERPLUS, own_shares, vote_shares
from avatar_bridge.training.datasets.labels import splits_of
from avatar_bridge.training.datasets.source import TEST, TRAIN
from avatar_bridge.training.datasets.teacher import read_teacher, unseen
from avatar_bridge.training.datasets.tiles import iterate_tiles

_MOST_VOTES = 255
_PUBLIC = 1  # PublicTest; the training part is 0
_ARRAYS = {"fer_label": (), "ferplus_votes": (len(FERPLUS),), "usage": (), "csv_row": ()}


def create(
    root: Path,
    folder: str = "fer2013",
    tile: int = 48,
    validation: float = 0.04,
    weight: float = 1.0,
    trust: float = 1.0,
    limit: int | None = None,
) -> EmotionSource:
    """Read the whole set into memory, less the training rows that show what a test row shows.

    Args:
        root: folder of data sets.
        folder: name of this set in it.
        tile: side of a tile in pixels.
        validation: share of the training rows that is held out.
        weight: see `EmotionSource`.
        trust: see `EmotionSource`.
        limit: rows per split, for trying things out.

    Raises:
        ConfigError: the folder or one of its files is missing, broken, or lacks a split.
    """
    path = root / folder
    arrays = load_arrays(path / "labels.npz", _ARRAYS)
    need_numbers(path / "labels.npz", "fer_label", arrays["fer_label"], len(EMOTIONS) - 1)
    need_numbers(path / "labels.npz", "ferplus_votes", arrays["ferplus_votes"], _MOST_VOTES)
    need_numbers(path / "labels.npz", "usage", arrays["usage"], _PUBLIC)
    splits = splits_of(arrays, validation)
    count = len(splits)
    images = np.empty((count, tile, tile), np.uint8)
    seen = 0
    for index, image in iterate_tiles(path, tile):
        if index < count:
            images[index] = image
            seen += 1
    if seen != count:
        raise ConfigError(f"{path}: expected {count} tiles of {tile} px, got {seen}")
    kept = np.flatnonzero(keep_apart(folder, images, splits, ALIKE))
    rows = kept[first_rows(splits[kept], limit)]
    taught = path / "teacher.npz"
    yaw, points = read_teacher(taught, count) if taught.is_file() else unseen(count)
    return EmotionSource(
        name=folder,
        images=images[rows],
        labels={
            "emotions": vote_shares(arrays["ferplus_votes"])[rows],
            "fer2013": own_shares(arrays["fer_label"])[rows],
        },
        splits=splits[rows],
        keys=np.array([f"csv row {row}" for row in arrays["csv_row"]])[rows],
        yaw=yaw[rows],
        points=points[rows],
        weight=weight,
        trust=trust,
    ).need(TRAIN, TEST)
