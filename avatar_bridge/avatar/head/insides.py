"""Teeth and tongue."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.lips import MOUTH, line
from avatar_bridge.avatar.head.mesh import Mesh, grid
from avatar_bridge.avatar.head.surface import depth

_TOOTH = 0.066
_BEHIND = 0.130  # of the lips' line
_TONGUE = ((0.0, -0.115, -0.44), (0.165, 0.055, 0.25))  # middle from the line's, and radii
_OUT = 0.40  # by which the tip comes forward


def upper_teeth() -> Mesh:
    """One rounded row, nine teeth wide."""
    return _teeth(0.12, -0.055, 0.0, 4.4)


def lower_teeth() -> Mesh:
    """One rounded row, a little narrower and farther back."""
    return _teeth(-0.155, -0.040, 0.03, 4.0)


def _teeth(root: float, edge: float, back: float, half: float) -> Mesh:
    x = np.linspace(-half, half, 25) * _TOOTH
    place = np.abs(np.sin(np.pi * x / _TOOTH))  # 0 between teeth
    z = depth(x, line(x)) - _BEHIND - back + 0.012 * place**0.5 - 1.7 * x**2
    end = step(np.abs(x) / _TOOTH, 2.2, half)  # the last teeth shrink and lie in the dark
    y = MOUTH[1] + edge - np.sign(edge - root) * (0.012 * (1.0 - place) + 0.40 * x**2)
    y = y + (root - edge) * 0.55 * end
    rows = [
        (np.full_like(x, MOUTH[1] + root), z - 0.015),
        ((y + MOUTH[1] + root) / 2.0, z + 0.01),
        (y - np.sign(edge - root) * 0.015, z + 0.006),
        (y, z - 0.02),
        (np.full_like(x, MOUTH[1] + root), z - 0.075),
    ]
    points = np.concatenate([np.stack([x, row, out], axis=1) for row, out in rows])
    tint = np.tile((1.0 - 0.14 * (1.0 - place) ** 2) * (1.0 - 0.6 * end), len(rows))
    faces = grid(len(rows), len(x))
    return Mesh(points, faces if root < edge else faces[:, ::-1], tint[:, None] ** (1.0, 1.1, 1.25))


def tongue() -> Mesh:
    """A flat drop with a furrow."""
    around, along = 16, 11
    middle, radii = (np.asarray(a) for a in _TONGUE)
    front = np.array([0.0, MOUTH[1], depth(np.zeros(1), MOUTH[1:])[0]])
    v, u = (
        a.ravel()
        for a in np.meshgrid(
            np.linspace(0.03, np.pi - 0.03, along),
            2 * np.pi * np.arange(around) / around,
            indexing="ij",
        )
    )
    shape = np.stack([np.sin(v) * np.cos(u), np.sin(v) * np.sin(u), np.cos(v)], axis=1)
    points = front + middle + radii * shape
    top = step(shape[:, 1], 0.2, 0.9)
    points[:, 1] -= 0.022 * top * step(np.abs(shape[:, 0]), 0.45, 0.0)
    shade = 1.0 - 0.2 * top * step(np.abs(shape[:, 0]), 0.3, 0.0)
    faces = grid(along, around, closed=True)
    return Mesh(points, faces[:, ::-1], shade[:, None] * np.ones(3))


def withdrawn(points: Floats) -> Floats:
    """How far the upper teeth's points (N, 3) give way to a funnel, whose opening is dark."""
    return np.tile((0.0, 0.125, -0.07), (len(points), 1))


def stuck_out(points: Floats) -> Floats:
    """How far the tongue's points (N, 3) move when it comes out."""
    back, tip = points[:, 2].min(), points[:, 2].max()
    part = (points[:, 2] - back) / (tip - back)
    moved = np.zeros_like(points)
    moved[:, 2] = _OUT * part**1.2
    moved[:, 1] = 0.05 * step(part, 0.1, 0.5) - 0.20 * step(part, 0.62, 1.05)
    moved[:, 0] = 0.10 * points[:, 0] * part
    return moved
