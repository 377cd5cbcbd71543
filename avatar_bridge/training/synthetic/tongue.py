"""The tongue: which vertices it is, and how it comes out, for which the kit has no shape.

The tongue is swept along a curve from its root over the lower teeth and the lower lip of the face
as it is posed, and droops beyond it: so it follows any jaw and pokes through no lip or chin.

**Convention:** head axes, cm; `along` is 0 at the root and 1 at the tip.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from avatar_bridge.types import Float32

# Inside of the upper and of the lower lip, and the lower lip's outer edge, iBUG points.
_UPPER_IN, _LOWER_IN, _LOWER_OUT = 62, 66, 57
_ROOT_Z, _LEVEL = 4.5, -4.0  # where the sweep begins, and the middle between top and underside
_TIP_FROM, _TIP_CM = 0.7, 2.1  # the rounded end keeps its own length: only the middle stretches
_BEYOND = (-0.5, 4.4)  # of the tip from the lips, cm, at weight 0 and 1
_ROOM = (0.5, 1.1)  # thickness between the lips, cm, at most what they leave
_STEPS = 96


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """The tongue of the neutral mesh.

    Attributes:
        positions: (P,) which positions of the mesh it is.
        along: (P,) from root to tip.
        across: (P,) cm to the subject's left of the middle.
        height: (P,) from -1 at the underside to 1 at the back of the tongue.
        tooth: the position at the top of the lower incisors.
    """

    positions: NDArray[np.int64]
    along: Float32
    across: Float32
    height: Float32
    tooth: int


def find_tongue(
    base: Float32, islands: Sequence[NDArray[np.integer]], teeth: NDArray[np.integer], jaw: Float32
) -> Tongue:
    """The tongue among the islands of the texture of gums and tongue.

    Args:
        base: (V, 3) neutral positions.
        islands: the positions of each island.
        teeth: positions of all teeth.
        jaw: (V, 3) what a fully open jaw adds: it tells the lower teeth from the upper.
    """
    own = [i for i in islands if np.abs(base[i, 0]).max() < 2.1 and base[i, 2].max() > 9.0]
    positions = np.unique(np.concatenate(own)).astype(np.int64)
    points = base[positions]
    along = np.clip((points[:, 2] - _ROOT_Z) / (points[:, 2].max() - _ROOT_Z), 0.0, 1.0)
    height = np.clip((points[:, 1] - _LEVEL) / np.where(points[:, 1] > _LEVEL, 0.95, 0.6), -1, 1)
    front = teeth[(base[teeth, 2] > 9.5) & (np.abs(base[teeth, 0]) < 0.6)]
    lower = front[jaw[front, 1] < -1.0]
    tooth = int(lower[base[lower, 1].argmax()])
    return Tongue(
        positions, along.astype(np.float32), points[:, 0].copy(), height.astype(np.float32), tooth
    )


def stretch(
    tongue: Tongue, positions: Float32, landmarks: NDArray[np.integer], weight: float
) -> float:
    """Move the tongue of a posed face out of its mouth.

    Args:
        tongue: of the mesh.
        positions: (V, 3) of the posed face; the tongue's are changed.
        landmarks: (68,) positions of the iBUG points.
        weight: of tongueOut, above 0 to 1.

    Returns:
        Which place along the tongue lies between the lips: what is beyond it sees the light.
    """
    posed = positions[tongue.positions]
    upper, lower, outer = positions[landmarks[[_UPPER_IN, _LOWER_IN, _LOWER_OUT]]]
    gap = float(np.linalg.norm(upper - lower))
    room = float(np.clip(0.85 * gap, *_ROOM))
    spine, lip_at = _spine(tongue, positions, posed, lower, outer, room)
    length = lip_at + float(np.interp(weight, (0, 1), _BEYOND))
    knee = max(1.0 - _TIP_CM / length, 0.5)
    place = np.interp(tongue.along, (0, _TIP_FROM, 1), (0, knee, 1))  # (P,)
    centre = spine(place * length)
    forward = spine(place * length, 1)
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    up = np.cross(forward, (1.0, 0.0, 0.0))
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    # Thick at the root, as thin as the lips leave room for, flat and a little wider at the end.
    half = np.interp(place * length, (0, lip_at * 0.6, lip_at - 1, length), (0.9, 0.6, 0.5, 0.36))
    half = half * np.where(place * length > lip_at - 1.5, room / _ROOM[1], 1.0)
    wide = np.interp(place * length, (0, lip_at, lip_at + 1.5, 99), (1.0, 1.0, 1.12, 1.12))
    # A groove along the middle.
    height = tongue.height - 0.22 * np.exp(-((tongue.across / 0.35) ** 2)) * (tongue.height > 0)
    swept = centre + up * (half * height)[:, None]
    swept[:, 0] += tongue.across * wide
    start = min(weight / 0.15, 1.0) * np.clip(tongue.along / 0.25, 0.0, 1.0)
    share = (start * start * (3 - 2 * start))[:, None]
    positions[tongue.positions] = posed + (swept - posed) * share
    return float(np.interp(lip_at / length, (0, knee, 1), (0, _TIP_FROM, 1)))


def _spine(
    tongue: Tongue, positions: Float32, posed: Float32, lower: Float32, outer: Float32, room: float
) -> tuple[CubicSpline, float]:
    """The curve by its length, cm, and how far along it the lips are."""

    def middle(along: float) -> Float32:
        near = np.abs(tongue.along - along) < 0.06
        return np.asarray(posed[near].mean(axis=0), np.float32)

    half = 0.55 * room
    tooth = positions[tongue.tooth]
    guide = np.array(
        [
            middle(0.06),
            middle(0.4),
            (lower[0], tooth[1] + half + 0.1, tooth[2] - 0.5),
            np.add(lower, (0, half + 0.05, 0.1)),
            np.add(outer, (0, 0.42 + 0.3 * half, 0.62)),
            np.add(outer, (0, -0.65, 1.3)),
            np.add(outer, (0, -2.3, 1.72)),
            np.add(outer, (0, -4.2, 1.75)),
        ]
    )
    knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(guide, axis=0), axis=1))])
    rough = CubicSpline(knots, guide)
    fine = np.linspace(0, knots[-1], _STEPS)
    points = rough(fine)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return CubicSpline(length, points), float(np.interp(knots[3], fine, length))
