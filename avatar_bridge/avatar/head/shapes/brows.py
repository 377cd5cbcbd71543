"""Brows, and the skin that they carry along."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.shapes.field import Field, below_lids, slid


def _band(f: Field) -> Floats:
    """1 at the brows' height, 0 at the lid's fold and below the hat."""
    return np.asarray(step(f.y, 0.17, 0.36) * step(f.y, 0.72, 0.50) * f.face)


def down(f: Field) -> Floats:
    """The left brow sinks, most at its inner end, which draws toward the nose."""
    side = step(f.x, 0.0, 0.14) * step(f.x, 0.92, 0.66) * _band(f)
    inner = step(f.x, 0.62, 0.16)
    side = side * (0.25 + 0.75 * below_lids(f))  # a closed lid has come down by itself
    return slid(
        f, -0.055 * side * inner, -side * (0.03 + 0.12 * inner), 0.035 * side * inner, False
    )


def inner_up(f: Field) -> Floats:
    """Both brows' inner ends rise."""
    inner = step(np.abs(f.x), 0.58, 0.12) * _band(f)
    return slid(f, 0.0 * inner, 0.130 * inner, 0.0, False)


def outer_up(f: Field) -> Floats:
    """The left brow's outer part rises."""
    outer = step(f.x, 0.14, 0.46) * step(f.x, 0.98, 0.72) * _band(f)
    return slid(f, 0.0 * outer, 0.120 * outer, 0.0, False)
