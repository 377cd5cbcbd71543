"""A picture, and what is known of the faces in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT
from avatar_bridge.types import Float32, Image

POINTS = 5
_NOSE_TIP, _MOUTH_RIGHT, _MOUTH_LEFT = 30, 48, 54  # iBUG: the subject's sides


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A grey picture and its truth.

    **Convention:** coordinates count from the picture's edge: the first pixel's middle is at 0.5.

    Attributes:
        image: (H, W) uint8.
        boxes: (F, 4) float32 face boxes (`geometry.face_box`), upright however the face is rolled.
        points: (F, 5, 2) float32 in MTCNN's order: eye on the image's left and right, nose tip,
            corner of the mouth on the image's left and right.
        emotions: (F, 7) shares in the order of `facs.emotions`; NaN where unknown.
        doubtful: (F,) bool; whether so little is seen that neither finding nor missing it counts.
        yaws: (F,) how far the head is turned: 0 for the front, ±1 where the nose's tip lies over
            an eye; estimated from the points.
    """

    image: Image
    boxes: Float32
    points: Float32
    emotions: Float32
    doubtful: NDArray[np.bool_]

    def __post_init__(self) -> None:
        count = len(self.boxes)
        for name, shape in (
            ("boxes", (count, 4)),
            ("points", (count, POINTS, 2)),
            ("doubtful", (count,)),
        ):
            got = getattr(self, name).shape
            if got != shape:
                raise ValueError(f"Scene.{name}: expected shape {shape}, got {got}")

    @property
    def yaws(self) -> Float32:
        """(F,) see the class."""
        left, right, nose = self.points[:, 0], self.points[:, 1], self.points[:, 2]
        along = right - left
        length = np.maximum((along**2).sum(axis=1), 1e-6)
        share = ((nose - left) * along).sum(axis=1) / length
        return np.asarray(2 * share - 1, np.float32)


def five_points(points: NDArray[np.floating]) -> Float32:
    """IBUG points (..., 68 or 70, 2) → (..., 5, 2) in MTCNN's order."""
    eyes = [points[..., eye, :].mean(axis=-2) for eye in (EYE_RIGHT, EYE_LEFT)]
    others = [points[..., index, :] for index in (_NOSE_TIP, _MOUTH_RIGHT, _MOUTH_LEFT)]
    return np.asarray(np.stack([*eyes, *others], axis=-2), np.float32)
