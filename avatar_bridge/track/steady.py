"""What keeps the crop of a face at rest where it is.

A crop that follows each tremble of the landmarks makes the next ones tremble: the net reads a
picture that was shifted. So a crop follows a small move by a share of it. A face that really moves
is followed at full speed, by at most `ZONE` behind.
"""

import math

import numpy as np

from avatar_bridge.types import Float32

BOX_ZONE = 0.01  # of a box side: the net is taught on crops that are aimed far worse
ROLL_ZONE = 0.01  # radians
LEAST_SHARE = 0.3  # of a small move


def steady_box(held: Float32, seen: Float32) -> Float32:
    """A box (4,) after one in which a face was seen, pixels."""
    step = seen - held
    share = _share(float(np.abs(step).max()), BOX_ZONE * float(held[2] - held[0]))
    return np.asarray(held + np.float32(share) * step, np.float32)


def steady_roll(held: float, seen: float) -> float:
    """The same for an angle, radians."""
    step = math.remainder(seen - held, math.tau)
    return held + _share(abs(step), ROLL_ZONE) * step


def _share(size: float, zone: float) -> float:
    """Of a step of this size, how much is followed."""
    return max(LEAST_SHARE, 1.0 - zone / size) if size > 0.0 else 1.0
