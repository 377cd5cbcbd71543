"""KCF tracking with paper 001's schedule: detect in one frame, track in the next five.

Henriques et al., "High-Speed Tracking with Kernelized Correlation Filters" (2015), as OpenCV
builds it. The picture is shrunk so that a face is about 48 pixels wide, and the filter sees it
smaller still: its cost grows with that area, its accuracy hardly does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from avatar_bridge.track.roster import Roster
from avatar_bridge.types import Detection, Float32, Image, Landmarks, TrackedFace

SCHEDULE = 6  # frames from one detection to the next: one detected, five tracked
TEMPLATE_SIDE = 48
MOST_PATCH = 40 * 40  # pixels of a filter, which holds more than the face; OpenCV's own is 80 * 80
_LEAST_SIDE = 8.0  # pixels


@dataclass(frozen=True, slots=True)
class _Filter:
    kcf: cv2.TrackerKCF
    shrink: float


class KcfTracker:
    """Follows up to `max_faces` with one correlation filter each."""

    def __init__(self, max_faces: int) -> None:
        self._roster = Roster(max_faces)
        self._filters: dict[int, _Filter] = {}
        self._frame = 0  # since the one that a detector saw last

    def wants_detection(self) -> bool:
        return self._frame % SCHEDULE == 0 or not len(self._roster)

    def doubt(self) -> Float32 | None:
        return self._roster.doubt()

    def update(
        self, image: Image, detections: Sequence[Detection] | None, age: int = 0
    ) -> list[TrackedFace]:
        self._roster.advance()
        self._follow(image)
        if detections is not None:
            self._frame = age
            self._refresh(image, [d for d in detections if _meets(image, d.box)], age)
        self._frame += 1
        return self._roster.faces()

    def observe(self, face_id: int, presence: float, landmarks: Landmarks) -> bool:
        held = self._roster.hold(face_id, presence, landmarks)
        if held:
            self._roster.place(face_id, self._roster[face_id].face.box)
        return held

    def _follow(self, image: Image) -> None:
        for id_ in self._roster.ids():
            shrink = self._filters[id_].shrink
            found, (x, y, width, height) = self._filters[id_].kcf.update(_shrunk(image, shrink))
            if found:
                box = np.array([x, y, x + width, y + height], np.float32) / np.float32(shrink)
                self._roster.move(id_, box)
            else:
                self._roster.lose(id_)

    def _refresh(self, image: Image, detections: Sequence[Detection], age: int) -> None:
        """Start the filters anew where the detector saw a face; the others go on as they are."""
        known, new = self._roster.match(detections, age)
        # A late answer is moved by what the face moved since: that may lead out of the picture.
        known = {id_: box for id_, box in known.items() if _meets(image, box)}
        for id_, box in known.items():
            self._roster.move(id_, box)
        for id_ in (*known, *self._roster.admit(new)):
            self._filters[id_] = _start(image, self._roster[id_].face.box)


def _shrunk(image: Image, shrink: float) -> Image:
    # Never a single line: the filter halves what it is given.
    size = [max(2, round(side * shrink)) for side in image.shape[1::-1]]
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _start(image: Image, box: Float32) -> _Filter:
    shrink = min(1.0, TEMPLATE_SIDE / float(box[2] - box[0]))
    small = _shrunk(image, shrink)
    settings = cv2.TrackerKCF.Params()
    settings.max_patch_size = MOST_PATCH
    kcf = cv2.TrackerKCF.create(settings)
    kcf.init(small, _inside(box * shrink, small.shape[1], small.shape[0]))
    return _Filter(kcf, shrink)


def _meets(image: Image, box: Float32) -> bool:
    """Whether enough of a box lies in the picture to hold on to."""
    height, width = image.shape[:2]
    across = min(float(box[2]), width) - max(float(box[0]), 0.0)
    down = min(float(box[3]), height) - max(float(box[1]), 0.0)
    return bool(min(across, down) >= _LEAST_SIDE)


def _inside(box: Float32, width: int, height: int) -> tuple[int, int, int, int]:
    """The part of a box that lies in the picture, as OpenCV's x, y, width, height."""
    x0, y0 = max(0, int(box[0])), max(0, int(box[1]))
    x1, y1 = min(width, int(box[2])), min(height, int(box[3]))
    return x0, y0, max(1, x1 - x0), max(1, y1 - y0)


def create(max_faces: int) -> KcfTracker:
    """A tracker for up to `max_faces` faces."""
    return KcfTracker(max_faces)
