"""Landmark tracking: the last frame's landmarks and motion say where to look in this one.

No detector is needed while a face is surely held. One that is hardly seen is aimed at anew as
soon as a detector finds it.
"""

from collections.abc import Sequence

from avatar_bridge.geometry import face_box
from avatar_bridge.track.identity import shifted
from avatar_bridge.track.roster import Roster
from avatar_bridge.types import Detection, Float32, Image, Landmarks, TrackedFace

SEARCH_EVERY = 30  # frames between looks for further faces while there is room for them
RECALL_EVERY = 4  # the same while a face that was lost may come back
DOUBT_EVERY = 6  # frames between looks for a face that is hardly seen


class LandmarkTracker:
    """Follows up to `max_faces` by their landmarks."""

    def __init__(self, max_faces: int) -> None:
        self._roster = Roster(max_faces)
        self._since_search = 0

    def wants_detection(self) -> bool:
        roster = self._roster
        if not len(roster):
            return True
        waits = [DOUBT_EVERY] if any(roster[id_].doubtful for id_ in roster.ids()) else []
        if not roster.full:
            waits.append(RECALL_EVERY if roster.misses_somebody else SEARCH_EVERY)
        return any(self._since_search >= wait for wait in waits)

    def doubt(self) -> Float32 | None:
        return self._roster.doubt()

    def update(
        self, image: Image, detections: Sequence[Detection] | None, age: int = 0
    ) -> list[TrackedFace]:
        roster = self._roster
        roster.advance()
        for id_ in roster.ids():
            roster.move(id_, shifted(roster[id_].face.box, roster[id_].velocity))
        self._since_search += 1
        if detections is not None:
            self._since_search = age
            known, new = roster.match(detections, age)
            for id_, box in known.items():
                if roster[id_].doubtful:
                    roster.move(id_, box)
            roster.admit(new)
        return roster.faces()

    def observe(self, face_id: int, presence: float, landmarks: Landmarks) -> bool:
        held = self._roster.hold(face_id, presence, landmarks)
        if held:
            self._roster.place(face_id, face_box(landmarks.points)[0])
        return held


def create(max_faces: int) -> LandmarkTracker:
    """A tracker for up to `max_faces` faces."""
    return LandmarkTracker(max_faces)
