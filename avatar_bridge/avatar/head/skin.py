"""The skin: loops round eyes and mouth, and what fills the rest of the head.

The left half is made and mirrored. Loops are laid as strips of a grid; between their outermost
ones and the rest, points on a lattice are joined by Delaunay's triangles, on a map of directions
from the head's middle.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from avatar_bridge.avatar.head import lids, lips
from avatar_bridge.avatar.head.falloff import Floats
from avatar_bridge.avatar.head.mesh import Triangles
from avatar_bridge.avatar.head.surface import CENTRE, along

_EDGE = 2.75  # radians from the face's middle, up to where the back is one fan
_FINE, _COARSE, _FRONT = 0.105, 0.20, 1.20
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Skin:
    """Where every point of the skin belongs.

    Attributes:
        points: (V, 3).
        triangles: (T, 3) of the skin, the lips' and the mouth's inside.
        kind: (T,) 0 skin, 1 lips, 2 inside of the mouth, 3 edge of the lids.
        other: (V,) number of the point on the other side.
        eye: (V, 2) turn around the left eye and loop, NaN elsewhere.
        mouth: (V, 2) turn around the mouth and loop, NaN elsewhere.
    """

    points: Floats
    triangles: Triangles
    kind: Ints
    other: Ints
    eye: Floats
    mouth: Floats


def make_skin() -> Skin:
    """The skin of the whole head."""
    eye, eye_at, eye_faces, eye_kind, eye_rim = lids.left_loops()
    mouth, mouth_at, mouth_faces, mouth_kind, mouth_rim = lips.left_loops()
    holes = (_flat(eye[eye_rim]), _flat(mouth[mouth_rim]))
    spots = _fill(*holes)
    rest = along(_ray(spots))
    back = along(np.array([[0.0, 0.0, -1.0]]))
    points = np.concatenate([eye, mouth, rest, back])
    numbers = np.concatenate(
        [eye_rim, len(eye) + mouth_rim, len(eye) + len(mouth) + np.arange(len(rest))]
    )
    faces = numbers[_span(np.concatenate([*holes, spots]), holes)]
    around = np.flatnonzero(np.linalg.norm(spots, axis=1) > _EDGE - 1e-6)
    around = around[np.argsort(np.arctan2(spots[around, 0], spots[around, 1]))]
    around = around + len(eye) + len(mouth)
    fan = np.stack([around[1:], np.full(len(around) - 1, len(points) - 1), around[:-1]], 1)
    faces = np.concatenate([eye_faces, mouth_faces + len(eye), faces, fan])
    kind = np.zeros(len(faces), np.int64)
    kind[: len(eye_kind)] = eye_kind
    kind[len(eye_kind) : len(eye_kind) + len(mouth_kind)] = mouth_kind
    nowhere = np.full((len(points), 2), np.nan)
    eye_turn, mouth_turn = nowhere.copy(), nowhere.copy()
    eye_turn[: len(eye)] = eye_at
    mouth_turn[len(eye) : len(eye) + len(mouth)] = mouth_at
    return _mirrored(points, faces, kind, eye_turn, mouth_turn)


def _mirrored(points: Floats, faces: Triangles, kind: Ints, eye: Floats, mouth: Floats) -> Skin:
    count = len(points)
    middle = np.abs(points[:, 0]) < 1e-9
    points[middle, 0] = 0.0
    twin = np.where(middle, np.arange(count), count + np.cumsum(~middle) - 1)
    other = np.concatenate([twin, np.flatnonzero(~middle)])
    return Skin(
        np.concatenate([points, points[~middle] * (-1.0, 1.0, 1.0)]),
        np.concatenate([faces, twin[faces][:, ::-1]]),
        np.concatenate([kind, kind]),
        other,
        np.concatenate([eye, np.full((int((~middle).sum()), 2), np.nan)]),
        np.concatenate([mouth, mouth[~middle] * (-1.0, 1.0) + (np.pi, 0.0)]),
    )


def _flat(points: Floats) -> Floats:
    """Places (N, 2) on the map of directions: the angle from straight ahead, and which way."""
    away = points - CENTRE
    away = away / np.linalg.norm(away, axis=1, keepdims=True)
    angle = np.arccos(np.clip(away[:, 2], -1.0, 1.0))
    side = np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-12)
    return np.asarray(away[:, :2] * (angle / side)[:, None])


def _ray(spots: Floats) -> Floats:
    angle = np.linalg.norm(spots, axis=1)
    side = spots * (np.sin(angle) / np.maximum(angle, 1e-12))[:, None]
    return np.concatenate([side, np.cos(angle)[:, None]], axis=1)


def _fill(eye: Floats, mouth: Floats) -> Floats:
    """Places (N, 2) of the map's left half that lie outside of the loops."""
    lattice = [_lattice(_FINE, 0.0, _FRONT), _lattice(_COARSE, _FRONT, _EDGE - 0.12)]
    turn = np.linspace(-np.pi / 2, np.pi / 2, 15)
    edge = _EDGE * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    edge[[0, -1], 0] = 0.0
    spots = np.concatenate([*lattice, edge])
    free = np.ones(len(spots), np.bool_)
    for hole in (eye, mouth):
        near = np.linalg.norm(spots[:, None] - hole[None], axis=2).min(axis=1)
        free &= ~_within(spots, hole) & (near > 0.55 * _FINE)
    return np.asarray(spots[free])


def _lattice(spacing: float, inner: float, outer: float) -> Floats:
    rows = np.arange(-round(outer / spacing / 0.866), round(outer / spacing / 0.866) + 1)
    y = rows * spacing * 0.866
    spots = [
        np.stack([x, np.full(len(x), row)], axis=1)
        for number, row in zip(rows, y, strict=True)
        for x in [_row(spacing, outer, bool(number % 2))]
    ]
    every = np.concatenate(spots)
    angle = np.linalg.norm(every, axis=1)
    return np.asarray(every[(angle > inner) & (angle <= outer)])


def _row(spacing: float, outer: float, shifted: bool) -> Floats:
    """Of one row; every second one is shifted, but has a point in the middle too."""
    x = np.arange(0.0, outer + spacing, spacing)
    return np.concatenate([[0.0], x[1:] + spacing / 2]) if shifted else x


def _within(spots: Floats, loop: Floats) -> NDArray[np.bool_]:
    """Which places lie inside a closed loop, by counting its edges to the right of them."""
    x, y = spots[:, None, 0], spots[:, None, 1]
    a, b = loop, np.roll(loop, -1, axis=0)
    crosses = (a[:, 1] > y) != (b[:, 1] > y)
    rise = np.where(a[:, 1] == b[:, 1], 1.0, b[:, 1] - a[:, 1])
    right = x < (b[:, 0] - a[:, 0]) * (y - a[:, 1]) / rise + a[:, 0]
    return np.asarray((crosses & right).sum(axis=1) % 2 == 1)


def _span(spots: Floats, holes: tuple[Floats, ...]) -> Triangles:
    faces = Delaunay(spots).simplices.astype(np.int64)
    a, b, c = (spots[faces[:, i]] for i in range(3))
    size = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    keep = np.abs(size) > 1e-9
    for hole in holes:
        keep &= ~_within((a + b + c) / 3.0, hole)
    faces = np.where((size > 0)[:, None], faces, faces[:, ::-1])
    return np.asarray(faces[keep])
