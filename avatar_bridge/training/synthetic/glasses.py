"""Glasses that sit on a person's nose and ears.

**Convention:** head axes of the person at rest, cm.
"""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.training.synthetic.props import Prop, grid_prop, joined_props
from avatar_bridge.types import Float32

# iBUG points: the nose's root, the corners of both eyes, the face's edge at the temples.
_ROOT, _EYES, _EDGES = 27, (slice(36, 42), slice(42, 48)), (0, 16)
_AROUND = 40  # points around a lens


@dataclass(frozen=True, slots=True)
class GlassesStyle:
    """The make of a pair of glasses.

    Attributes:
        half_width: of a lens, cm.
        half_height: of a lens, cm.
        squareness: 2 is an ellipse, more is squarer.
        tube: radius of the rim, cm.
        slant: how much the outer corner rises, cm.
        half_rim: whether the rim runs along the top alone.
    """

    half_width: float
    half_height: float
    squareness: float
    tube: float
    slant: float = 0.0
    half_rim: bool = False


STYLES = (
    GlassesStyle(2.35, 2.2, 2.0, 0.09),
    GlassesStyle(2.6, 1.75, 3.6, 0.17),
    GlassesStyle(2.7, 1.5, 4.0, 0.10),
    GlassesStyle(2.7, 2.3, 2.6, 0.26),
    GlassesStyle(2.6, 1.8, 2.5, 0.20, slant=0.5),
    GlassesStyle(2.7, 1.6, 3.0, 0.11, half_rim=True),
    GlassesStyle(2.85, 2.5, 2.2, 0.08, slant=-0.25),
)


def glasses(landmarks: Float32, style: GlassesStyle) -> tuple[Prop, Prop]:
    """Frame and lenses.

    Args:
        landmarks: (68, 3) of the person at rest.
        style: the make.
    """
    root = landmarks[_ROOT]
    frame, lenses = [], []
    hinges = []
    for side, eye, edge in zip((-1.0, 1.0), _EYES, _EDGES, strict=True):
        points = landmarks[eye]
        middle = points.mean(axis=0)
        half = max(style.half_width, 0.55 * float(np.ptp(points[:, 0])) + 0.45)
        x = side * max(abs(float(middle[0])), half + 0.75)  # the rims leave room for the nose
        turn = np.linspace(-np.pi, np.pi, _AROUND + 1)
        rim = _rim(turn, x, float(middle[1]) - 0.35, half, style, side, root)
        if style.half_rim:
            upper = np.linspace(-0.08 * np.pi, 1.08 * np.pi, _AROUND)
            wire = _rim(upper, x, float(middle[1]) - 0.35, half, style, side, root)
        else:
            wire = rim
        frame.append(_tube(wire, style.tube, closed=not style.half_rim))
        centre = rim[:-1].mean(axis=0)
        shares = np.linspace(0.0, 1.0, 5)[:, None, None]
        lenses.append(grid_prop(centre + (rim - centre) * shares))
        hinge = rim[np.abs(rim[:, 0]).argmax()] + (side * 0.15, 0.35, -0.05)
        hinges.append(rim[np.abs(rim[:, 0]).argmin()])
        temple = landmarks[edge]
        out = side * (abs(float(temple[0])) + 0.5)
        ear = (out + side * 0.45, float(temple[1]) + 0.5, -2.0)
        arm = np.array([hinge, (out, hinge[1] - 0.05, hinge[2] - 4.5), ear])
        frame.append(_tube(_dense(arm), max(style.tube, 0.11)))
    right, left = hinges
    top = (right + left) / 2 + (0.0, 0.5, 0.12)
    top[2] = max(top[2], float(root[2]) + 0.25)
    frame.append(_tube(_dense(np.array([right, top, left]), 9), style.tube))
    return joined_props(frame), joined_props(lenses)


def _rim(
    turn: np.ndarray,
    x: float,
    y: float,
    half: float,
    style: GlassesStyle,
    side: float,
    root: Float32,
) -> np.ndarray:
    """(N, 3) the curve of a lens's edge, bent a little around the face."""
    power = 2.0 / style.squareness
    cosine, sine = np.cos(turn), np.sin(turn)
    across = half * np.sign(cosine) * np.abs(cosine) ** power
    height = style.half_height * np.sign(sine) * np.abs(sine) ** power
    height = height + style.slant * side * across / half
    at = x + across
    # Before the nose's root and the lashes; the outer edge lies further back.
    depth = float(root[2]) + 0.55 - 0.018 * at**2 + 0.04 * height
    return np.stack([at, y + height, depth], axis=-1)


def _dense(corners: np.ndarray, count: int = 14) -> np.ndarray:
    """Points along the lines between corners."""
    at = np.linspace(0, len(corners) - 1, count)
    return np.stack([np.interp(at, range(len(corners)), corners[:, i]) for i in range(3)], axis=-1)


def _tube(path: np.ndarray, radius: float, closed: bool = False) -> Prop:
    """A round wire along (N, 3) points; a closed path repeats its first."""
    forward = np.gradient(path, axis=0)
    if closed:
        forward[0] = forward[-1] = path[1] - path[-2]
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    # Any direction across will do that no wire of a pair of glasses runs along.
    first = np.cross(forward, (0.12, 0.35, 0.93))
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-6)
    second = np.cross(forward, first)
    turn = np.linspace(0, 2 * np.pi, 9)[:, None, None]
    points = path + radius * (np.cos(turn) * first + np.sin(turn) * second)
    prop = grid_prop(points)
    # A grid's normals are wrong where it closes upon itself: a wire's point away from its path.
    away = (points - path).reshape(-1, 3) / radius
    vertices = prop.vertices.copy()
    vertices[:, 3:6] = away
    return Prop(vertices, prop.triangles)
