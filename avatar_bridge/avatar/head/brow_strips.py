"""Brows, and the dark line of lashes along the upper lid."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.lids import TURNS
from avatar_bridge.avatar.head.mesh import Mesh, Triangles, grid
from avatar_bridge.avatar.head.surface import EYE, depth

_ROWS, _SIDES = 13, 8
_INNER, _OUTER = 0.145, 0.70
_LASH_ROWS = 4


def left_brow() -> Mesh:
    """A soft tapered roll above the left eye."""
    part = np.linspace(0.0, 1.0, _ROWS)
    x = _INNER + (_OUTER - _INNER) * part
    y = 0.372 + 0.075 * np.sin(np.pi * np.clip(part * 0.80 + 0.06, 0, 1)) - 0.07 * part**2
    thick = 0.066 * step(part, -0.25, 0.12) * (1.0 - 0.72 * part**1.6)
    thick[[0, -1]] = 0.004
    lean = np.gradient(y, x)
    turn = 2 * np.pi * np.arange(_SIDES) / _SIDES
    up = np.cos(turn)[None, :] * thick[:, None]
    out = np.maximum(np.sin(turn), -0.35)[None, :] * thick[:, None] * 0.75
    px = x[:, None] - up * lean[:, None] * 0.8
    py = y[:, None] + up
    pz = depth(px.ravel(), py.ravel()).reshape(px.shape) + out + 0.012
    points = np.stack([px.ravel(), py.ravel(), pz.ravel()], axis=1)
    shade = 0.85 + 0.15 * np.tile(np.cos(turn), _ROWS)
    return Mesh(points, grid(_ROWS, _SIDES, closed=True), shade[:, None] * np.ones(3))


def left_lashes(rim: Floats) -> tuple[Mesh, Floats]:
    """The line along the left upper lid, thickest outward, with a small wing.

    Args:
        rim: (TURNS, 3) the opening's edge.

    Returns:
        The line, and the number of each point's place on the rim (N,).
    """
    turns = np.arange(-1, TURNS // 2 + 1)
    turn = 2 * np.pi * turns / TURNS
    at = rim[turns % TURNS]
    along = (turns + 1) / (len(turns) - 1)  # 0 at the outer end
    width = (0.016 + 0.030 * step(along, 0.75, 0.05)) * step(along, 1.02, 0.85)
    width = width * step(along, -0.12, 0.10)
    away = np.stack([0.55 * np.cos(turn), np.maximum(np.sin(turn), 0.25), 0.0 * turn], axis=1)
    away = away / np.linalg.norm(away, axis=1, keepdims=True)
    normal = at - EYE
    normal = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    away = away - normal * (away * normal).sum(axis=1, keepdims=True)
    wing = step(along, 0.16, 0.0)[:, None] * np.array([0.035, 0.016, -0.022])
    rows = [
        at - 0.012 * normal,
        at + 0.024 * normal * (width / 0.046)[:, None] - away * 0.006 + wing,
        at + 0.032 * normal * (width / 0.046)[:, None] + away * width[:, None] * 0.7 + wing,
        at - 0.004 * normal + away * width[:, None] * 1.1 + wing * 0.6,
    ]
    faces: Triangles = grid(_LASH_ROWS, len(turns))
    points = np.concatenate(rows)
    return Mesh(points, faces[:, ::-1], np.ones_like(points)), np.tile(turns % TURNS, _LASH_ROWS)


def carried(points: Floats, rim: Floats, moved: Floats) -> Floats:
    """How far lashes (N, 3) move with their places (N, 3) on the rim, and turn with the lid."""
    before, after = rim - EYE, rim + moved - EYE
    angle = np.arctan2(after[:, 1], after[:, 2]) - np.arctan2(before[:, 1], before[:, 2])
    away = points - rim
    y = away[:, 1] * np.cos(angle) + away[:, 2] * np.sin(angle)
    z = away[:, 2] * np.cos(angle) - away[:, 1] * np.sin(angle)
    return np.asarray(moved + np.stack([away[:, 0], y, z], axis=1) - away)
