"""What is behind the faces: photographs without any, quilts of patches, rooms, patterns."""

import math
from collections.abc import Sequence

import cv2
import numpy as np

from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.types import Float32, Image

_PICTURE, _QUILT, _ROOM = 0.6, 0.75, 0.85  # cumulative chances; the rest are patterns
_LARGE = 160  # px from which a picture without a face can fill a scene
_LETTERS = "ABCDEFGHIKLMNOPRSTUVWXYZ abcdefghiklmnoprstuvwxyz 0123456789 &%()?!:;@#"


class Grounds:
    """Draws backgrounds.

    Args:
        pictures: (H, W) uint8 each, of any size, without a face; may be empty.
    """

    def __init__(self, pictures: Sequence[Image]) -> None:
        self._large = [picture for picture in pictures if min(picture.shape) >= _LARGE]
        self._patches = list(pictures)

    def draw(self, rng: np.random.Generator, height: int, width: int) -> Float32:
        """(height, width) float32 in [0, 255]."""
        kind = rng.random()
        if kind < _PICTURE and self._large:
            return _crop(rng, self._large[rng.integers(len(self._large))], height, width)
        if kind < _QUILT and self._patches:
            return self._quilt(rng, height, width)
        if kind < _ROOM:
            wall = room(rng, rng.uniform(0.1, 0.9), int(rng.integers(3, 24)), rng.uniform(0, 0.4))
            grey = cv2.cvtColor(wall, cv2.COLOR_RGB2GRAY)
            return _resized(np.asarray(grey, np.uint8), height, width)
        return pattern(rng, height, width)

    def patch(self, rng: np.random.Generator, side: int) -> Image:
        """(side, side) uint8 of something that is no face."""
        if self._patches and rng.random() < 0.8:
            picture = self._patches[rng.integers(len(self._patches))]
            return np.asarray(_crop(rng, picture, side, side), np.uint8)
        return np.asarray(pattern(rng, side, side), np.uint8)

    def clutter(self, rng: np.random.Generator, canvas: Float32) -> None:
        """Draw text, lines, shapes and patches over a background."""
        height, width = canvas.shape
        for _ in range(int(rng.integers(1, 12))):
            x, y = int(rng.integers(width)), int(rng.integers(height))
            shade, thick = float(rng.uniform(0, 255)), int(rng.integers(1, 4))
            kind = rng.integers(4)
            if kind == 0:
                text = "".join(rng.choice(list(_LETTERS), int(rng.integers(3, 24))))
                font = int(rng.integers(8))
                cv2.putText(canvas, text, (x, y), font, rng.uniform(0.3, 2), shade, thick)
            elif kind == 1:
                end = (int(rng.integers(width)), int(rng.integers(height)))
                cv2.line(canvas, (x, y), end, shade, thick, cv2.LINE_AA)
            elif kind == 2:
                axes = tuple(int(v) for v in rng.integers(3, max(height // 4, 4), 2))
                filled = -1 if rng.random() < 0.5 else thick
                cv2.ellipse(canvas, (x, y), axes, rng.uniform(0, 180), 0, 360, shade, filled)
            else:
                side = int(rng.integers(12, max(height // 2, 13)))
                part = canvas[y : y + side, x : x + side]
                part[:] = self.patch(rng, side)[: part.shape[0], : part.shape[1]]

    def _quilt(self, rng: np.random.Generator, height: int, width: int) -> Float32:
        """Patches side by side, all of one size."""
        side = int(rng.integers(24, 161))
        canvas = np.empty((height, width), np.float32)
        for y in range(0, height, side):
            for x in range(0, width, side):
                part = canvas[y : y + side, x : x + side]
                part[:] = self.patch(rng, side)[: part.shape[0], : part.shape[1]]
        return canvas


def _crop(rng: np.random.Generator, picture: Image, height: int, width: int) -> Float32:
    """Some part of a picture, in the proportions asked for."""
    shape = np.array(picture.shape)
    largest = float((shape / (height, width)).min())
    smallest = min(0.4, largest)  # at most 2.5 times as large as it is
    scale = math.exp(rng.uniform(math.log(smallest), math.log(largest)))
    tall, wide = max(1, int(scale * height)), max(1, int(scale * width))
    y, x = (int(rng.integers(0, room + 1)) for room in shape - (tall, wide))
    part = picture[y : y + tall, x : x + wide]
    return _resized(part[:, ::-1] if rng.random() < 0.5 else part, height, width)


def _resized(picture: Image, height: int, width: int) -> Float32:
    how = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=how), np.float32
    )


def pattern(rng: np.random.Generator, height: int, width: int) -> Float32:
    """A slope with clouds, stripes, checks or dots."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = rng.uniform(-100, 100, 2)
    canvas = rng.uniform(0, 255) + slope[0] * (x / width - 0.5) + slope[1] * (y / height - 0.5)
    kind = rng.integers(4)
    angle, wave = rng.uniform(0, math.pi), math.exp(rng.uniform(math.log(4), math.log(120)))
    along = (math.cos(angle) * x + math.sin(angle) * y) * 2 * math.pi / wave
    across = (math.cos(angle) * y - math.sin(angle) * x) * 2 * math.pi / wave
    strength = rng.uniform(10, 90)
    if kind == 0:
        for _ in range(int(rng.integers(1, 4))):
            cells = rng.integers(2, max(min(height, width) // 3, 3), 2)
            noise = rng.normal(0, strength / 2, cells).astype(np.float32)
            canvas += cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    elif kind == 1:
        canvas += strength * np.sin(along)
    elif kind == 2:
        canvas += strength * np.sign(np.sin(along) * np.sin(across))
    else:
        canvas += strength * (np.sin(along) * np.sin(across) > rng.uniform(0.2, 0.9))
    return np.asarray(np.clip(canvas, 0, 255), np.float32)
