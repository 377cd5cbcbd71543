"""A picture in falling sizes, so that a window of fixed size meets faces of all sizes."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32

FACTOR = 0.709  # from one level to the next: half the area (MTCNN; paper 000)


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The picture at one size.

    Attributes:
        grey: (h, w) uint8.
        zoom: (2,) picture pixels along a pixel of this level, in x and y: each axis is rounded
            to whole pixels for itself.
    """

    grey: NDArray[np.uint8]
    zoom: Float32


def pyramid(grey: NDArray[np.uint8], min_face: float, cell: int) -> Iterator[Level]:
    """The levels on which a cell shows faces from `min_face` to as large as the picture.

    Args:
        grey: (H, W) uint8.
        min_face: side in pixels of the smallest face.
        cell: side in level pixels of the window that is moved over each level.
    """
    height, width = grey.shape
    shrink = min(1.0, cell / min_face)
    base = grey
    if shrink < 0.5:  # the whole picture is gone through once: twice the first level tells as much
        base = _shrunk(grey, round(2 * shrink * width), round(2 * shrink * height))
    while min(height, width) * shrink >= cell:
        columns, rows = max(cell, round(width * shrink)), max(cell, round(height * shrink))
        zoom = np.array([width / columns, height / rows], np.float32)
        yield Level(_shrunk(base, columns, rows), zoom)
        shrink *= FACTOR


def _shrunk(grey: NDArray[np.uint8], columns: int, rows: int) -> NDArray[np.uint8]:
    """The picture at this size, each pixel the mean of what it covers."""
    size = max(1, columns), max(1, rows)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
