"""What every source of a scene's material gives.

A module of this package exposes `create(root, **options) -> Material`, where the options are those
of the recipe's `[data.options]`, and `limit` cuts it to so many rows.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.types import Float32, Image

Grounds = dict[int, tuple[Image, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Faces to be pasted, and pictures without a face to paste them on; no test rows.

    **Convention:** pixel coordinates count from the picture's edge: the first pixel's middle is
    at 0.5. NaN means that nobody knows.

    Attributes:
        name: for messages.
        tiles: (N, T, T) uint8 grey, one face each.
        points: (N, 70, 2) float32 in pixels of the tile; known for every row.
        emotions: (N, 7) float32 that sum to 1, in the order of `facs.emotions`; NaN where unknown.
        splits: (N,) uint8, TRAIN or VALIDATION.
        grounds: pictures (H, W) uint8 of any size that show no face, by split.
        weight: how often its faces are taken relative to other sets.
        photographs: whether the tiles are photographs that a scene may show as they are.
    """

    name: str
    tiles: Image
    points: Float32
    emotions: Float32
    splits: NDArray[np.uint8]
    grounds: Grounds = field(default_factory=dict)
    weight: float = 1.0
    photographs: bool = False

    def __post_init__(self) -> None:
        count = len(self.tiles)
        for name, shape in (
            ("points", (count, POINTS, 2)),
            ("emotions", (count, len(EMOTIONS))),
            ("splits", (count,)),
        ):
            got = getattr(self, name).shape
            if got != shape:
                raise ValueError(f"{self.name}.{name}: expected shape {shape}, got {got}")
        if not np.isin(self.splits, (TRAIN, VALIDATION)).all():
            raise ValueError(f"{self.name}: expected no test rows, got some")

    def rows(self, split: int) -> NDArray[np.int64]:
        """Indices of the rows of one split."""
        return np.flatnonzero(self.splits == split)
