"""SSD: one run of one net over the whole picture, the single-shot baseline of paper 000.

Liu et al., "SSD: Single Shot MultiBox Detector" (2016). The net answers with boxes in pixels of the
picture that it was given; its cost hangs on the picture's size alone.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.detect.nets import DetectionNet
from avatar_bridge.detect.suppress import suppress
from avatar_bridge.detect.windows import are_boxes, corners, squares
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.types import Detection, Image

NET = "ssd"
OUTPUTS = ("face", "box")
STEP = 32  # sides are multiples of it
LEAST_FACE = 20  # pixels: what the net can see
LONG_SIDE = (320, 640)  # the least and the most
PAD = 127
OVERLAP = 0.4
MOST = 300  # boxes, the surest, that are compared with each other


class SsdDetector:
    """The net, loaded.

    Args:
        net: which gives `OUTPUTS`.
        min_face: side in pixels of the smallest face box worth finding.
    """

    def __init__(self, net: DetectionNet, min_face: int) -> None:
        self._net = net
        self._min_face = min_face

    def detect(self, image: Image) -> tuple[Detection, ...]:
        letterbox, zoom = self._letterbox(image)
        out = self._net.run(letterbox[None])
        scores, said = out["face"][0], out["box"][0]  # (A,), (A, 4)
        sure = np.nonzero((scores >= self._net.threshold) & are_boxes(said))[0]
        sure = sure[np.argsort(-scores[sure], kind="stable")[:MOST]]
        boxes = corners(squares(said[sure] * zoom))
        kept = suppress(boxes, scores[sure], OVERLAP)
        return tuple(Detection(boxes[i], float(np.clip(scores[sure[i]], 0.0, 1.0))) for i in kept)

    def _letterbox(self, image: Image) -> tuple[NDArray[np.uint8], float]:
        """The grey picture at the net's size, at the top left, and what it was shrunk by."""
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        long = max(grey.shape)
        zoom = long / float(np.clip(long * LEAST_FACE / self._min_face, *LONG_SIDE))
        height, width = (max(1, round(side / zoom)) for side in grey.shape)
        small = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
        padded = np.full((-(-height // STEP) * STEP, -(-width // STEP) * STEP), PAD, np.uint8)
        padded[:height, :width] = small
        return padded, zoom


def create(min_face: int, models: ModelStore, threads: int = 1) -> SsdDetector:
    """The detector for faces of at least `min_face` pixels."""
    return SsdDetector(DetectionNet(NET, OUTPUTS, models, threads), min_face)
