"""The lips: loops of skin round the mouth's line, and the pouch behind it.

Places are told in the elliptic coordinates whose foci are the mouth's corners: a loop is an
ellipse, the innermost one is the line where the lips meet, and the turn around it says which part
of which lip a point belongs to, even on the line itself.
"""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.mesh import Triangles, grid
from avatar_bridge.avatar.head.surface import depth

MOUTH = np.array([0.0, -0.64])  # the line's middle
WIDE = 0.30  # from there to a corner
TURNS = 27  # of the left half, from the lower lip's middle to the upper one's
_CURVE = 0.082  # by which the corners are higher than the middle: a friendly rest
# Loops outside of the line: height in units of the mouth's half width, and how far lips stand out.
_OUT = ((0.0, 0.000), (0.05, 0.022), (0.12, 0.034), (0.20, 0.024), (0.255, 0.006),
        (0.29, 0.0), (0.37, -0.003), (0.48, -0.002), (0.62, 0.0), (0.80, 0.0))  # fmt: skip
_BORDER = 4  # the loop where the lips end
# Loops behind the line: height, width and depth, in decimetres.
_IN = ((0.012, 1.0, 0.035), (0.035, 1.0, 0.075), (0.13, 1.02, 0.10), (0.21, 1.0, 0.24),
       (0.20, 0.85, 0.38), (0.10, 0.5, 0.50))  # fmt: skip


def left_loops() -> tuple[Floats, Floats, Triangles, np.ndarray, np.ndarray]:
    """Points (N, 3), turn and loop (N, 2), triangles, their kind and the outermost loop.

    Kinds: 0 skin, 1 lips, 2 the mouth's inside. Loop 0 is the line, positive ones lie outside.
    """
    turn = np.linspace(-np.pi / 2, np.pi / 2, TURNS)
    rows = [_behind(turn, *loop) for loop in _IN[::-1]]
    rows += [_outside(turn, *loop) for loop in _OUT]
    points = np.concatenate(rows)
    loops = np.repeat(np.arange(-len(_IN), len(_OUT)), TURNS)
    faces = grid(len(rows), TURNS)[:, ::-1]
    row = faces.min(axis=1) // TURNS - len(_IN)
    kind = np.where(row < -2, 2, np.where(row < _BORDER, 1, 0))
    end = len(points)
    deep = np.array([[0.0, MOUTH[1], rows[0][:, 2].min() - 0.02]])
    fan = np.stack([np.arange(TURNS - 1), np.arange(1, TURNS), np.full(TURNS - 1, end)], 1)
    points = np.concatenate([points, deep])
    at = np.stack([np.tile(turn, len(rows)), loops], axis=1)
    at = np.concatenate([at, [[0.0, -len(_IN) - 1]]])
    rim = np.arange(end - TURNS, end)
    faces = np.concatenate([faces, fan])
    return points, at, faces, np.concatenate([kind, np.full(len(fan), 2)]), rim


def line(x: Floats) -> Floats:
    """The height of the line where the lips meet."""
    return np.asarray(MOUTH[1] + _CURVE * np.clip(x / WIDE, -1.0, 1.0) ** 2)


def _outside(turn: Floats, height: float, out: float) -> Floats:
    x = WIDE * np.hypot(1.0, height) * np.cos(turn)
    up = np.sin(turn)
    rise = WIDE * height * up * np.where(up > 0, 0.86, 1.12)
    bow = 0.022 * np.exp(-((x / 0.045) ** 2)) * step(np.asarray(height), 0.0, 0.2)
    rise = rise - np.where(up > 0.5, bow * step(np.asarray(height), 0.5, 0.2), 0.0)
    y = MOUTH[1] + rise + _CURVE * np.cos(turn) ** 2 * step(np.asarray(height), 0.9, 0.0)
    full = np.abs(up) ** 0.8 * np.where(up > 0, 0.9, 1.1)
    pit = -0.03 * np.cos(turn) ** 8 * step(np.asarray(height), 0.22, 0.0)
    x[[0, -1]] = 0.0
    return np.stack([x, y, depth(x, y) + out * full + pit], axis=1)


def _behind(turn: Floats, height: float, width: float, deep: float) -> Floats:
    x = WIDE * width * np.cos(turn)
    y = MOUTH[1] + height * np.sin(turn) + _CURVE * np.cos(turn) ** 2
    z = depth(WIDE * np.cos(turn), line(WIDE * np.cos(turn)))
    x[[0, -1]] = 0.0
    return np.stack([x, y, z - deep - 0.03 * np.cos(turn) ** 8], axis=1)


def coordinates(points: Floats) -> tuple[Floats, Floats]:
    """The turn around the line, and the height of the loop that goes through each place (N,).

    Points of the loops themselves know their turn; this serves all others.
    """
    x = points[:, 0] / WIDE
    y = (points[:, 1] - MOUTH[1]) / WIDE
    y = y / np.where(y > 0, 0.86, 1.12)
    to_left, to_right = np.hypot(x - 1.0, y), np.hypot(x + 1.0, y)
    cosh = np.maximum((to_left + to_right) / 2.0, 1.0)
    height = np.sqrt(cosh**2 - 1.0)
    turn = np.arctan2(y / np.maximum(height, 1e-9), x / cosh)
    return turn, height


def heights() -> Floats:
    """Height of the loops outside of the line, by number."""
    return np.array([height for height, _ in _OUT])
