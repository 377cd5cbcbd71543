"""The 52 weights by name, as senders spell them."""

import math

import numpy as np

from avatar_bridge.errors import WireError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, Capability
from avatar_bridge.types import Blendshapes, Float32


def _key(name: str) -> str:
    return name.rpartition(".")[2].replace("_", "").lower()


def _spellings(shape: str) -> tuple[str, ...]:
    for side in ("Left", "Right"):
        if shape.endswith(side):
            return _key(shape), _key(shape.removesuffix(side) + side[0])
    return (_key(shape),)


_INDEX = {
    key: index for shape, index in BLENDSHAPE_INDEX.items() for key in _spellings(shape)
}  # mouthSmileLeft, MouthSmileLeft, mouthSmile_L, blendShape1.mouthSmile_L …


class NamedWeights:
    """Weights that arrive by name, a few at a time; a name never heard is not supported."""

    def __init__(self) -> None:
        self._weights = np.zeros(len(BLENDSHAPES), np.float32)
        self._heard = np.zeros(len(BLENDSHAPES), np.bool_)

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """(52,) MEASURED for each that was heard."""
        return tuple(
            Capability.MEASURED if heard else Capability.UNSUPPORTED for heard in self._heard
        )

    def set(self, name: str, value: float) -> None:
        """Note one weight; what is beyond [0, 1] is taken as its nearer end.

        Names that are none of the 52 are left alone: an avatar has other shapes, too.

        Raises:
            WireError: not a number.
        """
        index = _INDEX.get(_key(name))
        if index is None:
            return
        if not math.isfinite(value):
            raise WireError(f"expected a weight for {name[:40]!r}, got {value}")
        self._weights[index] = min(max(value, 0.0), 1.0)
        self._heard[index] = True

    def blendshapes(self) -> Blendshapes:
        """All weights as they are now."""
        return Blendshapes(self._weights)


def clipped(values: Float32) -> Blendshapes:
    """(52,) weights in canonical order; what is beyond [0, 1] becomes its nearer end."""
    return Blendshapes(np.clip(values, 0.0, 1.0))
