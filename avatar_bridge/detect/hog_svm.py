"""HOG and a linear SVM, slid over a pyramid: paper 003, equations 1 to 6.

Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection" (2005), as OpenCV builds
it. The paper prints the pedestrian's 64 by 128 window; a face wants a square one.
"""

import math

import cv2
import numpy as np

from avatar_bridge.detect.suppress import suppress
from avatar_bridge.detect.windows import corners
from avatar_bridge.errors import ModelError
from avatar_bridge.inference.store import InstalledModel, ModelStore
from avatar_bridge.types import Detection, Image

MODEL = "hog_svm"
WINDOW = 64
STRIDE = 8  # of cells, of blocks and of the window
BLOCK = 16
BINS = 9
_SCALE_STEP = 1.1
_OVERLAP = 0.3


def descriptor() -> cv2.HOGDescriptor:
    """The histograms of a square window: 7 by 7 blocks of 36 values."""
    cell = (STRIDE, STRIDE)
    return cv2.HOGDescriptor((WINDOW, WINDOW), (BLOCK, BLOCK), cell, cell, BINS)


class HogSvmDetector:
    """The descriptor and a trained hyperplane.

    A score is the logistic function of the distance from the plane.

    Args:
        model: its numbers are the weights and, last, the bias; its card may tell a threshold of
            the score, and as `input.margin` the window's side in face boxes.
        min_face: side in pixels of the smallest face box worth finding.

    Raises:
        ModelError: the file does not hold that many numbers.
    """

    def __init__(self, model: InstalledModel, min_face: int) -> None:
        self._hog = descriptor()
        wanted = self._hog.getDescriptorSize() + 1
        try:
            plane = np.load(model.file, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise ModelError(f"{model.file}: expected {wanted} numbers, got: {error}") from error
        if plane.shape != (wanted,) or not np.isfinite(plane).all():
            raise ModelError(
                f"{model.file}: expected {wanted} finite numbers, got shape {plane.shape}"
            )
        self._hog.setSVMDetector(plane.astype(np.float32))
        threshold = 0.5 if model.card.threshold is None else model.card.threshold
        self._least = math.log(threshold / (1.0 - threshold))  # distance from the plane
        self._margin = model.card.input.margin
        self._shrink = WINDOW / (min_face * self._margin)

    def detect(self, image: Image) -> tuple[Detection, ...]:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        width, height = (round(side * self._shrink) for side in grey.shape[::-1])
        if min(width, height) < WINDOW:
            return ()
        small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        found, distances = self._hog.detectMultiScale(
            small,
            hitThreshold=self._least,
            winStride=(STRIDE, STRIDE),
            scale=_SCALE_STEP,
            groupThreshold=0,
        )
        if not len(found):
            return ()
        rectangles = np.asarray(found, np.float32) / np.float32(self._shrink)  # (N, 4) x, y, w, h
        side = rectangles[:, 2:3] / np.float32(self._margin)
        place = rectangles[:, :2] + (rectangles[:, 2:3] - side) / 2
        boxes = corners(np.concatenate([place, side], axis=1))
        scores = np.asarray(1.0 / (1.0 + np.exp(-np.ravel(distances))), np.float32)
        kept = suppress(boxes, scores, _OVERLAP)
        return tuple(Detection(boxes[i], float(scores[i])) for i in kept)


def create(min_face: int, models: ModelStore, threads: int = 1) -> HogSvmDetector:
    """The detector for faces of at least `min_face` pixels; it has no net to give threads to."""
    return HogSvmDetector(models.find(MODEL), min_face)
