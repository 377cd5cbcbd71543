"""KCF tracking with paper 001's schedule: detect in one frame, track in the next five.

Henriques et al., "High-Speed Tracking with Kernelized Correlation Filters" (2015), as OpenCV
builds it. The picture is shrunk so that a face is about 64 pixels wide: the filter's cost grows
with that area, its accuracy hardly does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from avatar_bridge.geometry import face_box
from avatar_bridge.track.identity import Rejected, free_id, match_boxes
from avatar_bridge.types import Detection, Float32, Image, Landmarks, TrackedFace

SCHEDULE = 6  # frames from one detection to the next: one detected, five tracked
TEMPLATE_SIDE = 64
LOST_PRESENCE = 0.35
_LEAST_SIDE = 8.0  # pixels


@dataclass(slots=True)
class _Track:
    face: TrackedFace
    filter: cv2.TrackerKCF
    shrink: float


class KcfTracker:
    """Follows up to `max_faces` with one correlation filter each."""

    def __init__(self, max_faces: int) -> None:
        self._max_faces = max_faces
        self._tracks: dict[int, _Track] = {}
        self._frame = 0
        self._rejected = Rejected()

    def wants_detection(self) -> bool:
        return self._frame % SCHEDULE == 0 or not self._tracks

    def update(self, image: Image, detections: Sequence[Detection] | None) -> list[TrackedFace]:
        self._frame += 1
        if detections is None:
            self._follow(image)
        else:
            self._frame = 1
            self._refresh(image, detections)
        return [track.face for track in self._tracks.values()]

    def observe(self, face_id: int, presence: float, landmarks: Landmarks) -> bool:
        track = self._tracks[face_id]
        if presence < LOST_PRESENCE:
            self._rejected.add(track.face.box)
            del self._tracks[face_id]
            return False
        self._rejected.forget(track.face.box)
        _, roll = face_box(landmarks.points)
        track.face = replace(track.face, roll=roll, confidence=presence)
        return True

    def _follow(self, image: Image) -> None:
        for id_, track in list(self._tracks.items()):
            found, (x, y, width, height) = track.filter.update(_shrunk(image, track.shrink))
            if not found:
                del self._tracks[id_]
                continue
            box = np.array([x, y, x + width, y + height], np.float32) / np.float32(track.shrink)
            track.face = replace(track.face, box=box)

    def _refresh(self, image: Image, detections: Sequence[Detection]) -> None:
        """Start the filters anew where the detector saw a face; the others go on as they are."""
        self._follow(image)
        detections = [d for d in self._rejected.last(detections) if _meets(image, d.box)]
        ids = list(self._tracks)
        boxes = [self._tracks[id_].face.box for id_ in ids]
        pairs = match_boxes(boxes, [d.box for d in detections])
        for i, j in pairs.items():
            face = replace(self._tracks[ids[i]].face, box=detections[j].box)
            self._tracks[ids[i]] = _start(image, face)
        taken = set(pairs.values())
        for j, detection in enumerate(detections):
            if j in taken or len(self._tracks) >= self._max_faces:
                continue
            face = TrackedFace(free_id(self._tracks), detection.box, 0.0, detection.score)
            self._tracks[face.id] = _start(image, face)


def _shrunk(image: Image, shrink: float) -> Image:
    resized = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)


def _start(image: Image, face: TrackedFace) -> _Track:
    shrink = min(1.0, TEMPLATE_SIDE / float(face.box[2] - face.box[0]))
    small = _shrunk(image, shrink)
    tracker = cv2.TrackerKCF.create()
    tracker.init(small, _inside(face.box * shrink, small.shape[1], small.shape[0]))
    return _Track(face, tracker, shrink)


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
