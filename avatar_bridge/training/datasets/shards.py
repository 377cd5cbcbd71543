"""Rendered faces with exact truth: a folder of `shard_*.npz`.

Each holds `images` (N, H, W) uint8 grey, `landmarks` (N, 70, 2) in pixels, `weights` (N, 52) in
[0, 1] and `blendshape_names`, as `avatar-bridge-train samples` writes them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.datasets.arrays import read_arrays
from avatar_bridge.training.datasets.source import (
    CACHE_SIZE,
    TRAIN,
    VALIDATION,
    FaceSource,
    cache_crop,
    held_out,
)
from avatar_bridge.training.datasets.tiles import teach_units


def create(
    root: Path,
    folder: str,
    nodes: Sequence[str] | None = None,
    validation: float = 0.03,
    weight: float = 1.0,
    trust: float = 1.0,
    limit: int | None = None,
    only: int | None = None,
) -> FaceSource:
    """Read rendered faces into memory.

    Args:
        root: folder of data sets.
        folder: name of this set in it, or an absolute path.
        nodes: action units that it may teach; painted brows, say, do not carry over to real
            ones. None is all.
        validation: share of the rows that is held out.
        weight: see `FaceSource`.
        trust: see `FaceSource`.
        limit: read only so many rows, for trying things out.
        only: read only the rows of this split; a rendered set has no test rows.

    Raises:
        ConfigError: no shards, or a node that `facs` does not know.
    """
    paths = sorted((root / folder).glob("shard_*.npz"))
    if not paths:
        raise ConfigError(f"expected shard_*.npz in {root / folder}, got none")
    crops, points, units, keys = [], [], [], []
    for path in paths:
        shard = read_arrays(path)
        units.append(teach_units(shard["weights"], shard["blendshape_names"]))
        for row, (image, landmarks) in enumerate(
            zip(shard["images"], shard["landmarks"], strict=True)
        ):
            crop, moved = cache_crop(image, landmarks.astype(np.float32))
            crops.append(crop)
            points.append(moved)
            keys.append(f"{path.stem}:{row}")
    splits = np.where(held_out(keys, validation), VALIDATION, TRAIN).astype(np.uint8)
    rows = np.flatnonzero((splits == only) | (only is None))[:limit]
    taught = np.concatenate(units)
    taught[:, _silent(nodes)] = np.nan
    return FaceSource(
        name=Path(folder).name,
        crops=np.stack(crops)[rows],
        points=np.stack(points)[rows],
        units=taught[rows],
        emotions=np.full((len(rows), len(EMOTIONS)), np.nan, np.float32),
        splits=splits[rows],
        backgrounds=np.empty((0, CACHE_SIZE, CACHE_SIZE), np.uint8),
        weight=weight,
        trust=trust,
    )


def _silent(nodes: Sequence[str] | None) -> list[int]:
    """Columns of the action units that are not to be taught."""
    if nodes is None:
        return []
    unknown = set(nodes) - ACTION_UNIT_INDEX.keys()
    if unknown:
        raise ConfigError(f"expected action units of facs, got {', '.join(sorted(unknown))}")
    return [index for name, index in ACTION_UNIT_INDEX.items() if name not in nodes]
