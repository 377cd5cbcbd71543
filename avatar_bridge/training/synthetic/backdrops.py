"""What is behind a head: rooms out of focus. Pictures are uint8 RGB as displayed."""

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 128


def room(
    rng: np.random.Generator, brightness: float, shapes: int, blur: float
) -> NDArray[np.uint8]:
    """A wall with a gradient and things upon it that are out of focus.

    Args:
        rng: decides all that the other arguments leave open.
        brightness: of the wall, in [0, 1].
        shapes: how many things.
        blur: their blur, in [0, 1] of the picture's tenth.

    Returns:
        (128, 128, 3) uint8.
    """
    tone = brightness * (1 + rng.normal(0, 0.05, 3))
    slope = rng.uniform(-0.25, 0.25, 2)
    y, x = np.mgrid[-1 : 1 : _SIDE * 1j, -1 : 1 : _SIDE * 1j].astype(np.float32)
    wall = tone * (1 + slope[0] * x + slope[1] * y)[..., None]
    canvas = np.ascontiguousarray(wall, np.float32)
    for _ in range(shapes):
        light = brightness * rng.lognormal(0, 0.45)
        color = tuple(float(v) for v in np.clip(light * rng.lognormal(0, 0.07, 3), 0, 1))
        centre = rng.integers(0, _SIDE, 2)
        extent = rng.integers(_SIDE // 16, _SIDE // 3, 2)
        corners = [(int(v[0]), int(v[1])) for v in (centre - extent, centre + extent)]
        if rng.random() < 0.6:
            cv2.rectangle(canvas, corners[0], corners[1], color, -1)
        else:
            axes = (int(extent[0]), int(extent[1]))
            cv2.ellipse(canvas, (int(centre[0]), int(centre[1])), axes, 0, 0, 360, color, -1)
    soft = cv2.GaussianBlur(canvas, (0, 0), 0.5 + blur * _SIDE / 10)
    return np.asarray(np.clip(soft, 0, 1) * 255, np.uint8)
