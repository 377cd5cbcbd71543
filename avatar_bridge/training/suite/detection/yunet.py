"""YuNet beside our detectors, as OpenCV runs it.

Wu et al., "YuNet: A Tiny Millisecond-level Face Detector" (2023); `cv2.FaceDetectorYN`. Its
weights are its own.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Detection, Float32, Image

NAME = "YuNet"
FILE = "peers/face_detection_yunet_2026may.onnx"
SCORE = 0.6  # of OpenCV's own examples
_OVERLAP, _MOST = 0.3, 5000  # OpenCV's defaults
_LONG_SIDE = 640  # larger pictures are searched at this size: it knows faces of 10 to 300 pixels
_LEAST_SIDE = 10  # of a thinner picture OpenCV tells what happens to lie in memory

# From its rectangle to a face box, in roots of the rectangle's area: medians over 797 of muxspace's
# training photographs with known landmarks, on which both boxes then overlap by 0.86 in the median.
_BOX_SCALE = 0.9
_BOX_DROP = 0.139
_POINTS, _SCORE = slice(4, 14), 14  # of a row; its points are in MTCNN's order


class YuNetDetector:
    """The net, with its rectangles turned into face boxes.

    Args:
        path: its ONNX file.
        min_face: side in pixels of the smallest face box worth telling.
        score: from which on it is believed.

    Raises:
        ConfigError: no such file, or no net in it.
    """

    def __init__(self, path: Path, min_face: int = 0, score: float = SCORE) -> None:
        if not path.is_file():
            raise ConfigError(f"expected {NAME} at {path}, got none")
        try:
            self._net = cv2.FaceDetectorYN.create(str(path), "", (320, 320), score, _OVERLAP, _MOST)
        except cv2.error as error:
            raise ConfigError(f"{path}: expected {NAME}, got: {error.err}") from error
        self._min_face = min_face

    def detect(self, image: Image) -> tuple[Detection, ...]:
        shrink = min(1.0, _LONG_SIDE / max(image.shape[:2]))
        if shrink < 1.0:
            size = [max(1, round(side * shrink)) for side in image.shape[1::-1]]
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        if min(image.shape[:2]) < _LEAST_SIDE:
            return ()
        self._net.setInputSize(image.shape[1::-1])
        _, rows = self._net.detect(image)
        found = [_detection(row, shrink) for row in (() if rows is None else rows)]
        kept = [each for each in found if each.box[2] - each.box[0] >= self._min_face]
        return tuple(sorted(kept, key=lambda detection: -detection.score))


def _detection(row: NDArray[np.float32], shrink: float) -> Detection:
    points = row[_POINTS].reshape(5, 2) / shrink
    score = float(np.clip(row[_SCORE], 0.0, 1.0))
    return Detection(face_box_of(row[:4] / shrink), score, points.astype(np.float32))


def face_box_of(rectangle: NDArray[np.floating]) -> Float32:
    """(4,) face box of its rectangle: left, top, width, height."""
    left, top, width, height = (float(value) for value in rectangle)
    unit = float(np.sqrt(max(width * height, 0.0)))
    centre = np.array([left + width / 2, top + height / 2 + _BOX_DROP * unit])
    half = _BOX_SCALE * unit / 2
    return np.array([*(centre - half), *(centre + half)], np.float32)
