"""The jaw turns about a hinge below the ears, and slides."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.shapes.field import Field

HINGE = np.array([0.0, -0.42, -0.42])
OPEN = 0.29  # radians at weight 1


def share(f: Field) -> Floats:
    """How much of the jaw's movement a point makes (N,)."""
    low = -np.sin(f.turn)
    # In proportion to the sine, so that an open mouth is round; the corners go a part of the way.
    lower = np.where(low > 0, 0.22 + 0.78 * low, 0.22 * np.maximum(1.0 + low / 0.45, 0.0) ** 2)
    behind = step(f.z, -0.45, 0.35)
    return np.asarray(lower * np.where(f.inside > 0, 1.0, behind))


def opened(points: Floats, angle: float = OPEN) -> Floats:
    """How far points (N, 3) of the jaw itself move when it opens."""
    away = points - HINGE
    sin, cos = np.sin(angle), np.cos(angle)
    y = away[:, 1] * cos - away[:, 2] * sin
    z = away[:, 1] * sin + away[:, 2] * cos
    return np.stack([np.zeros(len(points)), y - away[:, 1], z - away[:, 2]], axis=1)


def jaw_open(f: Field) -> Floats:
    """The chin goes down and back, the lips part, their corners draw in."""
    corner = np.cos(f.turn) ** 4 * step(f.away, 1.2, 0.0) * f.face * (1.0 - f.inside)
    drawn = np.zeros_like(f.points)
    drawn[:, 0] = -0.035 * corner * np.sign(f.x)
    return np.asarray(opened(f.points) * share(f)[:, None] + drawn)


def forward(f: Field) -> Floats:
    """The jaw comes forward."""
    return np.asarray(_with_lips(f, 0.55)[:, None] * (0.0, 0.012, 0.17))


def to_left(f: Field) -> Floats:
    """The jaw slides to the subject's left."""
    return np.asarray(_with_lips(f, 0.9)[:, None] * (0.20, -0.01, 0.0))


def _with_lips(f: Field, least: float) -> Floats:
    """The jaw's share, and so much of both lips, which keep together."""
    lips = step(f.away, 1.1, 0.0) * f.face * (1.0 - f.inside) ** 2
    own = share(f)
    return np.asarray(own + lips * np.maximum(least + (1.0 - least) * 0.25 * own - own, 0.0))
