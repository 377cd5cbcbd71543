"""Triangles to pixels without a graphics card: a depth buffer over numpy's arrays.

**Convention (image):** pixels, x to the right, y down; larger depths are nearer to the viewer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32

Ints = NDArray[np.int64]

_DEPTH_STEPS = float(1 << 30)
_TINY = 1e-9


@dataclass(frozen=True, eq=False)
class Fragments:
    """Places where triangles cover a pixel's middle.

    Attributes:
        pixel: (F,) row by row.
        triangle: (F,) its number.
        depth: (F,).
    """

    pixel: Ints
    triangle: Ints
    depth: Float32


def cover(points: Float32, triangles: Ints, width: int, height: int) -> Fragments:
    """All places that triangles cover, hidden ones too.

    Args:
        points: (V, 3) x and y in pixels, and depth.
        triangles: (T, 3).
        width: of the picture.
        height: of the picture.
    """
    corners = points[triangles]  # (T, 3, 3)
    corners = np.take_along_axis(corners, corners[:, :, 1].argsort(1)[:, :, None], axis=1)
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = (corners[:, i].T for i in range(3))
    first = np.clip(np.ceil(ay - 0.5), 0, height).astype(np.int64)
    rows = np.clip(np.ceil(cy - 0.5), 0, height).astype(np.int64) - first
    span = np.repeat(np.arange(len(triangles)), np.maximum(rows, 0))
    row = _runs(np.maximum(rows, 0)) + first[span]
    y = row + np.float32(0.5)
    long = ax[span] + (y - ay[span]) * _slope(cx - ax, cy - ay)[span]
    upper = y < by[span]
    short = np.where(
        upper,
        ax[span] + (y - ay[span]) * _slope(bx - ax, by - ay)[span],
        bx[span] + (y - by[span]) * _slope(cx - bx, cy - by)[span],
    )
    left = np.clip(np.ceil(np.minimum(long, short) - 0.5), 0, width).astype(np.int64)
    count = np.clip(np.ceil(np.maximum(long, short) - 0.5), 0, width).astype(np.int64) - left
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    area = np.where(np.abs(area) < _TINY, np.inf, area)
    along_x = ((bz - az) * (cy - ay) - (cz - az) * (by - ay)) / area
    along_y = ((cz - az) * (bx - ax) - (bz - az) * (cx - ax)) / area
    start = az[span] + along_x[span] * (left + 0.5 - ax[span]) + along_y[span] * (y - ay[span])
    count = np.maximum(count, 0)
    step = _runs(count)
    pixel = np.repeat(row * width + left, count) + step
    depth = np.repeat(start, count) + np.repeat(along_x[span], count) * step
    return Fragments(pixel, np.repeat(span, count), depth.astype(np.float32))


def _slope(across: Float32, down: Float32) -> Float32:
    return np.asarray(across / np.where(np.abs(down) < _TINY, np.inf, down), np.float32)


def _runs(counts: Ints) -> Ints:
    """0, 1, … for each count, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)


def nearest(found: Fragments, pixels: int) -> tuple[Ints, Ints]:
    """Pixels that are covered, and the nearest triangle's number in each."""
    if not len(found.pixel):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    low, high = float(found.depth.min()), float(found.depth.max())
    scale = _DEPTH_STEPS / max(high - low, _TINY)
    steps = ((found.depth - np.float32(low)) * scale).astype(np.int64) + 1
    buffer = np.zeros(pixels, np.int64)
    np.maximum.at(buffer, found.pixel, (steps << 32) | found.triangle)
    seen = np.flatnonzero(buffer)
    return seen, buffer[seen] & 0xFFFFFFFF


def weights(points: Float32, corners: Ints, pixel: Ints, width: int) -> Float32:
    """Barycentric weights (P, 3) of pixels' middles in the triangles (P, 3) that are seen there."""
    x = (pixel % width + 0.5).astype(np.float32)
    y = (pixel // width + 0.5).astype(np.float32)
    (ax, ay), (bx, by), (cx, cy) = (points[corners[:, i], :2].T for i in range(3))
    area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
    area = np.where(np.abs(area) < _TINY, 1.0, area)
    b = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area
    c = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area
    return np.stack([1.0 - b - c, b, c], axis=1).astype(np.float32)
