"""What the shapes move, and the places that they speak of.

**Convention:** a shape is told for the subject's left side, which is +x; the right side's is its
mirror image.
"""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.avatar.head import lips
from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.surface import EYE, depth

_POUCH = 6  # loops behind the mouth's line, until which lips carry less and less along


@dataclass(frozen=True, eq=False)
class Field:
    """Points, and where on the face they are.

    Attributes:
        points: (N, 3).
        eye: (N, 2) turn around the left eye and loop; NaN away from it.
        turn: (N,) turn around the mouth's line: 0 at the left corner, positive in the upper lip.
        height: (N,) of the mouth's loop through it; 0 on the line.
        face: (N,) 1 on the front of the face, less toward the sides and down the mouth's pouch.
        inside: (N,) 0 outside, to 1 at the pouch's end.
    """

    points: Floats
    eye: Floats
    turn: Floats
    height: Floats
    face: Floats
    inside: Floats

    @property
    def away(self) -> Floats:
        """How far from the mouth's line, in its half widths; so that corners do not fold."""
        side = (np.hypot(1.0, self.height) - 1.0) * np.cos(self.turn)
        return np.hypot(side, self.height * np.sin(self.turn))

    @property
    def x(self) -> Floats:
        """To the subject's left."""
        return self.points[:, 0]

    @property
    def y(self) -> Floats:
        """Up."""
        return self.points[:, 1]

    @property
    def z(self) -> Floats:
        """Out of the face."""
        return self.points[:, 2]


def field_of(points: Floats, eye: Floats | None = None, mouth: Floats | None = None) -> Field:
    """Places of points (N, 3); those of loops round eye and mouth (N, 2) know theirs."""
    nowhere = np.full((len(points), 2), np.nan)
    mouth = nowhere if mouth is None else mouth
    turn, height = lips.coordinates(points)
    known = ~np.isnan(mouth[:, 0])
    around = mouth[known, 0]
    turn[known] = np.arctan2(np.sin(around), np.cos(around))
    loop = mouth[known, 1].astype(np.int64)
    height[known] = lips.heights()[np.maximum(loop, 0)]
    inside = np.zeros(len(points))
    inside[known] = np.clip(-loop / _POUCH, 0.0, 1.0)
    face = step(points[:, 2], 0.05, 0.45)
    face[known] = 1.0
    return Field(points, nowhere if eye is None else eye, turn, height, face, inside)


def near_mouth(f: Field, reach: float) -> Floats:
    """1 on the lips' line, 0 from `reach` half widths away; less down the pouch."""
    return np.asarray(step(f.away, reach, 0.0) * f.face * (1.0 - f.inside))


def below_lids(f: Field) -> Floats:
    """0 on the left eye's lids, whose way is their own, to 1 where their outermost loop ends."""
    own = np.where(np.isnan(f.eye[:, 1]), 1.0, step(f.eye[:, 1], 2.0, 6.0))
    away = np.hypot(f.x - EYE[0], f.y - EYE[1])
    return np.asarray(own * (0.35 + 0.65 * step(away, 0.30, 0.52)))


def slid(f: Field, x: Floats, y: Floats, out: Floats | float = 0.0, lids: bool = True) -> Floats:
    """Movements (N, 3) along the face's surface, and `out` of it."""
    moved = np.zeros_like(f.points)
    here = np.flatnonzero((np.abs(x) > 1e-9) | (np.abs(y) > 1e-9))
    moved[:, 0], moved[:, 1] = x, y
    was = depth(f.x[here], f.y[here], lids=lids)
    moved[here, 2] = depth(f.x[here] + x[here], f.y[here] + y[here], lids=lids) - was
    # Where the surface falls away to the sides, its slope says nothing of the way.
    limit = 0.9 * np.hypot(x[here], y[here])
    moved[here, 2] = np.clip(moved[here, 2], -limit, limit)
    moved[:, 2] += out
    return moved
