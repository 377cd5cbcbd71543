"""Viola and Jones: OpenCV's frontal Haar cascade, the baseline of papers 001 and 003."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.types import Detection, Float32, Image

_CASCADE = "haarcascade_frontalface_default.xml"
_SCALE_STEP = 1.1
_MIN_NEIGHBOURS = 4
_LONG_SIDE = 640  # larger pictures are searched at this size: the cost grows with the area

# From the cascade's square to a face box, medians over 500 photographs with known landmarks.
_BOX_SCALE = 0.9
_BOX_DROP = 0.16  # of the cascade's side

# A window's score is a sum over the last stage with no upper end; this squashes it so that a
# face seen from the front comes near 1.
_SCORE_SPREAD = 4.0


class HaarDetector:
    """The cascade, with its squares turned into face boxes.

    Args:
        min_face: side in pixels of the smallest face box worth finding.
    """

    def __init__(self, min_face: int) -> None:
        path = f"{cv2.data.haarcascades}{_CASCADE}"  # type: ignore[attr-defined]
        self._cascade = cv2.CascadeClassifier(path)
        if self._cascade.empty():
            raise ModelError(f"expected OpenCV's cascade at {path}, got none: reinstall OpenCV 4")
        self._min_side = min_face / _BOX_SCALE

    def detect(self, image: Image) -> tuple[Detection, ...]:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        shrink = min(1.0, _LONG_SIDE / max(grey.shape))
        if shrink < 1.0:
            height, width = (max(1, round(side * shrink)) for side in grey.shape)
            grey = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        smallest = max(1, round(self._min_side * shrink))
        squares, _, scores = self._cascade.detectMultiScale3(
            grey,
            scaleFactor=_SCALE_STEP,
            minNeighbors=_MIN_NEIGHBOURS,
            minSize=(smallest, smallest),
            outputRejectLevels=True,
        )
        found = [
            Detection(_face_box(np.asarray(square) / shrink), _squash(float(score)))
            for square, score in zip(squares, np.ravel(scores), strict=True)
        ]
        return tuple(sorted(found, key=lambda detection: -detection.score))


def _face_box(square: NDArray[np.float64]) -> Float32:
    x, y, side, _ = square
    centre = np.array([x + side / 2, y + side / 2 + _BOX_DROP * side])
    half = _BOX_SCALE * side / 2
    return np.array([*(centre - half), *(centre + half)], np.float32)


def _squash(score: float) -> float:
    return 1.0 - math.exp(-max(score, 0.0) / _SCORE_SPREAD)


def create(min_face: int, models: ModelStore, threads: int = 1) -> HaarDetector:
    """The detector for faces of at least `min_face` pixels; its cascade comes with OpenCV."""
    return HaarDetector(min_face)
