"""The faces that are followed: who comes in, who stays, and that each has a face of its own.

What says that a face is there is the face net's presence score, with hysteresis: a new face must
be surer than one that is already followed, so that no false alarm becomes a ghost and no real
face flickers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.track.absent import Absent
from avatar_bridge.track.identity import (
    SAME_FACE,
    Rejected,
    area,
    free_id,
    match_boxes,
    middle,
    roll_of,
    shifted,
)
from avatar_bridge.track.steady import steady_box, steady_roll
from avatar_bridge.types import Detection, Float32, Landmarks, TrackedFace

ACCEPT_PRESENCE = 0.6
KEEP_PRESENCE = 0.35
MAX_STEP = 0.25  # of a box side: motion beyond this is a jump, and is not predicted on
_TRAIL = 30  # frames for which a face's way is remembered: no detector answers later
_STILL = np.zeros(2, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One followed face.

    Attributes:
        face: where it is taken to be.
        aim: (4,) where that was before this frame was looked at.
        seen: whether it was ever held.
        fresh: whether it was held in this frame.
        trail: middles (2,) of its box in the last frames, the newest last.
        held: (4,) its box and its roll when it was last seen; None before.
    """

    face: TrackedFace
    aim: Float32
    seen: bool = False
    fresh: bool = False
    trail: tuple[Float32, ...] = ()
    held: tuple[Float32, float] | None = None

    @property
    def velocity(self) -> Float32:
        """(2,) pixels a frame of the box's middle; none where it jumped or was seen once."""
        if len(self.trail) < 2:
            return _STILL
        step = self.trail[-1] - self.trail[-2]
        side = float(self.face.box[2] - self.face.box[0])
        return step if np.linalg.norm(step) < MAX_STEP * side else _STILL

    @property
    def doubtful(self) -> bool:
        """Whether it is held, but would not be taken for a face if it were new."""
        return self.seen and self.face.confidence < ACCEPT_PRESENCE

    def motion_since(self, age: int) -> Float32:
        """(2,) pixels by which its box moved since so many frames ago, as far as is known."""
        if not age or not self.trail:
            return _STILL
        return middle(self.face.box) - self.trail[max(-age, -len(self.trail))]


class Roster:
    """Up to `max_faces` tracks by their ids."""

    def __init__(self, max_faces: int) -> None:
        self._max_faces = max_faces
        self._tracks: dict[int, Track] = {}
        self._rejected = Rejected()
        self._absent = Absent()

    def __len__(self) -> int:
        return len(self._tracks)

    def __getitem__(self, face_id: int) -> Track:
        return self._tracks[face_id]

    @property
    def full(self) -> bool:
        """Whether there is no room for another face."""
        return len(self._tracks) >= self._max_faces

    @property
    def misses_somebody(self) -> bool:
        """Whether a face was lost a moment ago."""
        return bool(self._absent)

    def ids(self) -> list[int]:
        """In the order in which they were first seen."""
        return list(self._tracks)

    def faces(self) -> list[TrackedFace]:
        """In the same order."""
        return [track.face for track in self._tracks.values()]

    def doubt(self) -> Float32 | None:
        """Box (4,) of a face that was just lost or is hardly seen, or None.

        A face may be hardly seen for long: while there is room for others, that is no reason to
        look for none of them.
        """
        if (lost := self._absent.fresh()) is not None or not self.full:
            return lost
        return next((track.face.box for track in self._tracks.values() if track.doubtful), None)

    def advance(self) -> None:
        """A new frame: nobody has been looked at in it."""
        self._absent.advance()
        for id_, track in self._tracks.items():
            self._tracks[id_] = replace(track, fresh=False)

    def move(self, face_id: int, box: Float32) -> None:
        """Say where a face should be in this frame."""
        track = self._tracks[face_id]
        self._tracks[face_id] = replace(track, face=replace(track.face, box=box), aim=box)

    def lose(self, face_id: int) -> None:
        """Let a face go; it is remembered for a while."""
        track = self._tracks.pop(face_id)
        if track.seen:
            self._absent.add(face_id, track.face.box, track.velocity)

    def match(
        self, detections: Sequence[Detection], age: int
    ) -> tuple[dict[int, Float32], list[Detection]]:
        """Which detections show whom.

        Args:
            detections: of the frame `age` frames ago.
            age: in frames.

        Returns:
            By id the boxes (4,) of faces that are followed, moved by what each moved since; and
            the detections that show nobody who is.
        """
        motions = {id_: track.motion_since(age) for id_, track in self._tracks.items()}
        then = [shifted(self._tracks[id_].face.box, -motion) for id_, motion in motions.items()]
        pairs = match_boxes(then, [found.box for found in detections])
        ids = list(motions)
        known = {ids[i]: shifted(detections[j].box, motions[ids[i]]) for i, j in pairs.items()}
        return known, [
            found
            for found in detections
            if all(box_overlap(found.box, box) < SAME_FACE for box in then)
        ]

    def admit(self, detections: Sequence[Detection]) -> list[int]:
        """Follow new faces as far as there is room.

        Those come first that were lost a moment ago, then the largest, then the surest; boxes in
        which no face was found lately come last.

        Returns:
            The ids of those that came in.
        """
        known = self._absent.recognise([found.box for found in detections])
        order = sorted(
            range(len(detections)),
            key=lambda i: (
                self._rejected.holds(detections[i].box),
                i not in known,
                -area(detections[i].box),
                -detections[i].score,
            ),
        )[: self._max_faces - len(self._tracks)]
        taken = {known[i] for i in order if i in known}
        admitted = []
        for i in order:
            found = detections[i]
            id_ = known[i] if i in known else free_id({*self._tracks, *taken})
            face = TrackedFace(id_, found.box, roll_of(found), found.score)
            self._tracks[id_] = Track(face, found.box)
            admitted.append(id_)
        return admitted

    def hold(self, face_id: int, presence: float, landmarks: Landmarks) -> bool:
        """Judge what was seen of a face; one that is not held is gone.

        Where it is from now on is for the caller to say: this only notes roll and presence.
        """
        track = self._tracks[face_id]
        box, roll = face_box(landmarks.points)
        if presence < (KEEP_PRESENCE if track.seen else ACCEPT_PRESENCE):
            if not track.seen:
                self._rejected.add(track.face.box)
            self.lose(face_id)
            return False
        if self._is_anothers(face_id, box):
            self.lose(face_id)
            return False
        self._rejected.forget(box)
        self._absent.remove(face_id)
        face = replace(track.face, roll=roll, confidence=presence)
        self._tracks[face_id] = replace(track, face=face, seen=True, fresh=True)
        return True

    def place(self, face_id: int, box: Float32) -> None:
        """Say where a face that is held was seen in this frame; one at rest keeps its place."""
        track = self._tracks[face_id]
        roll = track.face.roll
        if track.held:
            box, roll = steady_box(track.held[0], box), steady_roll(track.held[1], roll)
        face = replace(track.face, box=box, roll=roll)
        trail = (*track.trail[1 - _TRAIL :], middle(box))
        self._tracks[face_id] = replace(track, face=face, trail=trail, held=(box, roll))

    def _is_anothers(self, face_id: int, box: Float32) -> bool:
        """Whether a track slid onto a face that another one holds, or was better aimed at."""
        own = box_overlap(box, self._tracks[face_id].aim)
        for id_, other in self._tracks.items():
            if id_ == face_id:
                continue
            if other.fresh and box_overlap(box, other.face.box) >= SAME_FACE:
                return True
            if box_overlap(box, other.aim) > max(own, SAME_FACE):
                return True
        return False
