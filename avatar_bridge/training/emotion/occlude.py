"""Faces with something in front of them, made from test pictures.

Paper 002 (*A Perception CNN for Facial Expression Recognition*, section IV) tests on photographs
with "wearing a mask, wearing glasses and objects in the upper/bottom faces". Those lists of
photographs (Wang et al., *Region Attention Networks*, 2020, https://arxiv.org/abs/1905.04075) are
real occlusions; these are drawn, so that every test picture has all three and a net's loss is
the occluder's doing alone.
"""

import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.landmarks import MIRROR, POINTS
from avatar_bridge.training.emotion.canvas import LEAST_UNIT, Canvas, Layer
from avatar_bridge.training.emotion.occluders import draw_glasses, draw_mask, draw_object
from avatar_bridge.types import Float32, Image

OCCLUDERS: dict[str, Callable[[Canvas, np.random.Generator], Layer]] = {
    "mask": draw_mask,
    "glasses": draw_glasses,
    "object": draw_object,
}

# Where the points of a tile's right half of a face lie (the image's left), in hundredths of its
# side: medians over FER-2013's 24,000 training tiles that look ahead within 15 degrees.
_HALF: dict[int, tuple[int, int]] = {
    0: (11, 30), 1: (10, 46), 2: (11, 54), 3: (14, 72), 4: (18, 80), 5: (22, 86), 6: (32, 95),
    7: (42, 100), 8: (50, 101),
    17: (17, 29), 18: (20, 26), 19: (25, 25), 20: (32, 26), 21: (41, 28),
    27: (50, 38), 28: (50, 47), 29: (50, 54), 30: (50, 59), 31: (43, 63), 32: (45, 65),
    33: (50, 65),
    36: (24, 39), 37: (28, 37), 38: (33, 36), 39: (39, 40), 40: (34, 41), 41: (28, 41),
    48: (34, 77), 49: (41, 73), 50: (45, 72), 51: (50, 73), 57: (50, 87), 58: (45, 86),
    59: (41, 84), 60: (36, 77), 61: (46, 76), 62: (50, 76), 66: (50, 81), 67: (46, 81),
    68: (31, 38),
}  # fmt: skip


def mean_face(side: int) -> Float32:
    """(70, 2) pixels of the mean face of a FER-2013 tile with that side."""
    points = np.full((POINTS, 2), np.nan, np.float32)
    for index, (x, y) in _HALF.items():
        points[MIRROR[index]] = (100 - x, y)
    for index, place in _HALF.items():
        points[index] = place
    return np.asarray(points * side / 100, np.float32)


def occlude(
    tiles: Image, points: Float32, kind: str, keys: Sequence[object] | NDArray | None = None
) -> Image:
    """Put something in front of every face.

    What it looks like is a function of the kind, the key and the picture: the same on every
    machine, in every order.

    Args:
        tiles: (N, T, T) uint8 grey.
        points: (N, 68 or more, 2) pixels of the tiles in iBUG order; where one of a row's is
            NaN, the mean face of a tile takes their place.
        kind: a name in `OCCLUDERS`: `mask` hides the face from the middle of the nose down,
            `glasses` the eyes, `object` a part of the upper or the lower half.
        keys: (N,) names of the rows; None for their numbers in this call.

    Returns:
        (N, T, T) uint8; the tiles are left as they were.

    Raises:
        ConfigError: unknown kind; the message lists the choices.
    """
    if kind not in OCCLUDERS:
        raise ConfigError(f"unknown occluder {kind!r}; expected one of: {', '.join(OCCLUDERS)}")
    names = range(len(tiles)) if keys is None else keys
    hidden = np.empty_like(tiles)
    for row, (tile, place, key) in enumerate(zip(tiles, points, names, strict=True)):
        canvas = _canvas(tile, place)
        rng = np.random.default_rng(zlib.crc32(f"{kind} {key}".encode()))
        layer = OCCLUDERS[kind](canvas, rng)
        mixed = tile + layer.cover * (layer.shade - tile)
        hidden[row] = np.clip(np.rint(mixed), 0, 255)
    return hidden


def _canvas(tile: Image, points: Float32) -> Canvas:
    if np.isfinite(points).all():
        canvas = Canvas.on(tile, points)
        if canvas.unit >= LEAST_UNIT:
            return canvas
    return Canvas.on(tile, mean_face(len(tile)))
