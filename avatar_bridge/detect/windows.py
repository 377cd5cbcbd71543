"""Square windows on a picture, and what a net says of the face in each.

**Convention:** a window is (x0, y0, side) in picture pixels. Box offsets (dx0, dy0, dx1, dy1) are
what the face box's corners lie beyond the window's, in sides of the window. Points are the five of
`Detection`, five x and then five y, from the window's top left corner in sides of the window.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32

POINTS = 5


def corners(windows: Float32) -> Float32:
    """The windows (N, 3) as boxes (N, 4)."""
    return np.concatenate([windows[:, :2], windows[:, :2] + windows[:, 2:]], axis=1)


def place_boxes(windows: Float32, offsets: Float32) -> Float32:
    """The face boxes (N, 4) that the offsets (N, 4) of windows (N, 3) mean; seldom quite square."""
    return np.asarray(corners(windows) + offsets * windows[:, 2:], np.float32)


def place_points(windows: Float32, points: Float32) -> Float32:
    """The points (N, 5, 2) in picture pixels that a net's (N, 10) of windows (N, 3) mean."""
    pairs = points.reshape(-1, 2, POINTS).transpose(0, 2, 1)  # (N, 5, 2)
    return np.asarray(windows[:, None, :2] + pairs * windows[:, None, 2:], np.float32)


def squares(boxes: Float32) -> Float32:
    """The windows (N, 3) with the boxes' middles and the mean of their two sides."""
    side = ((boxes[:, 2:] - boxes[:, :2]).sum(axis=1) / 2)[:, None]
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    return np.concatenate([middle - side / 2, side], axis=1)


def are_boxes(boxes: Float32) -> NDArray[np.bool_]:
    """Which rows (N, 4) have an inside; NaN, infinite and turned ones have none."""
    return np.asarray(np.isfinite(boxes).all(axis=1) & (boxes[:, :2] < boxes[:, 2:]).all(axis=1))


def whole_pixels(windows: Float32) -> Float32:
    """The nearest windows (N, 3) whose edges lie between pixels, at least one pixel wide."""
    rounded = np.rint(windows)
    rounded[:, 2] = np.maximum(rounded[:, 2], 1.0)
    return np.asarray(rounded, np.float32)


def cut_windows(grey: NDArray[np.uint8], windows: Float32, size: int) -> NDArray[np.uint8]:
    """What the windows show, each pixel the mean of what it covers.

    Args:
        grey: (H, W) uint8; what lies outside it repeats its edge.
        windows: (N, 3) of whole pixels, each with a part in the picture.
        size: side of each crop.

    Returns:
        (N, size, size) uint8.
    """
    height, width = grey.shape
    crops = np.empty((len(windows), size, size), np.uint8)
    for crop, (x, y, side) in zip(crops, windows.astype(int).tolist(), strict=True):
        x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
        part = grey[y0:y1, x0:x1]
        beyond = y0 - y, y + side - y1, x0 - x, x + side - x1
        if any(beyond):
            part = np.asarray(cv2.copyMakeBorder(part, *beyond, cv2.BORDER_REPLICATE), np.uint8)
        crop[:] = cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA)
    return crops


def in_picture(windows: Float32, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which windows (N, 3) have their middle in a picture of this shape and are no larger than it.

    Those that are not come of offsets no face has; NaN is among them.
    """
    height, width = shape[:2]
    side = windows[:, 2]
    x, y = windows[:, 0] + side / 2, windows[:, 1] + side / 2
    fits = (side >= 1) & (side <= 2 * max(height, width))
    return np.asarray(fits & (x >= 1) & (y >= 1) & (x < width - 1) & (y < height - 1))
