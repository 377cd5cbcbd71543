"""Where hair grows, and the long hair that hangs beside the face.

**Convention:** head axes of the neutral mesh, cm.
"""

import numpy as np

from avatar_bridge.training.synthetic.props import Prop, grid_prop
from avatar_bridge.types import Float32

CROWN = (0.0, 13.8, -1.5)
# The hairline seen from the side: below which height there is none, by how far in front it is.
_LINE_Z = (-10.0, -7.0, -4.0, -1.5, 0.2, 1.6, 2.6, 3.4, 4.4, 6.0, 8.0, 9.5, 11.0)
_LINE_Y = (-7.0, -6.0, -4.0, -0.5, 3.6, 3.8, 2.2, 2.0, 6.0, 8.3, 9.6, 10.0, 10.2)
# An ear stands out further than the skull's half width at its place.
_SKULL_HALF_WIDTH = 7.75


def scalp_amount(rest: Float32) -> Float32:
    """(N,) how deep each vertex lies in the hair, cm from the hairline; at most 3, at least -1."""
    line = np.interp(rest[:, 2], _LINE_Z, _LINE_Y)
    amount = rest[:, 1] - line
    ear = (np.abs(rest[:, 0]) > _SKULL_HALF_WIDTH) & (rest[:, 1] < 5.0) & (rest[:, 2] > -1.6)
    return np.asarray(np.clip(np.where(ear, -1.0, amount), -1.0, 3.0), np.float32)


def scalp_triangles(triangles: np.ndarray, amount: Float32) -> np.ndarray:
    """The triangles that carry hair."""
    return np.asarray(triangles[amount[triangles].max(axis=1) > -0.4], np.int32)


def long_hair(foot: float = -15.0) -> Prop:
    """A curtain from the crown down behind the ears, open in front.

    Args:
        foot: height at which it ends, cm.
    """
    turns = np.linspace(-np.radians(122), np.radians(122), 65)  # from the back of the head
    heights = np.linspace(foot, 13.0, 40)
    turn, height = np.meshgrid(turns, heights)
    # As wide as the skull and a thumb more, hanging straight below the ears.
    upper = np.sqrt(np.clip(1 - (np.maximum(height - 5.0, 0) / 10.4) ** 2, 0.0, 1))
    flare = np.interp(height, [-15, -6, 2, 13], [1.06, 1.0, 1.0, 1.0])
    wide, deep = 9.9 * upper * flare, 10.6 * upper * flare
    x = wide * np.sin(turn)
    z = -1.0 - deep * np.cos(turn) + np.interp(height, [-15, 0], [-1.0, 0.0])
    return grid_prop(np.stack([x, height, z], axis=-1))
