"""One lip at a time: rolled in, shrugged, pressed, raised, drawn down."""

import numpy as np

from avatar_bridge.avatar.head.falloff import Floats, step
from avatar_bridge.avatar.head.lips import line
from avatar_bridge.avatar.head.shapes.field import Field, near_mouth, slid


def _upper(f: Field) -> Floats:
    return step(np.sin(f.turn), 0.0, 0.55)


def _lower(f: Field) -> Floats:
    return step(-np.sin(f.turn), 0.0, 0.55)


def _left(f: Field) -> Floats:
    return step(f.x, -0.17, 0.19)


def _rolled(f: Field, lip: Floats, deep: float) -> Floats:
    """Red skin goes in behind the line, and the skin around follows."""
    red = step(f.height, 0.6, 0.18) * lip * f.face * (1.0 - f.inside) ** 2
    shut = (line(f.x) - f.y) * red * step(f.height, 0.55, 0.25) * 0.9
    return slid(f, 0.0 * red, shut, -deep * red * step(f.height, 0.5, 0.2))


def roll_lower(f: Field) -> Floats:
    """The lower lip rolls in over the teeth."""
    return _rolled(f, _lower(f), 0.075)


def roll_upper(f: Field) -> Floats:
    """The upper lip rolls in over the teeth."""
    return _rolled(f, _upper(f), 0.075)


def shrug_lower(f: Field) -> Floats:
    """The chin pushes the lower lip up and out, and the upper one gives way."""
    middle = step(np.abs(f.x), 0.42, 0.05)
    lips = near_mouth(f, 1.0)
    low = step(-np.sin(f.turn), -0.2, 0.3)
    chin = step(f.y, -1.12, -0.95) * step(f.y, -0.72, -0.86) * step(np.abs(f.x), 0.34, 0.0)
    chin = chin * f.face * np.where(f.inside > 0, 0.0, 1.0)
    up = 0.125 * lips * middle + 0.06 * chin * (1.0 - lips)
    return slid(f, 0.0 * lips, up, 0.075 * lips * low * middle + 0.05 * chin)


def shrug_upper(f: Field) -> Floats:
    """The upper lip is pushed up and out, and the lower one follows it."""
    middle = step(np.abs(f.x), 0.40, 0.05)
    lips = near_mouth(f, 0.85)
    high = step(np.sin(f.turn), -0.3, 0.3)
    up = lips * middle * (high + (1.0 - high) * step(f.height, 0.6, 0.0))
    return slid(f, 0.0 * lips, 0.105 * up, 0.10 * lips * middle * high)


def press(f: Field) -> Floats:
    """The left half of both lips is pressed thin."""
    red = near_mouth(f, 0.9) * _left(f) * (1.0 - f.inside) ** 2
    thin = (line(f.x) - f.y) * 0.72 * step(f.height, 0.8, 0.25) * red
    corner = near_mouth(f, 0.8) * step(f.x, 0.05, 0.28)
    pit = near_mouth(f, 1.1) * step(f.x, 0.22, 0.34)
    out = -0.05 * red * step(f.height, 0.45, 0.2) - 0.05 * pit
    return slid(f, 0.05 * corner, thin - 0.01 * corner, out)


def lower_down(f: Field) -> Floats:
    """The left half of the lower lip is drawn down, off the teeth."""
    low = near_mouth(f, 1.0) * np.maximum(-np.sin(f.turn), 0.0) * _left(f)
    return slid(f, 0.025 * low, -0.15 * low, 0.02 * low)


def upper_up(f: Field) -> Floats:
    """The left half of the upper lip is raised, off the teeth."""
    high = near_mouth(f, 1.0) * np.maximum(np.sin(f.turn), 0.0) * _left(f)
    return slid(f, 0.015 * high, 0.125 * high, 0.025 * high)
