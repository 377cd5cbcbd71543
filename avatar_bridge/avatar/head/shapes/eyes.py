"""Lids: they close, squint, widen, and follow where the eye looks."""

from avatar_bridge.avatar.head.falloff import Floats, blob
from avatar_bridge.avatar.head.lids import turned
from avatar_bridge.avatar.head.shapes.field import Field, below_lids, slid

# Radians by which an eye turns at weight 1; Apple's heads turn about as far.
LOOK_UP, LOOK_DOWN, LOOK_IN, LOOK_OUT = 0.42, 0.42, 0.50, 0.50


def blink(f: Field) -> Floats:
    """The upper lid comes down onto the lower one, which rises a little."""
    return turned(f.points, f.eye, 0.0, 0.0, shut=1.0)


def squint(f: Field) -> Floats:
    """The lower lid rises, the upper one sinks a little, and the cheek follows."""
    cheek = blob(f.points, (0.42, -0.34, 0.80), 0.22) * f.face * below_lids(f)
    return turned(f.points, f.eye, -0.09, 0.19) + slid(f, 0.0 * cheek, 0.03 * cheek, 0.02 * cheek)


def wide(f: Field) -> Floats:
    """Both lids open wider."""
    return turned(f.points, f.eye, 0.16, -0.07)


def look_up(f: Field) -> Floats:
    """Lids follow an eye that looks up."""
    return turned(f.points, f.eye, 0.11, 0.07)


def look_down(f: Field) -> Floats:
    """Lids follow an eye that looks down."""
    return turned(f.points, f.eye, -0.27, -0.08)


def look_in(f: Field) -> Floats:
    """Lids give way a little to an eye that looks toward the nose."""
    return turned(f.points, f.eye, -0.015, -0.01)


def look_out(f: Field) -> Floats:
    """Lids give way a little to an eye that looks outward."""
    return turned(f.points, f.eye, -0.015, -0.01)
