"""The lids: loops of skin round the left eye, and how they close over the ball.

Lids turn about the ball's sideways axis. A morph target moves points along straight lines, which
cut through the ball where the way is long; so closed lids stand off the ball by as much as keeps
them outside of it half way (`_stand_off`).
"""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.mesh import Triangles, grid
from avatar_bridge.avatar.head.surface import EYE, EYE_RADIUS, LID_RADIUS, depth

TURNS = 28
_WIDE, _HIGH, _LOW = 0.265, 0.212, 0.182  # the opening, from the eye's middle
_TILT = 0.02  # by which the outer corner is higher than the inner one
_AWAY = (0.0, 0.022, 0.05, 0.085, 0.125, 0.17)  # loops by their distance from the opening's edge
_LAST = len(_AWAY)  # loop 0 is the lids' edge toward the ball, loop 1 the opening
_SHUT = -0.20  # radians: where the lids meet, in the middle
_CLEAR = 1.018  # least distance of a moving lid from the ball's middle, in radii

LEFT_EYE = EYE


def left_loops() -> tuple[Floats, Floats, Triangles, np.ndarray, np.ndarray]:
    """Points (N, 3), turn and loop (N, 2), triangles, their kind and the outermost loop."""
    turn = 2.0 * np.pi * np.arange(TURNS) / TURNS
    rows = []
    for away in _AWAY:
        x, y = opening(turn, away)
        ball = np.sqrt(np.maximum(LID_RADIUS**2 - x**2 - y**2, 0.02)) + EYE[2]
        near = step(np.asarray(away), 0.14, 0.0)
        z = near * ball + (1.0 - near) * depth(x + EYE[0], y + EYE[1])
        rows.append(np.stack([x + EYE[0], y + EYE[1], z], axis=1))
    edge = EYE + (rows[0] - EYE) * (0.97 * EYE_RADIUS / LID_RADIUS)
    points = np.concatenate([edge, *rows])
    loops = np.repeat(np.arange(_LAST + 1), TURNS)
    faces = grid(_LAST + 1, TURNS, closed=True)[:, ::-1]
    kind = np.where((faces < TURNS).any(axis=1), 3, 0)
    rim = np.arange(TURNS * _LAST, TURNS * (_LAST + 1))
    return points, np.stack([np.tile(turn, _LAST + 1), loops], axis=1), faces, kind, rim


def opening(turn: Floats, away: float = 0.0) -> tuple[Floats, Floats]:
    """Places x and y, from the eye's middle, at a distance from the opening's edge."""
    out = 0.70 + 0.30 * np.cos(turn)  # there is less room beside the nose
    up = np.sin(turn)
    high = np.where(up > 0, _HIGH, _LOW)
    x = np.cos(turn) * (_WIDE + away * out)
    y = up * (high + away * np.where(up > 0, 1.0, 0.9)) + _TILT * np.cos(turn)
    return x, y


def turned(points: Floats, at: Floats, upper: float, lower: float, *, shut: float = 0.0) -> Floats:
    """How far lids move (N, 3).

    Args:
        points: (N, 3) of the skin.
        at: (N, 2) turn and loop of each; NaN away from the eye, where nothing moves.
        upper: radians by which the upper lid turns up.
        lower: radians by which the lower lid turns up.
        shut: 1 closes the eye.
    """
    moved = np.zeros_like(points)
    here = ~np.isnan(at[:, 0])
    turn, loop = at[here].T
    away = points[here] - EYE
    radius = np.hypot(away[:, 1], away[:, 2])
    angle = np.arctan2(away[:, 1], away[:, 2])
    share = step(np.maximum(loop, 1.0), float(_LAST), 1.0 - 0.6)
    share = share / step(np.ones(1), float(_LAST), 0.4)
    high = step(np.sin(turn), -0.25, 0.9)  # how much of the upper lid a point is
    low = step(-np.sin(turn), 0.05, 1.0)
    goal = angle + share * (high * upper + low * lower)
    if shut:
        closed = _closed(turn, loop, angle)
        goal = goal + shut * (closed - angle)
    reach = _stand_off(away, radius, angle, goal)
    if shut:  # the lower lid, when it squints, stays below the closed upper one
        reach = reach + 0.045 * EYE_RADIUS * high * share * step(np.abs(np.sin(turn)), 0.0, 0.5)
    there = np.stack([away[:, 0], reach * np.sin(goal), reach * np.cos(goal)], axis=1)
    moved[here] = there - away
    return moved


def _closed(turn: Floats, loop: Floats, angle: Floats) -> Floats:
    """Angles of closed lids: their edges meet, their loops share the way to where nothing moves."""
    x, y = opening(turn)
    meeting = _SHUT * np.sin(turn) ** 2 + np.arcsin(_TILT / EYE_RADIUS) * np.cos(turn)
    x_last, y_last = opening(turn, _AWAY[-1])
    depth_last = depth(x_last + EYE[0], y_last + EYE[1]) - EYE[2]
    last = np.arctan2(y_last, depth_last)
    overlap = 0.03 * np.sin(turn)  # of the edges, so that no gap shows
    part = np.clip((loop - 1.0) / (_LAST - 1.0), 0.0, 1.0)
    even = meeting - overlap + (last - meeting) * part
    x_first = np.arctan2(y, np.sqrt(np.maximum(LID_RADIUS**2 - x**2 - y**2, 0.02)))
    open_part = (angle - x_first) / np.where(np.abs(last - x_first) < 1e-6, 1.0, last - x_first)
    share = np.abs(np.sin(turn)) ** 0.5
    near = meeting - overlap + (last - meeting) * np.clip(open_part, 0.0, 1.0)
    return np.asarray(np.where(loop >= _LAST, angle, share * even + (1.0 - share) * near))


def _stand_off(away: Floats, radius: Floats, angle: Floats, goal: Floats) -> Floats:
    """The least distance from the sideways axis at the goal that keeps half way clear."""
    clear = np.sqrt(np.maximum((_CLEAR * EYE_RADIUS) ** 2 - away[:, 0] ** 2, 0.0))
    cosine = np.cos(goal - angle)
    # |a + b| / 2 = clear, for a of length `radius` and b at that angle from it
    inner = np.maximum((2.0 * clear) ** 2 - radius**2 * (1.0 - cosine**2), 0.0)
    needed = np.sqrt(inner) - radius * cosine
    held = np.abs(goal - angle) > 1e-9
    return np.asarray(np.where(held & (radius > clear * 1.0), np.maximum(radius, needed), radius))
