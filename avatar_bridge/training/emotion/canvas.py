"""What occluders are drawn on: a tile, and the axes of the face in it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.geometry import FACE_DROP, FACE_SIDE, face_box
from avatar_bridge.types import Float32, Image

LEAST_UNIT = 2.0  # px; points that lie closer together are no face
_FINE = 4  # polygons are drawn so many times larger, for soft edges
_SHIFT = 4  # binary digits of OpenCV's subpixels
_WHITE = 95.0  # percentile


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Something to be laid over a tile.

    Attributes:
        cover: (T, T) how much of each pixel is hidden, in [0, 1].
        shade: (T, T) grey, white being 255.
    """

    cover: Float32
    shade: Float32


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A tile with a face.

    **Convention:** the face's axes turn with it: u runs to the image's right along the eyes, v
    from the eyes to the chin, both in eye distances from the middle of the eyes. Pixels are
    (x, y), (0, 0) the top left pixel's corner.

    Attributes:
        points: (68 or more, 2) pixels.
        middle: (2,) pixels, between the eyes.
        axes: (2, 2) unit vectors of u and v in pixels.
        unit: eye distance in pixels of the face seen from the front.
        u, v: (T, T) of the pixels' centres.
        white: grey of something white in this light.
        skin: grey of the skin.
    """

    points: Float32
    middle: NDArray[np.floating]
    axes: NDArray[np.floating]
    unit: float
    u: Float32
    v: Float32
    white: float
    skin: float

    @classmethod
    def on(cls, tile: Image, points: Float32) -> "Canvas":
        """The canvas of a tile (T, T) with known points."""
        box, roll = face_box(points)
        unit = max(float(box[2] - box[0]) / FACE_SIDE, 1e-3)
        cos, sin = math.cos(roll), math.sin(roll)
        axes = np.array([[cos, sin], [-sin, cos]])
        middle = (box[:2] + box[2:]) / 2 - FACE_DROP * unit * axes[1]
        y, x = np.indices(tile.shape) + 0.5
        away = np.stack([x, y], axis=-1) - middle  # (T, T, 2)
        u, v = (away @ axis / unit for axis in axes)
        face = tile[(abs(u) < 0.8) & (v > -0.2) & (v < 1.2)]
        return cls(
            points=points,
            middle=middle,
            axes=axes,
            unit=unit,
            u=np.asarray(u, np.float32),
            v=np.asarray(v, np.float32),
            white=float(np.percentile(tile, _WHITE)),
            skin=float(np.median(face)) if face.size else float(np.median(tile)),
        )

    def place(self, points: NDArray[np.floating]) -> NDArray[np.floating]:
        """(..., 2) pixels → u, v."""
        return np.asarray((points - self.middle) @ self.axes.T / self.unit)

    def fill(self, outline: NDArray[np.floating]) -> Float32:
        """(P, 2) corners in u, v → (T, T) share of each pixel inside."""
        side = len(self.u)
        pixels = (outline @ self.axes * self.unit + self.middle) * _FINE - 0.5
        fine = np.zeros((side * _FINE, side * _FINE), np.uint8)
        corners = np.rint(pixels * 2**_SHIFT).astype(np.int32)
        cv2.fillPoly(fine, [corners], 255, shift=_SHIFT)
        small = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
        return np.asarray(small / np.float32(255), np.float32)

    def soft(self, distance: NDArray[np.floating]) -> Float32:
        """Distance to an outline in eye distances, negative inside → cover, a pixel's slope."""
        return np.asarray(np.clip(0.5 - distance * self.unit, 0, 1), np.float32)

    def grain(self, rng: np.random.Generator, cells: int) -> Float32:
        """(T, T) cloudy noise of spread 1 with so many cells a side."""
        coarse = rng.standard_normal((cells, cells)).astype(np.float32)
        size = self.u.shape[::-1]
        return np.asarray(cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR), np.float32)
