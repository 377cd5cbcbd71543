"""Cheeks and nose."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, blob, step
from avatar_bridge.avatar.head.lids import turned
from avatar_bridge.avatar.head.shapes.field import Field, below_lids, near_mouth, slid


def puff(f: Field) -> Floats:
    """Both cheeks fill with air, and the lips hold it."""
    at = np.abs(f.points) * (1.0, 0.0, 0.0) + f.points * (0.0, 1.0, 1.0)
    cheek = blob(at, (0.54, -0.47, 0.62), 0.42) * np.where(f.inside > 0, 0.0, 1.0)
    away = (at - (0.25, -0.55, 0.25)) * (np.sign(f.x)[:, None] * (1.0, 0.0, 0.0) + (0.0, 1.0, 1.0))
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    held = near_mouth(f, 0.7)
    lips = slid(f, -0.05 * held * np.sin(np.clip(f.x / 0.3, -1, 1) * np.pi / 2), 0.0 * held)
    free = step(f.height, 0.15, 0.7)
    return np.asarray(0.26 * (cheek * free)[:, None] * away + lips)


def squint(f: Field) -> Floats:
    """The left cheek rises and pushes the lower lid up."""
    cheek = blob(f.points, (0.47, -0.42, 0.76), 0.38) * f.face * step(f.height, 0.3, 0.9)
    cheek = cheek * below_lids(f)
    return slid(f, 0.0 * cheek, 0.08 * cheek, 0.09 * cheek) + turned(f.points, f.eye, 0.0, 0.11)


def sneer(f: Field) -> Floats:
    """The nose's left wing and the lip below it rise, the bridge wrinkles, the brow sinks."""
    side = step(f.x, -0.05, 0.07)
    wing = blob(f.points, (0.13, -0.27, 0.93), 0.22) * side
    fold = blob(f.points, (0.20, -0.42, 0.86), 0.18) * side * np.where(f.inside > 0, 0.0, 1.0)
    lip = near_mouth(f, 0.9) * np.maximum(np.sin(f.turn), 0.0) * step(f.x, -0.08, 0.10)
    lip = lip * step(f.x, 0.36, 0.16)
    bridge = blob(f.points, (0.07, 0.06, 0.88), 0.2) * side
    brow = step(f.x, 0.06, 0.16) * step(f.x, 0.45, 0.2) * step(f.y, 0.24, 0.33)
    brow = brow * step(f.y, 0.6, 0.46) * f.face
    rise = 0.085 * wing + 0.04 * fold * (1 - wing) + 0.06 * lip * (1 - wing) - 0.05 * brow
    return slid(f, 0.025 * wing - 0.02 * brow, rise, 0.035 * wing + 0.035 * bridge, lids=False)
