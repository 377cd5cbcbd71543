"""Eyeballs: white, iris and pupil as rings about the axis of sight, and glints that stay put."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.mesh import Mesh, Triangles, grid
from avatar_bridge.avatar.head.surface import EYE, EYE_RADIUS

_TURNS = 24
_PUPIL, _IRIS = 0.235, 0.475  # radians from the axis
_RINGS = {
    "pupil": (0.0, 0.12, _PUPIL),
    "iris": (_PUPIL, 0.29, 0.37, 0.43, _IRIS),
    "eye_white": (_IRIS, 0.58, 0.78, 1.0, 1.3, 1.65),
}
# Where glints sit, in decimetres from the eye's middle, and how wide they are.
_GLINTS = ((0.060, 0.080, 0.043), (-0.062, -0.072, 0.021))
_GLINT_OUT = 1.012  # radii: above the ball, below moving lids


def ball() -> tuple[Mesh, dict[str, Triangles]]:
    """The left eyeball, and which of its triangles have which material."""
    points, colours, surfaces = [], [], {}
    first = 0
    for name, rings in _RINGS.items():
        away, turn = (
            a.ravel()
            for a in np.meshgrid(rings, 2 * np.pi * np.arange(_TURNS) / _TURNS, indexing="ij")
        )
        points.append(EYE + EYE_RADIUS * _sphere(away, turn))
        colours.append(_tint(name, away, np.sin(away) * np.sin(turn)))
        faces = grid(len(rings), _TURNS, closed=True, first=first)[:, ::-1]
        surfaces[name] = faces if rings[0] else faces[_spread(points[-1], faces - first)]
        first += len(away)
    every = np.concatenate(list(surfaces.values()))
    return Mesh(np.concatenate(points), every, np.concatenate(colours)), surfaces


def turned(points: Floats, yaw: float, pitch: float) -> Floats:
    """How far points (N, 3) of the left ball move as it turns, in radians, to the left and up."""
    away = points - EYE
    y = away[:, 1] * np.cos(pitch) + away[:, 2] * np.sin(pitch)
    z = away[:, 2] * np.cos(pitch) - away[:, 1] * np.sin(pitch)
    x = away[:, 0] * np.cos(yaw) + z * np.sin(yaw)
    z = z * np.cos(yaw) - away[:, 0] * np.sin(yaw)
    return np.asarray(np.stack([x, y, z], axis=1) - away)


def glints() -> Mesh:
    """Light on both eyes: small caps above the balls."""
    points: list[Floats] = []
    faces: list[Triangles] = []
    turn = 2 * np.pi * np.arange(12) / 12
    for side in (1.0, -1.0):
        for x, y, size in _GLINTS:
            rim = np.stack([x + size * np.cos(turn), y + size * np.sin(turn)], axis=1)
            flat = np.concatenate([rim, [[x, y]]])
            radius = _GLINT_OUT * EYE_RADIUS
            z = np.sqrt(radius**2 - (flat**2).sum(axis=1))
            start = 13 * len(points)
            points.append(EYE * (side, 1.0, 1.0) + np.concatenate([flat, z[:, None]], axis=1))
            number = np.arange(12)
            faces.append(np.stack([number, (number + 1) % 12, np.full(12, 12)], 1) + start)
    every = np.concatenate(points)
    return Mesh(every, np.concatenate(faces), np.ones_like(every))


def _sphere(away: Floats, turn: Floats) -> Floats:
    return np.stack(
        [np.sin(away) * np.cos(turn), np.sin(away) * np.sin(turn), np.cos(away)], axis=1
    )


def _tint(name: str, away: Floats, up: Floats) -> Floats:
    if name == "iris":  # dark at its edge and below the lid, bright opposite the light
        shade = 1.0 - 0.62 * step(away, 0.39, _IRIS) - 0.35 * step(up, -0.15, 0.4)
        return np.asarray(np.clip(shade, 0.2, 1.0)[:, None] * np.ones(3))
    if name == "eye_white":  # the upper lid's shadow
        shade = 1.0 - 0.28 * step(up, 0.15, 0.62)
        return np.asarray(shade[:, None] ** (1.0, 0.95, 0.85))
    return np.ones((len(away), 3))


def _spread(points: Floats, faces: Triangles) -> np.ndarray:
    """Triangles that have a size: at the pole half of a ring's have none."""
    a, b, c = (points[faces[:, i]] for i in range(3))
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-9)
