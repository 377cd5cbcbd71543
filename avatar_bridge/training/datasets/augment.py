"""Random changes that a face survives: place, light, sharpness, noise, things in front."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.geometry import crop_transform
from avatar_bridge.training.datasets.source import CACHE_MARGIN, CACHE_SIZE
from avatar_bridge.types import Float32, Image

_NOISE = np.random.default_rng(7).standard_normal((256, 256)).astype(np.float32)
_LEVELS = np.arange(256, dtype=np.float32) / 255


@dataclass(frozen=True, slots=True)
class Augment:
    """How strong each change is.

    Attributes:
        shift: standard deviation of the crop's place in face boxes; cut at 2.5 times that.
        scale: standard deviation of the logarithm of its size; cut at 2 times that.
        roll: standard deviation of its turn in degrees.
        wide: chance of a crop that is aimed badly, as a tracker's is when a head jerks.
        wide_shift: farthest such a crop lies off in each axis, in face boxes.
        wide_scale: standard deviation of the logarithm of its size.
        wide_roll: standard deviation of its turn in degrees.
        mirror: chance of a flip.
        light: strength of brightness, contrast and gamma changes, 0 for none.
        coarse: chance to lose resolution.
        blur: chance of a blur.
        noise: chance of sensor noise.
        jpeg: chance of compression.
        occlude: chance of a rectangle in front of the face.
    """

    shift: float = 0.05
    scale: float = 0.1
    roll: float = 7.0
    wide: float = 0.25
    wide_shift: float = 0.4
    wide_scale: float = 0.18
    wide_roll: float = 18.0
    mirror: float = 0.5
    light: float = 1.0
    coarse: float = 0.25
    blur: float = 0.2
    noise: float = 0.35
    jpeg: float = 0.2
    occlude: float = 0.15

    @classmethod
    def none(cls) -> "Augment":
        """The plain, centred crop."""
        return cls(**dict.fromkeys(cls.__slots__, 0.0))

    def place(self, rng: np.random.Generator, margin: float, size: int, mirror: bool) -> Float32:
        """A jittered map (2, 3) from pixels of the net's crop to pixels of the cached crop."""
        if rng.random() < self.wide:
            shift = rng.uniform(-self.wide_shift, self.wide_shift, 2)
            spread, turn = self.wide_scale, self.wide_roll
        else:
            shift = np.clip(rng.normal(0, self.shift, 2), -2.5 * self.shift, 2.5 * self.shift)
            spread, turn = self.scale, self.roll
        scale = math.exp(float(np.clip(rng.normal(0, spread), -2 * spread, 2 * spread)))
        roll = math.radians(rng.normal(0, turn))
        return place_crop(shift, scale, roll, margin, size, mirror)

    def paint(self, rng: np.random.Generator, image: Image) -> Image:
        """Change the pixels of a crop (S, S) uint8."""
        chance = rng.random(6)
        if chance[0] < self.coarse:
            image = _coarsen(image, rng.uniform(0.3, 0.8))
        if chance[1] < self.blur:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.6)), np.uint8)
        if chance[2] < self.occlude:
            image = _occlude(image, rng)
        if self.light:
            image = _relight(image, rng, self.light)
        if chance[3] < self.noise:
            image = _add_noise(image, rng, rng.uniform(2, 12))
        if chance[4] < self.jpeg:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(20, 80))]
            coded = cv2.imencode(".jpg", image, quality)[1]
            image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
        return image


def place_crop(
    shift: NDArray[np.floating], scale: float, roll: float, margin: float, size: int, mirror: bool
) -> Float32:
    """The map from pixels of the net's crop to pixels of the cached crop.

    Args:
        shift: (2,) of the middle, in face boxes.
        scale: size relative to the face box.
        roll: radians.
        margin: side of the net's crop in face boxes.
        size: side of the net's crop in pixels.
        mirror: whether the net's crop is flipped left to right.

    Returns:
        (2, 3) float32.
    """
    box = CACHE_SIZE / CACHE_MARGIN
    centre = CACHE_SIZE / 2 + np.asarray(shift, np.float32) * box
    half = scale * box / 2
    corners = np.array([*(centre - half), *(centre + half)], np.float32)
    matrix = crop_transform(corners, roll, margin, size)
    if mirror:
        matrix[:, 2] += size * matrix[:, 0]
        matrix[:, 0] *= -1
    return matrix


def _coarsen(image: Image, factor: float) -> Image:
    side = image.shape[0]
    small = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


def _occlude(image: Image, rng: np.random.Generator) -> Image:
    side = image.shape[0]
    width, height = rng.integers(side // 10, side // 3, 2)
    x, y = rng.integers(0, side - width), rng.integers(0, side - height)
    image = image.copy()
    patch = rng.integers(0, 256) + rng.uniform(0, 40) * _NOISE[:height, :width]
    image[y : y + height, x : x + width] = np.clip(patch, 0, 255)
    return image


def _relight(image: Image, rng: np.random.Generator, strength: float) -> Image:
    """Gamma, contrast and brightness by one table; now and then light from one side."""
    gamma = math.exp(rng.normal(0, 0.3 * strength))
    contrast = math.exp(rng.normal(0, 0.25 * strength))
    offset = rng.normal(0, 0.1 * strength)
    mean = float(image.mean()) / 255
    levels = (_LEVELS**gamma - mean) * contrast + mean + offset
    image = np.asarray(cv2.LUT(image, np.clip(levels * 255, 0, 255).astype(np.uint8)), np.uint8)
    if rng.random() < 0.25 * strength:
        angle, depth = rng.uniform(0, 2 * math.pi), rng.uniform(0.2, 0.7)
        ramp = np.linspace(-1, 1, image.shape[0], dtype=np.float32)
        light = 1 + depth * (math.cos(angle) * ramp[None, :] + math.sin(angle) * ramp[:, None])
        image = np.clip(image * light, 0, 255).astype(np.uint8)
    return image


def _add_noise(image: Image, rng: np.random.Generator, sigma: float) -> Image:
    side = image.shape[0]
    x, y = rng.integers(0, _NOISE.shape[0] - side, 2)
    noisy = image + sigma * _NOISE[y : y + side, x : x + side]
    return np.clip(noisy, 0, 255).astype(np.uint8)
