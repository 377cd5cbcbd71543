"""Figures that say how good a net is; all take numpy arrays and leave out NaN."""

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT

Array = NDArray[np.floating]
STILL = 0.02  # a shape with less spread than this has no meaningful correlation
_FEWEST = 3  # rows for a correlation


def pearson(predicted: Array, target: Array, still: float = STILL) -> NDArray[np.float64]:
    """Pearson's r of each column.

    Args:
        predicted: (N, K).
        target: (N, K); NaN where unknown.
        still: columns whose target spreads less get NaN.

    Returns:
        (K,) in [-1, 1]; NaN where it is not defined, 0 where only the prediction stands still.
    """
    columns = target.shape[1]
    result = np.full(columns, np.nan)
    for column in range(columns):
        known = np.isfinite(target[:, column])
        a = predicted[known, column].astype(np.float64)
        b = target[known, column].astype(np.float64)
        if len(a) < _FEWEST or b.std() <= still:
            continue
        spread = a.std() * b.std()
        result[column] = ((a - a.mean()) * (b - b.mean())).mean() / spread if spread > 0 else 0.0
    return result


def normalised_mean_error(predicted: Array, target: Array) -> float:
    """Mean distance of points in eye distances (centre to centre).

    Args:
        predicted: (N, P, 2).
        target: (N, P, 2) in the same unit, P at least 68 in iBUG order.
    """
    across = target[:, EYE_LEFT].mean(axis=1) - target[:, EYE_RIGHT].mean(axis=1)
    eyes = np.linalg.norm(across, axis=1)  # (N,)
    distance = np.linalg.norm(predicted - target, axis=2).mean(axis=1)
    return float(np.mean(distance / eyes))
