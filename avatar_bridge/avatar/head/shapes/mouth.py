"""The mouth as a whole: corners, rounding, closing, and the tongue's way out."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, blob, step
from avatar_bridge.avatar.head.lids import turned
from avatar_bridge.avatar.head.lips import WIDE
from avatar_bridge.avatar.head.shapes import jaw
from avatar_bridge.avatar.head.shapes.field import Field, below_lids, near_mouth, slid

FUNNEL_JAW = 0.045  # radians by which the jaw gives way to a funnel
_MEET = 0.35  # of the way down an open mouth, where closed lips meet


def _corner(f: Field, reach: float = 1.5) -> Floats:
    """1 at the left corner, 0 at the mouth's middle and away from the mouth."""
    return np.asarray(near_mouth(f, reach) * np.clip((f.x + 0.05) / (WIDE + 0.05), 0.0, 1.0) ** 2)


def _drawn(f: Field, reach: float = 1.5) -> Floats:
    """As `_corner`, but in proportion to the way from the middle, so that lips stretch evenly."""
    return np.asarray(near_mouth(f, reach) * np.clip(f.x / WIDE, 0.0, 1.0))


def smile(f: Field) -> Floats:
    """The left corner goes up and out, and the cheek rises."""
    corner = _corner(f)
    cheek = blob(f.points, (0.50, -0.42, 0.74), 0.40) * f.face * step(f.height, 0.35, 1.1)
    cheek = cheek * below_lids(f)
    curve = near_mouth(f, 1.2) * step(np.abs(f.x), 0.34, 0.0) * step(f.x, -0.25, 0.05)
    up = 0.17 * corner + 0.05 * cheek * (1.0 - corner) - 0.008 * curve
    lid = turned(f.points, f.eye, 0.0, 0.05)
    return slid(f, 0.125 * _drawn(f), up, 0.05 * cheek - 0.01 * corner) + lid


def frown(f: Field) -> Floats:
    """The left corner goes down."""
    corner = _corner(f, 1.3)
    curve = near_mouth(f, 0.9) * step(np.abs(f.x), 0.30, 0.0) * step(f.x, -0.25, 0.05)
    return slid(f, 0.015 * corner, -0.165 * corner + 0.02 * curve)


def dimple(f: Field) -> Floats:
    """The left corner is drawn back and out into the cheek."""
    corner = _corner(f, 0.9)
    pit = blob(f.points, (0.41, -0.57, 0.78), 0.17) * np.where(f.inside > 0, 0.0, 1.0)
    return slid(f, 0.115 * corner, 0.03 * corner, -0.06 * corner - 0.13 * pit * (1 - corner))


def stretch(f: Field) -> Floats:
    """The left corner is drawn sideways and a little down."""
    corner = _corner(f, 1.3)
    return slid(f, 0.16 * _drawn(f, 1.3), -0.055 * corner, -0.02 * corner)


def to_left(f: Field) -> Floats:
    """The whole mouth goes to the subject's left."""
    moved = near_mouth(f, 1.5)
    return slid(f, 0.17 * moved, 0.03 * moved * np.clip(f.x / WIDE, -1.0, 1.0))


def funnel(f: Field) -> Floats:
    """Lips open into a forward funnel."""
    lips = near_mouth(f, 1.25)
    side = np.clip(f.x / WIDE, -1.2, 1.2)
    up = np.sin(f.turn)
    line = -0.06 * np.cos(f.turn) ** 2 * lips
    open_up = line + np.where(up > 0, 0.115, 0.115) * up * near_mouth(f, 0.9)
    open_jaw = jaw.opened(f.points, FUNNEL_JAW) * jaw.share(f)[:, None]
    return np.asarray(slid(f, -0.165 * lips * side, open_up, 0.165 * lips) + open_jaw)


def pucker(f: Field) -> Floats:
    """Lips draw together and forward, as for a kiss."""
    lips = near_mouth(f, 1.25)
    side = np.clip(f.x / WIDE, -1.2, 1.2)
    thick = np.sin(f.turn) * step(f.height, 0.0, 0.2) * near_mouth(f, 0.9)
    line = -0.045 * np.cos(f.turn) ** 2 * lips  # the resting smile goes out of it
    return slid(f, -0.165 * lips * side, 0.035 * thick + line, 0.14 * lips)


def close(f: Field) -> Floats:
    """Brings the lips of an open jaw together again; by itself it is never asked for."""
    # What an open jaw does to the line's upper and lower edge at this turn.
    turn = np.abs(f.turn)
    x = WIDE * np.cos(f.turn)
    at = np.stack([x, f.y, f.z], axis=1)
    flat = Field(at, f.eye, turn, 0.0 * f.height, 0.0 * f.face + 1.0, 0.0 * f.inside)
    upper = jaw.share(flat)
    flat = Field(at, f.eye, -turn, 0.0 * f.height, 0.0 * f.face + 1.0, 0.0 * f.inside)
    lower = jaw.share(flat)
    goal = upper + _MEET * (lower - upper)
    own = np.where(f.turn > 0, upper, lower)
    lips = step(f.away, 0.85, 0.06) * f.face * (1.0 - f.inside)
    return np.asarray(jaw.opened(f.points) * ((goal - own) * lips)[:, None])


def tongue_out(f: Field) -> Floats:
    """Lips part for the tongue."""
    lips = near_mouth(f, 0.9)
    middle = step(np.abs(f.x), 0.29, 0.08)
    up = np.sin(f.turn)
    part = np.where(up > 0, 0.045, 0.14) * step(np.abs(up), 0.1, 0.8) * np.sign(up)
    open_jaw = jaw.opened(f.points, 0.07) * jaw.share(f)[:, None]
    return np.asarray(slid(f, 0.0 * lips, part * lips * middle, 0.02 * lips) + open_jaw)
