"""Where a made face may change a picture: the face itself, with a soft rim.

**Convention:** a mask is (S, S) float32 in [0, 1] over the crop that a generator takes: 1 in the
face, exactly 0 from the rim outward and on the crop's edge.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, LIPS_OUTER
from avatar_bridge.types import Float32

# In sides of the crop.
_SPREAD = 0.09  # beyond the outline: a jaw that drops, cheeks that lift
_RIM = 0.10  # over which the mask falls from 1 to 0
_FOREHEAD = 0.12  # above the brows, where frowns and raised brows crease the skin
_OWN = 0.03  # around eyes and lips, over which their colour goes over into the skin's
_ROOM, _FALL = 0.015, 0.04  # around where brows, eyes and lips move, and further to fall to 0
_DROP = 0.6  # of the way from the lower lip to the chin: how far a mouth opens
_RAISE = 0.5  # of the way from an eye to its brow: how far the brow rises
_BROWS = slice(17, 27)
_BROW_RIGHT, _BROW_LEFT = slice(17, 22), slice(22, 27)
_LOWER_LIP, _CHIN = 57, 8
_FIXED = slice(0, 68)  # the irises lie inside


@dataclass(frozen=True, slots=True, eq=False)
class FaceMask:
    """Where a face is.

    Attributes:
        face: what may change.
        own: eyes and mouth, which have colours of their own and no skin's.
        moving: brows, eyes and mouth, and where they get to; the rest is skin, which creases but
            neither opens nor grows hair.
        mouth: the lips, and where they get to.
    """

    face: Float32
    own: Float32
    moving: Float32
    mouth: Float32

    def moved(self, flow: Float32) -> "FaceMask":
        """The same where the picture was moved; what may change stays where it is.

        Args:
            flow: see `pulled`.
        """
        own, moving, mouth = (
            np.asarray(pulled(plane, flow, cv2.INTER_LINEAR), np.float32)
            for plane in (self.own, self.moving, self.mouth)
        )
        return FaceMask(self.face, own, np.maximum(moving, self.moving), mouth)


def face_mask(points: NDArray[np.floating], size: int) -> FaceMask:
    """The masks of a face.

    Args:
        points: (68 or more, 2) landmarks in pixels of the crop.
        size: S.
    """
    outline = np.concatenate([points[_FIXED], points[_BROWS] - (0.0, _FOREHEAD * size)])
    hull = cv2.convexHull(np.rint(outline).astype(np.int32))
    face = np.zeros((size, size), np.uint8)
    cv2.fillConvexPoly(face, hull, 255)
    outside = cv2.distanceTransform(255 - face, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    spread = np.where(outside <= _SPREAD * size, 255, 0).astype(np.uint8)
    spread[[0, -1], :] = spread[:, [0, -1]] = 0  # so that the rim reaches the crop's edge
    inside = cv2.distanceTransform(spread, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    whole = smooth_step(np.asarray(inside, np.float32) - 1.0, 0.0, _RIM * size)
    eyes = points[EYE_RIGHT], points[EYE_LEFT]
    brows = points[_BROW_RIGHT], points[_BROW_LEFT]
    lips = points[LIPS_OUTER]
    own = _near((*eyes, lips), size, 0.0, _OWN)
    mouth = _near((_swept(lips, points[_CHIN] - points[_LOWER_LIP], _DROP),), size, _ROOM, _FALL)
    lids = tuple(
        np.concatenate([eye, _swept(brow, brow.mean(axis=0) - eye.mean(axis=0), _RAISE)])
        for eye, brow in zip(eyes, brows, strict=True)
    )
    moving = np.maximum(mouth, _near(lids, size, _ROOM, _FALL))
    return FaceMask(whole, own, moving, mouth)


def _swept(part: NDArray[np.floating], way: NDArray[np.floating], share: float) -> Float32:
    """The points of a part, where they are and where they get to."""
    return np.asarray(np.concatenate([part, part + share * way]), np.float32)


def _near(parts: tuple[NDArray[np.floating], ...], size: int, room: float, fall: float) -> Float32:
    """(S, S) 1 in the hulls and a room around them, from which it falls to 0."""
    drawn = np.zeros((size, size), np.uint8)
    for part in parts:
        cv2.fillConvexPoly(drawn, cv2.convexHull(np.rint(part).astype(np.int32)), 255)
    away = cv2.distanceTransform(255 - drawn, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    away = np.asarray(away, np.float32) - room * size
    return np.asarray(1.0 - smooth_step(away, 0.0, fall * size), np.float32)


def pulled(plane: NDArray[Any], flow: Float32, way: int) -> NDArray[Any]:
    """A picture or mask whose pixels are taken from elsewhere in it.

    Args:
        plane: (H, W) or (H, W, C).
        flow: (H, W, 2) from how many pixels to the right and down each is taken.
        way: OpenCV's interpolation.
    """
    rows, columns = np.indices(flow.shape[:2], dtype=np.float32)
    places = columns + flow[..., 0], rows + flow[..., 1]
    return np.asarray(cv2.remap(plane, *places, way, borderMode=cv2.BORDER_REPLICATE))


def smooth_step(values: Float32, low: float, high: float) -> Float32:
    """0 up to low, 1 from high on, and between them smooth."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share), np.float32)
