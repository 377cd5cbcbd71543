"""Pictures without a face in their middle, so that presence means something."""

import math

import cv2
import numpy as np

from avatar_bridge.training.datasets.augment import place_crop
from avatar_bridge.types import Image

_FAR = (0.65, 1.0)  # face boxes by which a crop misses the face
_GRID = 4  # a scrambled face is cut into so many squares a side


def negative(
    rng: np.random.Generator, crop: Image, backgrounds: Image, margin: float, size: int
) -> Image:
    """One picture (size, size) uint8 that shows no upright face in its middle.

    Args:
        rng: source of chance.
        crop: (160, 160) cached crop of some face.
        backgrounds: (M, 160, 160) patches; may be empty.
        margin: side of the net's crop in face boxes.
        size: side of the net's crop in pixels.
    """
    kind = rng.random()
    if kind < 0.4 and len(backgrounds):
        patch = backgrounds[rng.integers(len(backgrounds))]
        side = int(rng.integers(patch.shape[0] // 2, patch.shape[0] + 1))
        x, y = rng.integers(0, patch.shape[0] - side + 1, 2)
        part = patch[y : y + side, x : x + side]
        return np.asarray(cv2.resize(part, (size, size)), np.uint8)
    if kind < 0.6:
        return _beside(rng, crop, backgrounds, margin, size)
    if kind < 0.75:
        roll = math.pi + rng.normal(0, 0.5)
        return _warp(crop, np.zeros(2, np.float32), rng.uniform(0.8, 1.2), roll, margin, size)
    if kind < 0.9:
        return _scramble(rng, crop, size)
    return _texture(rng, size)


def _warp(
    crop: Image, shift: np.ndarray, scale: float, roll: float, margin: float, size: int
) -> Image:
    matrix = place_crop(shift, scale, roll, margin, size, mirror=False)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(crop, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(warped, np.uint8)


def _beside(
    rng: np.random.Generator, crop: Image, backgrounds: Image, margin: float, size: int
) -> Image:
    """A crop that is too far off, or so near that the face cannot be told."""
    if rng.random() < 0.3:
        shift = rng.uniform(-0.4, 0.4, 2)
        return _warp(crop, shift, rng.uniform(0.15, 0.35), rng.uniform(-3, 3), margin, size)
    direction, far = rng.uniform(0, 2 * math.pi), rng.uniform(*_FAR)
    shift = far * np.array([math.cos(direction), math.sin(direction)])
    matrix = place_crop(shift, rng.uniform(0.6, 1.2), rng.normal(0, 0.3), margin, size, False)
    # The cached crop has nothing further out than its own edge: something else goes there.
    around = _texture(rng, size)
    if len(backgrounds) and rng.random() < 0.7:
        patch = backgrounds[rng.integers(len(backgrounds))]
        around = np.asarray(cv2.resize(patch, (size, size)), np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    near = cv2.warpAffine(crop, matrix, (size, size), around.copy(), flags, cv2.BORDER_TRANSPARENT)
    return np.asarray(near, np.uint8)


def _scramble(rng: np.random.Generator, crop: Image, size: int) -> Image:
    side = crop.shape[0] // _GRID
    blocks = crop.reshape(_GRID, side, _GRID, side).swapaxes(1, 2).reshape(-1, side, side)
    order = rng.permutation(len(blocks))
    grid = blocks[order].reshape(_GRID, _GRID, side, side).swapaxes(1, 2)
    return np.asarray(cv2.resize(grid.reshape(crop.shape), (size, size)), np.uint8)


def _texture(rng: np.random.Generator, size: int) -> Image:
    """Flat, sloped, noisy or cloudy."""
    level, slope = rng.uniform(0, 255), rng.uniform(-120, 120, 2)
    ramp = np.linspace(-1, 1, size, dtype=np.float32)
    picture = level + slope[0] * ramp[None, :] + slope[1] * ramp[:, None]
    if rng.random() < 0.7:
        cells = int(rng.integers(2, size))
        noise = rng.normal(0, rng.uniform(5, 80), (cells, cells)).astype(np.float32)
        picture = picture + cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    return np.clip(picture, 0, 255).astype(np.uint8)
