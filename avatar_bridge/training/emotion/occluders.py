"""The things that hide a face: a mask, dark glasses, a hand or a bar.

Lengths are eye distances (see `Canvas`); shades are shares of what is white in the picture.
"""

import math

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT
from avatar_bridge.training.emotion.canvas import Canvas, Layer
from avatar_bridge.types import Float32

_MASK_JAW = slice(2, 15)  # from below one ear to below the other
_MASK_NOSE = slice(28, 30)  # the middle of the nose's ridge
_MASK_REACH = 1.05  # how far beyond the jaw the cloth stands off
_MASK_GAP = 0.1  # kept between the lower lids and the cloth
_PLEATS = (0.75, 1.0, 1.25)

_LENS_HEIGHT = 0.33  # half of it
_LENS_WIDTHS = (0.27, 0.46)  # half of it, for an eye seen from the side and from the front
_LENS_DROP = 0.04  # of its middle below the eye's
_RIM = 0.05
_BRIDGE = 0.045  # half its thickness, that of the arms too

_FINGERS = 4
_FINGER = 0.15  # half a finger's thickness
_KNUCKLES = 0.25  # from finger to finger: no face shows between them


def draw_mask(canvas: Canvas, rng: np.random.Generator) -> Layer:
    """A pleated cloth along the jaw, its upper edge over the middle of the nose."""
    jaw = canvas.place(canvas.points[_MASK_JAW])
    nose = canvas.place(canvas.points[_MASK_NOSE]).mean(axis=0)
    heart = np.array([jaw[:, 0].mean(), 0.9])
    jaw = heart + _MASK_REACH * (jaw - heart)
    hang = np.array([0.0, 0.06])  # the edge sags between nose and ear
    outline = np.vstack([jaw, (jaw[-1] + nose) / 2 + hang, nose, (jaw[0] + nose) / 2 + hang])
    lids = canvas.place(canvas.points[[40, 41, 46, 47]])[:, 1].max()
    cover = canvas.fill(outline) * canvas.soft(lids + _MASK_GAP - canvas.v)
    width = max(float(np.ptp(jaw[:, 0])) / 2, 0.1)
    round_off = 1 - 0.3 * ((canvas.u - nose[0]) / width) ** 2  # the cheeks turn from the light
    folds = sum(np.exp(-(((canvas.v - fold) / 0.045) ** 2)) for fold in _PLEATS)
    base = rng.choice([rng.uniform(0.75, 0.95), rng.uniform(0.15, 0.35)], p=[0.7, 0.3])
    shade = base * canvas.white * np.clip(round_off, 0.4, 1) * (1 - 0.2 * folds)
    shade = shade + 2.0 * rng.standard_normal(cover.shape)
    return Layer(cover, np.asarray(shade, np.float32))


def draw_glasses(canvas: Canvas, rng: np.random.Generator) -> Layer:
    """Dark glasses: two lenses, a bridge, and the arms as far as they are seen."""
    eyes = [canvas.place(canvas.points[eye]) for eye in (EYE_RIGHT, EYE_LEFT)]
    corner = rng.uniform(2.2, 4.0)  # of the superellipse: from round to nearly square
    lens, glass = np.zeros_like(canvas.u), np.zeros_like(canvas.u)
    edges = []
    for eye in eyes:
        half = float(np.clip(1.1 * np.ptp(eye[:, 0]), *_LENS_WIDTHS))
        middle = eye.mean(axis=0) + np.array([0, _LENS_DROP])
        lens = np.maximum(lens, canvas.fill(_rounded(middle, half, _LENS_HEIGHT, corner)))
        inner = _rounded(middle, half - _RIM, _LENS_HEIGHT - _RIM, corner)
        glass = np.maximum(glass, canvas.fill(inner))
        reach = np.array([half, 0])
        edges.append((middle - reach, middle + reach))
    (outer_right, inner_right), (inner_left, outer_left) = edges
    wire = _capsule(canvas, inner_right, inner_left, _BRIDGE)
    ears = canvas.place(canvas.points[[0, 16]])
    for outer, ear, way in ((outer_right, ears[0], -1), (outer_left, ears[1], 1)):
        if way * (ear[0] - outer[0]) > 0:  # the far arm of a turned head is hidden
            wire = np.minimum(wire, _capsule(canvas, outer, np.array([ear[0], outer[1]]), _BRIDGE))
    cover = np.maximum(lens, canvas.soft(wire))
    shine = np.exp(-(((canvas.u - canvas.v - rng.uniform(-0.5, 0.5)) / 0.1) ** 2))
    dark = 0.08 + 0.08 * np.clip(canvas.v / _LENS_HEIGHT + 0.5, 0, 1) + 0.15 * shine
    shade = canvas.white * (0.05 + glass * (dark - 0.05))
    return Layer(cover, np.asarray(shade, np.float32))


def draw_object(canvas: Canvas, rng: np.random.Generator) -> Layer:
    """A hand or a bar before the upper or the lower half of the face."""
    high = bool(rng.integers(2))
    middle = (rng.uniform(-0.4, 0.4), rng.uniform(-0.1, 0.2) if high else rng.uniform(0.7, 1.1))
    return _hand(canvas, rng, middle) if rng.integers(2) else _bar(canvas, rng, middle)


def _bar(canvas: Canvas, rng: np.random.Generator, middle: tuple[float, float]) -> Layer:
    """A bar with stripes, as a pole, a book's edge or a microphone."""
    along, across = _turned(canvas, middle, rng.uniform(0, math.pi))
    length, width = rng.uniform(0.9, 1.3), rng.uniform(0.3, 0.42)
    distance = np.maximum(abs(along) - length, abs(across) - width)
    stripes = np.sin(2 * math.pi * along / rng.uniform(0.25, 0.6))
    shade = rng.uniform(0.25, 0.85) + 0.12 * stripes + 0.06 * canvas.grain(rng, 12)
    shade = shade * (1 - 0.35 * (across / width) ** 2)
    return Layer(canvas.soft(distance), np.asarray(canvas.white * shade, np.float32))


def _hand(canvas: Canvas, rng: np.random.Generator, middle: tuple[float, float]) -> Layer:
    """Four fingers and a palm that come from the side or from below."""
    way = rng.choice([0.0, math.pi]) + rng.uniform(-0.6, 0.6)
    if middle[1] > 0.5:
        way = rng.uniform(-math.pi, 0.0)
    along, across = _turned(canvas, middle, way)  # the fingers point to +along
    distance = np.full_like(canvas.u, np.inf)
    crown = np.zeros_like(canvas.u)  # 1 on the top of a finger, 0 between them
    for finger in range(_FINGERS):
        side = _KNUCKLES * (finger - (_FINGERS - 1) / 2)
        tip = 0.45 - 0.2 * (side / (2 * _KNUCKLES)) ** 2 + rng.uniform(-0.05, 0.05)
        beyond = np.maximum(along - tip, 0)
        fan = side * (1 + 0.2 * np.clip(along + 0.5, 0, 1))  # the fingers spread a little
        own = np.hypot(beyond, across - fan) - _FINGER
        crown = np.maximum(crown, np.clip(-own / _FINGER, 0, 1))
        distance = np.minimum(distance, own)
    # One body, lest the face shine through between the fingers where a finger is a pixel wide.
    body = np.maximum(along - 0.2, abs(across) - _KNUCKLES * (_FINGERS - 1) / 2)
    distance = np.minimum(distance, body)
    palm = np.clip(-4 * (along + 0.3), 0, 1)
    shade = (1 - palm) * (0.6 + 0.5 * crown**0.4) + palm * (1.05 - 0.5 * across**2)
    shade = shade * rng.uniform(0.85, 1.15) + 0.03 * canvas.grain(rng, 10)
    return Layer(canvas.soft(distance), np.asarray(canvas.skin * shade, np.float32))


def _turned(canvas: Canvas, middle: tuple[float, float], angle: float) -> tuple[Float32, Float32]:
    """(T, T) places in axes around a point, the first at an angle from u toward v."""
    cos, sin = math.cos(angle), math.sin(angle)
    u, v = canvas.u - middle[0], canvas.v - middle[1]
    return cos * u + sin * v, cos * v - sin * u


def _capsule(
    canvas: Canvas, start: NDArray[np.floating], end: NDArray[np.floating], radius: float
) -> NDArray[np.floating]:
    """(T, T) distance to a thick line with round ends."""
    way = end - start
    u, v = canvas.u - start[0], canvas.v - start[1]
    share = np.clip((u * way[0] + v * way[1]) / max(float(way @ way), 1e-9), 0, 1)
    return np.hypot(u - share * way[0], v - share * way[1]) - radius


def _rounded(
    middle: NDArray[np.floating], half_width: float, half_height: float, corner: float
) -> NDArray[np.floating]:
    """(48, 2) outline of a superellipse."""
    angle = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    cos, sin = np.cos(angle), np.sin(angle)
    x = np.sign(cos) * abs(cos) ** (2 / corner)
    y = np.sign(sin) * abs(sin) ** (2 / corner)
    return middle + np.column_stack([half_width * x, half_height * y])
