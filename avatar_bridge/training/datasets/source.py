"""What every source of faces gives: cached crops and what is known about each."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.action_units import ACTION_UNITS
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.geometry import crop_transform, cut, face_box, transform_points
from avatar_bridge.types import Float32, Image

CACHE_SIZE = 160  # px; at the margin below about as fine as a net's crop of 112 px
CACHE_MARGIN = 1.9  # face boxes; holds all but the badly aimed crops, whose edges repeat
TRAIN, VALIDATION, TEST = 0, 1, 2
_PARTS = 1000
ROW_FIELDS = ("crops", "points", "units", "emotions", "splits", "moments")  # one row a face


@dataclass(frozen=True, slots=True, eq=False)
class FaceSource:
    """Faces of one data set, upright and cropped with room around them.

    NaN means "nobody knows": losses and scores leave it out, so that every source teaches
    only what it knows.

    Attributes:
        name: for messages.
        crops: (N, 160, 160) uint8 grey, side 1.9 face boxes.
        points: (N, 70, 2) float32 in pixels of the crop; NaN where unknown.
        units: (N, U) float32 in [0, 1] in the order of `facs.action_units`; NaN where unknown.
        emotions: (N, 7) float32 that sum to 1 in the order of `facs.emotions`; NaN rows where
            unknown.
        splits: (N,) uint8, TRAIN, VALIDATION or TEST.
        moments: (N,) int8, how many rows on the same face is shown a moment before or after, in
            the same split; 0 where it is not.
        backgrounds: (M, 160, 160) uint8 patches without a face, from training pictures.
        weight: share of the batches relative to the other sources.
        trust: how much its points and units count in the losses.
        emotion_trust: how much its emotions count.
        exact: whether its units are the truth, and not what a teacher says.
        grown: number of a batch → the set as that batch sees it, for a set that grows while a
            net is taught; None is one that does not. The rows above stay the first ones.
    """

    name: str
    crops: Image
    points: Float32
    units: Float32
    emotions: Float32
    splits: NDArray[np.uint8]
    moments: NDArray[np.int8]
    backgrounds: Image
    weight: float = 1.0
    trust: float = 1.0
    emotion_trust: float = 1.0
    exact: bool = False
    grown: Callable[[int], "FaceSource"] | None = None

    def __post_init__(self) -> None:
        count = len(self.crops)
        for field, shape in (
            ("crops", (count, CACHE_SIZE, CACHE_SIZE)),
            ("points", (count, POINTS, 2)),
            ("units", (count, len(ACTION_UNITS))),
            ("emotions", (count, len(EMOTIONS))),
            ("splits", (count,)),
            ("moments", (count,)),
        ):
            got = getattr(self, field).shape
            if got != shape:
                raise ValueError(f"{self.name}.{field}: expected shape {shape}, got {got}")

    def rows(self, split: int) -> NDArray[np.int64]:
        """Indices of the rows of one split."""
        return np.flatnonzero(self.splits == split)

    def at(self, step: int) -> "FaceSource":
        """The set as training batch number `step` sees it: a function of that number alone."""
        return self if self.grown is None else self.grown(step)


def cache_crop(image: Image, points: Float32) -> tuple[Image, Float32]:
    """The upright crop with room around a face.

    Args:
        image: (H, W) uint8 grey.
        points: (70, 2) pixels of the image.

    Returns:
        The (160, 160) crop and the points in its pixels.
    """
    box, roll = face_box(points)
    to_image = crop_transform(box, roll, CACHE_MARGIN, CACHE_SIZE)
    to_crop = np.asarray(cv2.invertAffineTransform(to_image), np.float32)
    return cut(image, to_image, CACHE_SIZE), transform_points(to_crop, points)


def held_out(keys: Sequence[str], share: float) -> NDArray[np.bool_]:
    """Which keys belong to the validation part: the same ones on every machine.

    Rows with equal keys (one person, say) stay together.
    """
    limit = round(share * _PARTS)
    return np.array([zlib.crc32(key.encode()) % _PARTS < limit for key in keys], bool)
