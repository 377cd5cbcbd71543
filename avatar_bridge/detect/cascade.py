"""MTCNN's cascade: three nets, each of which looks closer at what the one before let through.

Zhang et al., "Joint Face Detection and Alignment using Multitask Cascaded Convolutional Networks"
(2016), section II; paper 000, section 3.1. P-Net goes over a pyramid of the picture and proposes
windows, R-Net (24 pixels) and O-Net (48 pixels) look at all that are left in one run each. A
window that goes on is moved to the face that was seen in it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.detect.nets import DetectionNet
from avatar_bridge.detect.pyramid import Level, pyramid
from avatar_bridge.detect.suppress import suppress
from avatar_bridge.detect.windows import (
    are_boxes,
    corners,
    cut_windows,
    in_picture,
    place_boxes,
    place_points,
    squares,
    whole_pixels,
)
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.types import Detection, Float32, Image

OUTPUTS = ("face", "box", "points")
STRIDE = 2  # level pixels from one of P-Net's cells to the next
LEVEL_OVERLAP = 0.5
STAGE_OVERLAP = 0.7
FACE_OVERLAP = 0.6  # of the smaller box, at the end
# How many windows a stage looks at, the surest: a picture full of edges must not stall the stream.
MOST_REFINED = 200
MOST_JUDGED = 60


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What a stage lets through.

    Attributes:
        boxes: (N, 4) face boxes in picture pixels, not yet square.
        scores: (N,) probabilities of a face.
        points: (N, 5, 2) in picture pixels.
    """

    boxes: Float32
    scores: Float32
    points: Float32

    def __getitem__(self, which: NDArray[np.intp] | slice) -> "Candidates":
        return Candidates(self.boxes[which], self.scores[which], self.points[which])

    @staticmethod
    def joined(parts: "list[Candidates]") -> "Candidates":
        """All of them in one."""
        return Candidates(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.points for part in parts]),
        )


NOTHING = Candidates(
    np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 5, 2), np.float32)
)


class Cascade:
    """The three nets, loaded.

    Args:
        pnet, rnet, onet: one a stage, which give `OUTPUTS`.
        min_face: side in pixels of the smallest face box worth finding.
    """

    def __init__(
        self, pnet: DetectionNet, rnet: DetectionNet, onet: DetectionNet, min_face: int
    ) -> None:
        self._pnet, self._rnet, self._onet = pnet, rnet, onet
        self._min_face = min_face

    def detect(self, image: Image) -> tuple[Detection, ...]:
        grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        found = self.propose(grey)
        found = self.refine(self._rnet, grey, found[:MOST_REFINED])
        found = found[suppress(found.boxes, found.scores, STAGE_OVERLAP)]
        found = self.refine(self._onet, grey, found[:MOST_JUDGED])
        found = found[suppress(found.boxes, found.scores, FACE_OVERLAP, of="smaller")]
        boxes = corners(squares(found.boxes))
        return tuple(
            Detection(box, float(np.clip(score, 0.0, 1.0)), points)
            for box, score, points in zip(boxes, found.scores, found.points, strict=True)
        )

    def propose(self, grey: NDArray[np.uint8]) -> Candidates:
        """The first stage: P-Net on every level of the pyramid of a picture (H, W)."""
        levels = pyramid(grey, self._min_face, self._pnet.size)
        found = Candidates.joined([NOTHING, *map(self._scan, levels)])
        return found[suppress(found.boxes, found.scores, STAGE_OVERLAP)]

    def _scan(self, level: Level) -> Candidates:
        out = self._pnet.run(level.grey[None])
        face = out["face"][0, 0]  # (h, w)
        rows, columns = np.nonzero(face >= self._pnet.threshold)
        places = np.column_stack([columns, rows]) * (STRIDE * level.zoom)  # (N, 2)
        sides = np.full((len(rows), 1), self._pnet.size * level.zoom.mean())
        found = _seen(
            np.concatenate([places, sides], axis=1).astype(np.float32),
            face[rows, columns],
            out["box"][0, :, rows, columns],  # (N, 4)
            out["points"][0, :, rows, columns],  # (N, 10)
        )
        return found[suppress(found.boxes, found.scores, LEVEL_OVERLAP)]

    def refine(self, net: DetectionNet, grey: NDArray[np.uint8], found: Candidates) -> Candidates:
        """A later stage: a closer look at all candidates of a picture (H, W) in one run."""
        windows = whole_pixels(squares(found.boxes))
        windows = windows[in_picture(windows, grey.shape)]
        if not len(windows):
            return NOTHING
        out = net.run(cut_windows(grey, windows, net.size))
        face = out["face"][:, 0]
        sure = np.nonzero(face >= net.threshold)[0]
        return _seen(windows[sure], face[sure], out["box"][sure], out["points"][sure])


def _seen(windows: Float32, scores: Float32, offsets: Float32, points: Float32) -> Candidates:
    """What a net said of windows, without what is no box or no point."""
    found = Candidates(place_boxes(windows, offsets), scores, place_points(windows, points))
    known = are_boxes(found.boxes) & np.isfinite(found.points).all(axis=(1, 2))
    return found[np.flatnonzero(known)]


def load_cascade(
    names: tuple[str, str, str], min_face: int, models: ModelStore, threads: int
) -> Cascade:
    """The cascade of three installed nets.

    Args:
        names: P-Net, R-Net, O-Net.
        min_face: as for `Cascade`.
        models: where they lie.
        threads: threads of one run of a net.

    Raises:
        ModelError: one is not installed, or cannot be used.
    """
    pnet, rnet, onet = (DetectionNet(name, OUTPUTS, models, threads) for name in names)
    return Cascade(pnet, rnet, onet, min_face)
