"""What a camera and a codec do to a picture."""

from typing import Any

import cv2
import numpy as np

from avatar_bridge.types import Float32, Image

_GAMMA, _SLOPE, _DARK, _GLARE = 0.5, 0.25, 0.2, 0.06  # chances
_SOFT, _SHAKEN, _COARSE, _NOISY, _PACKED = 0.2, 0.07, 0.1, 0.5, 0.5


def spoil(rng: np.random.Generator, canvas: Float32) -> Image:
    """Light, blur, noise and compression by chance.

    Args:
        rng: source of chance.
        canvas: (H, W) float32 in [0, 255].

    Returns:
        (H, W) uint8.
    """
    seen: Any = _light(rng, np.clip(canvas, 0, 255))  # OpenCV's types tell less than they are
    if rng.random() < _SOFT:
        seen = cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.4, 1.8))
    if rng.random() < _SHAKEN:
        seen = cv2.filter2D(seen, -1, _shake(rng))
    if rng.random() < _COARSE:
        height, width = seen.shape
        share = rng.uniform(0.4, 0.8)
        small = cv2.resize(seen, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        seen = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < _NOISY:
        noise = rng.standard_normal(seen.shape, np.float32)
        seen = seen + np.float32(np.exp(rng.uniform(0, 2.4))) * noise
    image: Any = np.clip(seen, 0, 255).astype(np.uint8)
    if rng.random() < _PACKED:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 96))]
        image = cv2.imdecode(cv2.imencode(".jpg", image, quality)[1], cv2.IMREAD_GRAYSCALE)
    return np.asarray(image, np.uint8)


def _light(rng: np.random.Generator, canvas: Float32) -> Float32:
    if rng.random() < _GAMMA:
        table = 255 * (np.arange(256, dtype=np.float32) / 255) ** np.exp(rng.normal(0, 0.35))
        lit = cv2.LUT(canvas.astype(np.uint8), table.astype(np.float32))
        canvas = np.asarray(lit, np.float32)
    if rng.random() < _SLOPE:
        height, width = canvas.shape
        across = 1 + rng.uniform(-0.5, 0.5) * np.linspace(-1, 1, width, dtype=np.float32)
        down = 1 + rng.uniform(-0.3, 0.3) * np.linspace(-1, 1, height, dtype=np.float32)
        canvas = canvas * across * down[:, None]
    if rng.random() < _DARK:
        canvas = canvas * np.float32(rng.uniform(0.1, 0.5))
    elif rng.random() < _GLARE:
        canvas = canvas * np.float32(rng.uniform(1.3, 2.0)) + np.float32(rng.uniform(0, 40))
    return np.asarray(canvas, np.float32)


def _shake(rng: np.random.Generator) -> Float32:
    """A kernel as of a camera that moved a little."""
    length = int(rng.integers(3, 9))
    kernel = np.zeros((length, length), np.float32)
    middle, angle = (length - 1) / 2, rng.uniform(0, np.pi)
    for step in np.linspace(-middle, middle, 2 * length):
        x, y = middle + step * np.cos(angle), middle + step * np.sin(angle)
        kernel[round(y), round(x)] = 1
    return np.asarray(kernel / kernel.sum(), np.float32)
