"""What the teacher is shown of a picture, and the way of its points back into a tile.

The stored labels were made in just these ways; another padding or interpolation moves the points
of a 48 px tile by up to 2 px and blendshapes by up to 0.5.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from avatar_bridge.types import Float32, Image

_SEEN_SIDE = 192  # px to which a smaller tile is enlarged
_PADDING = 1 / 3  # of the tile's side at each edge: a face that fills its tile is often not found


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture for the teacher.

    Attributes:
        picture: (H, W, 3) uint8 RGB.
        scale: pixels of the tile per pixel of the picture.
        offset: (x, y) in the tile, in pixels, of the picture's top left corner.
    """

    picture: Image
    scale: float
    offset: tuple[float, float]

    def to_tile(self, points: Float32) -> Float32:
        """(N, 2) points of the picture as points of the tile, both in pixels."""
        return (points * self.scale + self.offset).astype(np.float32)


def view_tile(tile: Image) -> View:
    """An (S, S) grey tile; one below 192 px is enlarged and gets an edge of its outer pixels."""
    side = tile.shape[0]
    if side >= _SEEN_SIDE:
        return View(_rgb(tile), 1.0, (0.0, 0.0))
    large = cv2.resize(tile, (_SEEN_SIDE, _SEEN_SIDE), interpolation=cv2.INTER_CUBIC)
    pad = round(_SEEN_SIDE * _PADDING)
    padded = cv2.copyMakeBorder(large, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    scale = side / _SEEN_SIDE
    return View(_rgb(np.asarray(padded, np.uint8)), scale, (-pad * scale, -pad * scale))


def view_original(picture: Image, tile: int) -> View:
    """The (H, W, 3) BGR photograph that a tile was made of, centred in it with black bars.

    Args:
        picture: as OpenCV reads it.
        tile: side of the tile in pixels; the photograph's longer side fills it.
    """
    height, width = picture.shape[:2]
    scale = tile / max(height, width)
    # Whole pixels, as the bars of the stored tiles are.
    offset = ((tile - round(width * scale)) // 2, (tile - round(height * scale)) // 2)
    return View(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8), scale, offset)


def _rgb(grey: Image) -> Image:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
