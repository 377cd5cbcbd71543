"""Rendered faces with exact truth: a folder of `shard_*.npz`.

Each holds `images` (N, H, W) uint8 grey, `landmarks` (N, 70, 2) in pixels, `weights` (N, 52) in
[0, 1] and `blendshape_names`, as `avatar-bridge-train samples` writes them; and perhaps `moments`
(N,) as `FaceSource` has them.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNITS
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.training.datasets.arrays import read_arrays
from avatar_bridge.training.datasets.source import (
    CACHE_SIZE,
    ROW_FIELDS,
    TRAIN,
    VALIDATION,
    FaceSource,
    cache_crop,
    held_out,
)
from avatar_bridge.training.datasets.tiles import teach_units
from avatar_bridge.types import Float32, Image


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
    whole = read_shards(paths, Path(folder).name, nodes, validation, weight, trust)
    return some_rows(whole, limit, only)


def read_shards(
    paths: Sequence[Path],
    name: str,
    nodes: Sequence[str] | None,
    validation: float,
    weight: float,
    trust: float,
) -> FaceSource:
    """All the rows of some shards; which are held out depends on file names and rows alone.

    Args:
        paths: of the shards; of none, a set without rows.
        name: of the set.
        nodes: see `create`, as all below.
        validation: share that is held out.
        weight: of the set.
        trust: of the set.

    Raises:
        ConfigError: a broken shard, or a node that `facs` does not know.
    """
    silent = _silent(nodes)
    crops: list[Image] = []
    points: list[Float32] = []
    units = [np.empty((0, len(ACTION_UNITS)), np.float32)]
    moments = [np.empty(0, np.int8)]
    keys: list[str] = []
    for path in paths:
        shard = read_arrays(path)
        steps = np.asarray(shard.get("moments", np.zeros(len(shard["images"]))), np.int8)
        moments.append(steps)
        units.append(teach_units(shard["weights"], shard["blendshape_names"]))
        for row, (image, landmarks) in enumerate(
            zip(shard["images"], shard["landmarks"], strict=True)
        ):
            crop, moved = cache_crop(image, landmarks.astype(np.float32))
            crops.append(crop)
            points.append(moved)
            keys.append(f"{path.stem}:{row + min(int(steps[row]), 0)}")  # a face stays in one split
    taught = np.concatenate(units)
    taught[:, silent] = np.nan
    return FaceSource(
        name=name,
        crops=np.array(crops, np.uint8).reshape(-1, CACHE_SIZE, CACHE_SIZE),
        points=np.array(points, np.float32).reshape(-1, POINTS, 2),
        units=taught,
        emotions=np.full((len(keys), len(EMOTIONS)), np.nan, np.float32),
        splits=np.where(held_out(keys, validation), VALIDATION, TRAIN).astype(np.uint8),
        moments=np.concatenate(moments),
        backgrounds=np.empty((0, CACHE_SIZE, CACHE_SIZE), np.uint8),
        weight=weight,
        trust=trust,
        exact=True,
    )


def some_rows(source: FaceSource, limit: int | None, only: int | None) -> FaceSource:
    """The first `limit` rows of the split `only`; None is all."""
    rows = np.flatnonzero((source.splits == only) | (only is None))[:limit]
    some = {field: getattr(source, field)[rows] for field in ROW_FIELDS}
    some["moments"][-1:] = np.minimum(some["moments"][-1:], 0)  # what comes after was left out
    return replace(source, **some)


def _silent(nodes: Sequence[str] | None) -> list[int]:
    """Columns of the action units that are not to be taught."""
    if nodes is None:
        return []
    unknown = set(nodes) - ACTION_UNIT_INDEX.keys()
    if unknown:
        raise ConfigError(f"expected action units of facs, got {', '.join(sorted(unknown))}")
    return [index for name, index in ACTION_UNIT_INDEX.items() if name not in nodes]
