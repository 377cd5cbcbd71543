"""Cutting a face out of its tile and laying it over a picture.

**Convention:** coordinates count from the edge, as in `Scene`; OpenCV's warp counts from pixel
middles, which `_warp` makes up for.
"""

import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from avatar_bridge.geometry import FACE_DROP, FACE_SIDE, face_box, transform_points
from avatar_bridge.types import Float32, Image

Cut = Literal["head", "bust", "tile"]
_HEAD_WIDTH, _HEAD_HEIGHT, _HEAD_DROP = 1.35, 1.8, 0.3  # of the ellipse, in eye distances
_SHOULDERS = 1.5  # where the neck goes over into them, below the eyes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tile goes.

    Attributes:
        x, y: of the middle of the face box, in pixels.
        side: of the face box in pixels.
        roll: by how much the tile is turned, radians, clockwise as seen.
    """

    x: float
    y: float
    side: float
    roll: float


def paste(
    rng: np.random.Generator,
    canvas: Float32,
    tile: Image,
    points: Float32,
    place: Place,
    cut: Cut,
    match: float,
) -> Float32:
    """Lay a tile's face over a picture.

    Args:
        rng: decides the softness of the edge and the light.
        canvas: (H, W) float32; changed in place.
        tile: (T, T) uint8.
        points: (70, 2) in it.
        place: where the face goes.
        cut: what is cut out: the head, the head with the shoulders, or the whole tile.
        match: how far the face takes over the light of what it covers, in [0, 1].

    Returns:
        The points (70, 2) in the picture.
    """
    box, _ = face_box(points)
    scale = place.side / max(float(box[2] - box[0]), 1e-3)
    shrink = max(int(1 / scale), 1)  # averaged first, lest the warp pick single pixels
    if shrink > 1:
        side = max(len(tile) // shrink, 8)
        scale *= len(tile) / side
        points = points * np.float32(side / len(tile))
        tile = np.asarray(cv2.resize(tile, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
        box, _ = face_box(points)
    cover = _cover(rng, len(tile), points, cut)
    cos, sin = scale * math.cos(place.roll), scale * math.sin(place.roll)
    linear = np.array([[cos, -sin], [sin, cos]])
    middle = (box[:2] + box[2:]) / 2
    offset = np.array([place.x, place.y]) - linear @ middle
    matrix = np.column_stack([linear, offset]).astype(np.float32)
    corners = transform_points(matrix, np.array([(0, 0), (1, 0), (0, 1), (1, 1)]) * len(tile))
    x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(corners.max(axis=0)).astype(int), canvas.shape[::-1])
    if x1 > x0 and y1 > y0:
        under = canvas[y0:y1, x0:x1]
        matrix_here = matrix - np.array([[0, 0, x0], [0, 0, y0]], np.float32)
        over = _warp(tile.astype(np.float32), matrix_here, under.shape, cv2.BORDER_REPLICATE)
        mask = _warp(cover, matrix_here, under.shape, cv2.BORDER_CONSTANT)
        over = _relight(rng, over, under, mask, match)
        under += mask * (over - under)
    return transform_points(matrix, points)


def _warp(picture: Float32, matrix: Float32, shape: tuple[int, ...], border: int) -> Float32:
    middles = matrix.copy()
    middles[:, 2] += 0.5 * matrix[:, :2].sum(axis=1) - 0.5
    size = (shape[1], shape[0])
    warped = cv2.warpAffine(picture, middles, size, flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(warped, np.float32)


def _relight(
    rng: np.random.Generator, over: Float32, under: Float32, mask: Float32, match: float
) -> Float32:
    """Bring mean and spread of the face towards those around, and light it from one side."""
    inside = mask > 0.5
    if match and inside.sum() > 8:
        (mean, spread), (own, width) = ((p[inside].mean(), p[inside].std()) for p in (under, over))
        mean = own + match * (np.clip(mean, 40, 200) - own)
        spread = width + match * (np.clip(spread, 20, 60) - width)
        over = mean + (over - own) * (spread / max(float(width), 4.0))
    if rng.random() < 0.4:
        height, width = over.shape
        angle, strength = rng.uniform(0, 2 * math.pi), rng.uniform(0.1, 0.7)
        ramp = math.cos(angle) * np.linspace(-1, 1, width, dtype=np.float32)
        ramp = ramp + math.sin(angle) * np.linspace(-1, 1, height, dtype=np.float32)[:, None]
        over = over * (1 + np.float32(strength) * ramp)
    return np.asarray(np.clip(over, 0, 255), np.float32)


def _cover(rng: np.random.Generator, side: int, points: Float32, cut: Cut) -> Float32:
    """(side, side) float32: how much of each pixel belongs to what is cut out."""
    middles = np.arange(side, dtype=np.float32) + 0.5
    edge = np.minimum(middles, side - middles)
    fade = max(side * (rng.uniform(0, 0.05) if cut == "tile" else rng.uniform(0.04, 0.12)), 0.75)
    frame = np.clip(np.minimum(edge[:, None], edge[None]) / fade, 0, 1)
    if cut == "tile":
        return np.asarray(frame, np.float32)
    box, roll = face_box(points)
    unit = max(float(box[2] - box[0]) / FACE_SIDE, 1e-3)
    x, y = middles[None] - (box[0] + box[2]) / 2, middles[:, None] - (box[1] + box[3]) / 2
    u = (math.cos(roll) * x + math.sin(roll) * y) / unit
    v = (math.cos(roll) * y - math.sin(roll) * x) / unit + FACE_DROP
    wide, tall = _HEAD_WIDTH * rng.uniform(0.85, 1.1), _HEAD_HEIGHT * rng.uniform(0.85, 1.05)
    away = np.hypot(u / wide, (v - _HEAD_DROP) / tall)
    soft = max(rng.uniform(0.03, 0.2), 1.0 / (unit * wide))
    head = np.clip((1 - away) / soft, 0, 1)
    if cut == "bust":
        below = np.clip((v - 1.0) / 0.3, 0, 1)
        reach = 0.95 + 2.2 * np.clip(v - _SHOULDERS, 0, None)
        head = np.maximum(head, below * np.clip((reach - abs(u)) / soft, 0, 1))
    return np.asarray(head * frame, np.float32)
