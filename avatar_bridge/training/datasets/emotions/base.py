"""What every set of emotion labels gives.

A module of this package exposes `create(root, **options) -> EmotionSource`, where the options are
those of the recipe's `[data.options]`, and `limit` cuts every split to so many rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.emotion.base import LABEL_SETS
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION
from avatar_bridge.types import Float32, Image

SPLITS = {TRAIN: "train", VALIDATION: "validation", TEST: "test"}


@dataclass(frozen=True, slots=True, eq=False)
class EmotionSource:
    """Pictures of faces and what people said of them.

    NaN means "nobody knows": losses and scores leave it out.

    Attributes:
        name: for messages.
        images: (N, T, T) uint8 grey, one face each.
        labels: label set of `nets.emotion.base.LABEL_SETS` → (N, classes) float32 shares that sum
            to 1; NaN rows where unknown.
        splits: (N,) uint8, TRAIN, VALIDATION or TEST.
        keys: (N,) what each picture is called where it came from.
        yaw: (N,) degrees by which the head is turned, by a teacher; NaN where unknown.
        points: (N, 68 or more, 2) pixels of the picture, by a teacher; NaN where unknown.
        weight: share of the batches relative to the other sources.
        trust: how much its labels count in the loss.
    """

    name: str
    images: Image
    labels: dict[str, Float32]
    splits: NDArray[np.uint8]
    keys: NDArray[np.str_]
    yaw: Float32
    points: Float32
    weight: float = 1.0
    trust: float = 1.0

    def __post_init__(self) -> None:
        count = len(self.images)
        for label_set, shares in self.labels.items():
            if shares.shape != (count, LABEL_SETS[label_set]):
                raise ValueError(
                    f"{self.name}: expected {count} rows of {LABEL_SETS[label_set]} "
                    f"{label_set} labels, got {shares.shape}"
                )
        if self.weight < 0 or self.trust < 0:
            raise ConfigError(
                f"{self.name}: expected a weight and trust of 0 or more, got {self.weight} and "
                f"{self.trust}"
            )
        for name in ("splits", "keys", "yaw", "points"):
            if len(getattr(self, name)) != count:
                raise ValueError(
                    f"{self.name}.{name}: expected {count}, got {len(getattr(self, name))}"
                )

    def rows(self, split: int) -> NDArray[np.int64]:
        """Indices of the rows of one split."""
        return np.flatnonzero(self.splits == split)

    def need(self, *splits: int) -> "EmotionSource":
        """This source, once it is known to have rows of these splits.

        Raises:
            ConfigError: it has none of one of them.
        """
        for split in splits:
            if not len(self.rows(split)):
                raise ConfigError(f"{self.name}: expected a {SPLITS[split]} split, got no rows")
        return self


def known(shares: Float32) -> NDArray[np.bool_]:
    """(N,) whether a row of shares (N, C) says anything."""
    return np.asarray(np.isfinite(shares).all(axis=1))
