"""Smooth steps and bumps: what keeps neighbouring points together when a feature moves."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def step(x: Floats, low: float, high: float) -> Floats:
    """From 0 at `low` to 1 at `high`, level at both ends; `low` may be the larger one."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t))


def bump(x: Floats, centre: float, reach: float) -> Floats:
    """1 at `centre`, 0 from `reach` on either side of it, level at both."""
    return step(np.abs(x - centre), reach, 0.0)


def blob(points: Floats, centre: tuple[float, float, float], reach: float) -> Floats:
    """1 at `centre`, 0 from `reach` away from it; of points (N, 3)."""
    return step(np.linalg.norm(points - np.asarray(centre), axis=1), reach, 0.0)
