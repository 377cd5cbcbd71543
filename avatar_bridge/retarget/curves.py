"""Responses: from what a mix says to how far a shape moves.

A response is a dead zone, a curve, a gain and a soft limit, one after the other. Each of them
rises and is continuous, so their chain is too. It is worked out once, into a table.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32

Numbers = NDArray[np.float64]

CURVES: Mapping[str, Callable[[Numbers], Numbers]] = {
    "linear": lambda x: x,
    "ease_in": lambda x: x * x,  # gentle at rest
    "ease_out": lambda x: x * (2.0 - x),  # quick at rest
    "smooth": lambda x: x * x * (3.0 - 2.0 * x),  # gentle at both ends
}

STEPS = 256  # of a table; between them straight lines, so off by less than a step's rise


def dead_zone(x: Numbers, width: float) -> Numbers:
    """0 up to `width`, then a straight line to 1 at 1."""
    return np.maximum(x - width, 0.0) / (1.0 - width)


def curve(x: Numbers, form: str | tuple[tuple[float, float], ...]) -> Numbers:
    """A named curve, or straight lines through points."""
    if isinstance(form, str):
        return CURVES[form](x)
    along, up = np.transpose(form)
    return np.asarray(np.interp(x, along, up), np.float64)


def soft_limit(x: Numbers, limit: float, knee: float) -> Numbers:
    """X up to knee · limit, then ever closer to `limit`, without a corner; never steeper than x."""
    bend = knee * limit
    room = limit - bend
    if room <= 0.0:
        return np.minimum(x, limit)
    over = np.maximum(x - bend, 0.0)
    return np.minimum(x, bend) + room * -np.expm1(-over / room)


class Responses:
    """Several responses at once.

    Args:
        table: (n, STEPS + 1) in [0, 1], each row the response at 0, 1 / STEPS, … 1.
    """

    def __init__(self, table: Float32) -> None:
        self._rows = np.arange(len(table)) * table.shape[1]
        self._values = np.ascontiguousarray(table, np.float32).ravel()

    def __call__(self, mixes: Float32) -> Float32:
        """Weights (n,) of mixes (n,) in [0, 1]."""
        along = mixes * np.float32(STEPS)
        step = np.minimum(along.astype(np.intp), STEPS - 1)
        below = self._rows + step
        low = self._values[below]
        rise = self._values[below + 1] - low
        weights = low + (along - step.astype(np.float32)) * rise
        return np.asarray(np.minimum(weights, np.float32(1.0)), np.float32)
