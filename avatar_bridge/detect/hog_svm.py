"""HOG and a linear SVM, slid over a pyramid: paper 003, equations 1 to 6.

Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection" (2005), as OpenCV builds
it. The paper prints the pedestrian's 64 by 128 window; a face wants a square one.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.detect.suppress import suppress
from avatar_bridge.detect.windows import corners
from avatar_bridge.errors import ModelError
from avatar_bridge.inference.store import InstalledModel, ModelStore
from avatar_bridge.types import Detection, Float32, Image

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


class HogSearch:
    """A hyperplane of those histograms, slid over pictures.

    Args:
        plane: (F + 1,) float32: the weights and, last, the bias.
        min_face: side in pixels of the smallest face box worth finding.
        margin: side of the window in face boxes.
    """

    def __init__(self, plane: Float32, min_face: float, margin: float) -> None:
        self._hog = descriptor()
        self._hog.setSVMDetector(plane)
        self._zoom, self._margin = WINDOW / (min_face * margin), margin

    def find(self, grey: NDArray[np.uint8], least: float) -> tuple[Float32, Float32]:
        """The face boxes (N, 4) of a picture and their scores (N,), the surest first.

        A score is the logistic function of the distance from the plane.

        Args:
            grey: (H, W) uint8.
            least: distance from the plane from which a window counts.
        """
        size = [round(side * self._zoom) for side in grey.shape[::-1]]
        if min(size) < WINDOW:
            return np.empty((0, 4), np.float32), np.empty(0, np.float32)
        how = cv2.INTER_AREA if self._zoom < 1 else cv2.INTER_LINEAR
        places, distances = self._hog.detectMultiScale(
            cv2.resize(grey, size, interpolation=how),
            hitThreshold=least,
            winStride=(STRIDE, STRIDE),
            scale=_SCALE_STEP,
            groupThreshold=0,
        )
        found = np.asarray(places, np.float32).reshape(-1, 4) / np.float32(self._zoom)
        side = found[:, 2:3] / np.float32(self._margin)
        place = found[:, :2] + (found[:, 2:3] - side) / 2
        boxes = corners(np.concatenate([place, side], axis=1))
        scores = np.asarray(1.0 / (1.0 + np.exp(-np.ravel(distances))), np.float32)
        kept = suppress(boxes, scores, _OVERLAP)
        return boxes[kept], scores[kept]


class HogSvmDetector:
    """The search with a trained hyperplane.

    Args:
        model: its numbers are the weights and, last, the bias; its card may tell a threshold of
            the score, and as `input.margin` the window's side in face boxes.
        min_face: side in pixels of the smallest face box worth finding.

    Raises:
        ModelError: the file does not hold that many numbers.
    """

    def __init__(self, model: InstalledModel, min_face: int) -> None:
        wanted = descriptor().getDescriptorSize() + 1
        try:
            plane = np.load(model.file, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise ModelError(f"{model.file}: expected {wanted} numbers, got: {error}") from error
        if plane.shape != (wanted,) or not np.isfinite(plane).all():
            raise ModelError(
                f"{model.file}: expected {wanted} finite numbers, got shape {plane.shape}"
            )
        card = model.card
        self._search = HogSearch(plane.astype(np.float32), min_face, card.input.margin)
        threshold = 0.5 if card.threshold is None else card.threshold
        self._least = math.log(threshold / (1.0 - threshold))  # distance from the plane

    def detect(self, image: Image) -> tuple[Detection, ...]:
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        boxes, scores = self._search.find(grey, self._least)
        return tuple(Detection(box, float(score)) for box, score in zip(boxes, scores, strict=True))


def create(min_face: int, models: ModelStore, threads: int = 1) -> HogSvmDetector:
    """The detector for faces of at least `min_face` pixels; it has no net to give threads to."""
    return HogSvmDetector(models.find(MODEL), min_face)
