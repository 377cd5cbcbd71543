"""The head's smooth form: ellipsoids that melt into each other, as a signed distance.

**Convention:** one unit is a decimetre; +x to the subject's left, +y up, +z out of the face; the
origin lies between the eyes, in the middle of the head. The form is the same left and right.
"""

from functools import cache

import numpy as np
from scipy.ndimage import map_coordinates, spline_filter

from avatar_bridge.avatar.head.falloff import Floats

EYE = np.array([0.40, 0.0, 0.50])  # the left eyeball's centre
EYE_RADIUS = 0.40
LID_RADIUS = 1.045 * EYE_RADIUS
CENTRE = np.array([0.0, -0.10, 0.0])  # every ray from here meets the skin once

# Centre and radii of an ellipsoid, and how softly it melts into those before it.
_Lump = tuple[tuple[float, float, float], tuple[float, float, float], float]
_LUMPS: tuple[_Lump, ...] = (
    ((0.0, 0.25, -0.10), (1.00, 1.02, 1.04), 0.0),  # skull
    ((0.0, -0.42, 0.22), (0.82, 0.74, 0.66), 0.30),  # face
    ((0.46, -0.38, 0.45), (0.40, 0.36, 0.36), 0.25),  # cheek
    ((0.0, -0.97, 0.54), (0.27, 0.19, 0.25), 0.27),  # chin
    ((0.0, -0.60, 0.62), (0.40, 0.26, 0.28), 0.22),  # muzzle
    ((0.0, 0.02, 0.84), (0.09, 0.26, 0.10), 0.14),  # bridge of the nose
    ((0.0, -0.26, 0.98), (0.135, 0.115, 0.13), 0.12),  # tip
    ((0.095, -0.295, 0.90), (0.075, 0.065, 0.085), 0.07),  # wing
)
_LID = ((0.40, 0.0, 0.50), (LID_RADIUS, LID_RADIUS, LID_RADIUS), 0.10)
_FAR, _HALVINGS = 2.0, 26
_GRID = np.linspace(-1.3, 1.3, 131)  # of the map of depths


def distance(points: Floats, *, lids: bool = True) -> Floats:
    """How far points (N, 3) are outside of the skin (N,), about; negative inside."""
    at = points * (1.0, 1.0, 1.0)
    at[:, 0] = np.abs(at[:, 0])
    found: Floats | None = None
    for centre, radii, soft in (*_LUMPS, *((_LID,) if lids else ())):
        away = (at - centre) / radii
        length = np.linalg.norm(away, axis=1)
        slope = np.linalg.norm(away / radii, axis=1)
        lump = length * (length - 1.0) / np.maximum(slope, 1e-9)
        found = lump if found is None else _melt(found, lump, soft)
    assert found is not None
    return found


def _melt(a: Floats, b: Floats, soft: float) -> Floats:
    """The smooth union of two forms."""
    share = np.maximum(soft - np.abs(a - b), 0.0) / soft
    return np.asarray(np.minimum(a, b) - share**2 * soft / 4.0)


def along(rays: Floats, start: Floats = CENTRE) -> Floats:
    """Where rays (N, 3) from `start` leave the skin (N, 3)."""
    rays = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    low, high = np.full(len(rays), 0.2), np.full(len(rays), _FAR)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        inside = distance(start + rays * middle[:, None]) < 0.0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.asarray(start + rays * high[:, None])


def depth(x: Floats, y: Floats, *, lids: bool = True) -> Floats:
    """The skin's z (N,) in front of places (N,) of the face, read from a map.

    Args:
        x: to the subject's left.
        y: up.
        lids: whether the lids' bulge over the eyeballs counts.
    """
    grid = _depths(lids)
    scale = (len(_GRID) - 1) / (_GRID[-1] - _GRID[0])
    where = np.stack([(y - _GRID[0]) * scale, (x - _GRID[0]) * scale])
    return np.asarray(map_coordinates(grid, where, order=3, prefilter=False, mode="nearest"))


@cache
def _depths(lids: bool) -> Floats:
    half = _GRID[len(_GRID) // 2 :]
    x, y = (a.ravel() for a in np.meshgrid(half, _GRID))
    low, high = np.full(x.size, -0.2), np.full(x.size, 1.6)
    for _ in range(18):
        middle = (low + high) / 2.0
        inside = distance(np.stack([x, y, middle], axis=1), lids=lids) < 0.0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    right = high.reshape(len(_GRID), -1)
    full = np.concatenate([right[:, :0:-1], right], axis=1)
    return np.asarray(spline_filter(full, order=3))
