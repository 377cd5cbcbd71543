"""What a tracker is.

A tracker's module exposes `create(max_faces) -> Tracker`. For every frame the pipeline asks
`wants_detection` and where to look first, calls `update` with what a detector has seen by then,
looks at each face, and tells the tracker with `observe` what it saw there.
"""

from collections.abc import Sequence
from typing import Protocol

from avatar_bridge.types import Detection, Float32, Image, Landmarks, TrackedFace


class Tracker(Protocol):
    """Follows faces from frame to frame and keeps their identities."""

    def wants_detection(self) -> bool:
        """Whether a detector should look at the next frame."""
        ...

    def doubt(self) -> Float32 | None:
        """Box (4,) of a face that was just lost or is hardly seen: there to look first, or None."""
        ...

    def update(
        self, image: Image, detections: Sequence[Detection] | None, age: int = 0
    ) -> list[TrackedFace]:
        """Where the faces are in a new frame.

        Args:
            image: (H, W, 3) uint8 BGR.
            detections: what a detector found, or None where there is no new answer of it.
            age: how many frames ago it looked; 0 is this frame.

        Returns:
            At most `max_faces`, in the order in which they were first seen. Of new ones those
            with the largest boxes; one that is followed already keeps its place.
        """
        ...

    def observe(self, face_id: int, presence: float, landmarks: Landmarks) -> bool:
        """What the face net saw where `update` said face_id is.

        Args:
            face_id: of the last `update`.
            presence: in [0, 1], how surely a face is there.
            landmarks: in frame pixels.

        Returns:
            Whether the face is held. One that is not is forgotten, and its id is free again.
        """
        ...
