"""Rendered faces with exact truth: a folder of `shard_*.npz` (see `datasets.shards`)."""

from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION, held_out


def create(
    root: Path,
    folder: str = "rendered",
    most: int = 8000,
    validation: float = 0.05,
    weight: float = 1.0,
    optional: bool = True,
    limit: int | None = None,
) -> Material:
    """Read rendered faces, evenly from all shards.

    Args:
        root: folder of data sets.
        folder: name of this set in it, or an absolute path.
        most: how many faces.
        validation: share of the rows that is held out.
        weight: see `Material`.
        optional: whether a missing folder gives no faces instead of an error.
        limit: read only so many rows, for trying things out.

    Raises:
        ConfigError: no shards, or a broken one.
    """
    paths = sorted((root / folder).glob("shard_*.npz"))
    if not paths and not optional:
        raise ConfigError(f"expected shard_*.npz in {root / folder}, got none")
    tiles = [np.empty((0, 1, 1), np.uint8)] if not paths else []
    points = [np.empty((0, 70, 2), np.float32)]
    keys: list[str] = []
    share = -(-min(most, limit or most) // max(len(paths), 1))
    for path in paths[: most if limit is None else -(-limit // share)]:
        shard = load_arrays(path, {"landmarks": (70, 2)})
        tiles.append(shard["images"][:share])
        points.append(shard["landmarks"][:share].astype(np.float32))
        keys += [f"{path.stem}:{row}" for row in range(len(tiles[-1]))]
    return Material(
        name=Path(folder).name,
        tiles=np.concatenate(tiles),
        points=np.concatenate(points),
        emotions=np.full((len(keys), len(EMOTIONS)), np.nan, np.float32),
        splits=np.where(held_out(keys, validation), VALIDATION, TRAIN).astype(np.uint8),
        weight=weight,
    )
