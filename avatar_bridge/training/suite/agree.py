"""Figures of the suite that take plain arrays."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.metrics import STILL, pearson
from avatar_bridge.training.synthetic.eyes import gaze_direction

Array = NDArray[np.floating]

RISE = 0.3  # of a weight from which on a shape counts as shown
PLACES = 3  # among so many of those that rise most
_OUTER_CORNERS = (36, 45)


def shape_r(said: Array, true: Array, still: float = STILL) -> NDArray[np.float64]:
    """(52,) Pearson's r of (N, 52) weights; rows of NaN in either are left out.

    NaN where a shape's truth spreads less than `still`; 0 where only what is said stands still.
    """
    known = np.isfinite(said).all(axis=1)
    return pearson(said[known], true[known], still)


def activated(neutral: Array, shown: Array, shape: int, companions: Collection[int] = ()) -> bool:
    """Whether a shape is seen to be shown: it rises enough, and few others rise more.

    Args:
        neutral: (52,) weights of the same face at rest.
        shown: (52,) weights of the face that shows the shape.
        shape: index of the shape.
        companions: indices of shapes that had to be shown with it; they are not ranked.
    """
    rise = np.asarray(shown, np.float64) - neutral
    rivals = [i for i in range(len(rise)) if i != shape and i not in companions]
    ahead = int((rise[rivals] > rise[shape]).sum())
    return bool(rise[shape] >= RISE and ahead < PLACES)


def rates(hits: Sequence[tuple[int, bool]]) -> NDArray[np.float64]:
    """(52,) share of hits of every shape; NaN where there was none to hit."""
    result = np.full(len(BLENDSHAPES), np.nan)
    for shape in {shape for shape, _ in hits}:
        result[shape] = np.mean([hit for which, hit in hits if which == shape])
    return result


def geodesic_degrees(said: Array, true: Array) -> NDArray[np.float64]:
    """(N,) degrees between orientations (N, 4), quaternions x, y, z, w."""
    apart = Rotation.from_quat(said) * Rotation.from_quat(true).inv()
    return np.asarray(np.degrees(apart.magnitude()))


def gaze_degrees(said: Array, true: Array) -> NDArray[np.float64]:
    """(...) degrees between gazes (..., 2), yaw and pitch in radians."""
    rows = zip(np.reshape(said, (-1, 2)), np.reshape(true, (-1, 2)), strict=True)
    cosines = [float(gaze_direction(*map(float, a)) @ gaze_direction(*map(float, b)))
               for a, b in rows]  # fmt: skip
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return np.asarray(angles.reshape(np.shape(true)[:-1]))


def interocular_error(said: Array, true: Array) -> NDArray[np.float64]:
    """(N,) mean distance of 68 points (N, 68, 2), in distances of the eyes' outer corners."""
    right, left = (true[:, corner] for corner in _OUTER_CORNERS)
    apart = np.linalg.norm(left - right, axis=1)
    return np.asarray(np.linalg.norm(said[:, :68] - true[:, :68], axis=2).mean(axis=1) / apart)
