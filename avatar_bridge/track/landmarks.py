"""Landmark tracking: the last frame's landmarks say where to look in this one.

No detector runs while a face is held. What says that it is lost is the face net's own presence
score, with hysteresis: a new face must be surer than one that is already followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.track.identity import SAME_FACE, Rejected, free_id, match_boxes
from avatar_bridge.types import Detection, Float32, Image, Landmarks, TrackedFace

ACCEPT_PRESENCE = 0.6
KEEP_PRESENCE = 0.35
SEARCH_EVERY = 30  # frames between looks for further faces while there is room for them
MAX_STEP = 0.25  # of a box side: motion beyond this is a jump, and is not predicted on


@dataclass(frozen=True, slots=True, eq=False)
class _Track:
    face: TrackedFace
    velocity: Float32  # (2,) pixels a frame of the box's middle
    seen: bool  # whether its landmarks were ever accepted


class LandmarkTracker:
    """Follows up to `max_faces` by their landmarks."""

    def __init__(self, max_faces: int) -> None:
        self._max_faces = max_faces
        self._tracks: dict[int, _Track] = {}
        self._since_search = 0
        self._rejected = Rejected()

    def wants_detection(self) -> bool:
        if len(self._tracks) >= self._max_faces:
            return False
        return not self._tracks or self._since_search >= SEARCH_EVERY

    def update(self, image: Image, detections: Sequence[Detection] | None) -> list[TrackedFace]:
        self._since_search += 1
        self._tracks = {id_: _advance(track) for id_, track in self._tracks.items()}
        self._drop_doubles()
        if detections is not None:
            self._since_search = 0
            self._add(self._rejected.last(detections))
        return [track.face for track in self._tracks.values()]

    def observe(self, face_id: int, presence: float, landmarks: Landmarks) -> bool:
        track = self._tracks[face_id]
        if presence < (KEEP_PRESENCE if track.seen else ACCEPT_PRESENCE):
            self._rejected.add(track.face.box)
            del self._tracks[face_id]
            return False
        box, roll = face_box(landmarks.points)
        self._rejected.forget(box)
        velocity = np.zeros(2, np.float32)
        if track.seen:
            # The box was moved on by the old velocity before the look: add what that missed.
            step = track.velocity + _middle(box) - _middle(track.face.box)
            if np.linalg.norm(step) < MAX_STEP * (box[2] - box[0]):
                velocity = np.asarray(step, np.float32)
        face = TrackedFace(face_id, box, roll, presence)
        self._tracks[face_id] = _Track(face, velocity, seen=True)
        return True

    def _add(self, detections: Sequence[Detection]) -> None:
        boxes = [track.face.box for track in self._tracks.values()]
        taken = set(match_boxes(boxes, [d.box for d in detections]).values())
        for index, detection in enumerate(detections):
            if len(self._tracks) >= self._max_faces:
                return
            if index in taken:
                continue
            face = TrackedFace(free_id(self._tracks), detection.box, 0.0, detection.score)
            self._tracks[face.id] = _Track(face, np.zeros(2, np.float32), seen=False)

    def _drop_doubles(self) -> None:
        """Two tracks that slid onto one face: the older one keeps it."""
        kept: dict[int, _Track] = {}
        for id_, track in self._tracks.items():
            if all(box_overlap(track.face.box, k.face.box) < SAME_FACE for k in kept.values()):
                kept[id_] = track
        self._tracks = kept


def _middle(box: Float32) -> Float32:
    return np.asarray((box[:2] + box[2:]) / 2, np.float32)


def _advance(track: _Track) -> _Track:
    box = track.face.box + np.tile(track.velocity, 2)
    return replace(track, face=replace(track.face, box=box))


def create(max_faces: int) -> LandmarkTracker:
    """A tracker for up to `max_faces` faces."""
    return LandmarkTracker(max_faces)
