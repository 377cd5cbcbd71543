"""What every set of portraits gives.

A module of this package exposes `create(root, size, margin, lift, **options) -> Portraits`: the
picture that the net takes, and the options of the recipe's `[data.options]`; `limit` cuts the set
to so many rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32, Image

FREE = 255  # number of the emotion of a face of which nobody says that it shows one


@dataclass(frozen=True, slots=True, eq=False)
class Portraits:
    """Grey faces, all cut alike.

    Attributes:
        name: for messages.
        images: (N, S, S) uint8.
        emotions: (N,) uint8 number of `facs.emotions.EMOTIONS`, `FREE` where none is known.
        rho: (N,) how strongly it is shown, in [0, 1].
        weights: (N, 52) blendshapes in [0, 1], canonical order.
        splits: (N,) uint8, as `datasets.source`'s.
        sitting: pictures one after the other that show one head in one light, so that each is
            what the others would look like; 1 where no two do.
    """

    name: str
    images: Image
    emotions: NDArray[np.uint8]
    rho: Float32
    weights: Float32
    splits: NDArray[np.uint8]
    sitting: int = 1

    def rows(self, split: int) -> NDArray[np.int64]:
        """Indices of the rows of one split."""
        return np.flatnonzero(self.splits == split)
