"""Where a made face may change a picture: the face itself, with a soft rim.

**Convention:** a mask is (S, S) float32 in [0, 1] over the crop that a generator takes: 1 in the
face, exactly 0 from the rim outward and on the crop's edge.
"""

from dataclasses import dataclass

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
_BROWS = slice(17, 27)
_FIXED = slice(0, 68)  # the irises lie inside


@dataclass(frozen=True, slots=True, eq=False)
class FaceMask:
    """Where a face is.

    Attributes:
        face: what may change.
        own: eyes and mouth, which have colours of their own and no skin's.
    """

    face: Float32
    own: Float32


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
    own = np.zeros((size, size), np.uint8)
    for part in (EYE_RIGHT, EYE_LEFT, LIPS_OUTER):
        cv2.fillConvexPoly(own, cv2.convexHull(np.rint(points[part]).astype(np.int32)), 255)
    away = cv2.distanceTransform(255 - own, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    near = 1.0 - smooth_step(np.asarray(away, np.float32), 0.0, _OWN * size)
    return FaceMask(whole, near)


def smooth_step(values: Float32, low: float, high: float) -> Float32:
    """0 up to low, 1 from high on, and between them smooth."""
    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    return np.asarray(share * share * (3.0 - 2.0 * share), np.float32)
