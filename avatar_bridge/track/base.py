"""What a tracker is.

A tracker's module exposes `create(max_faces) -> Tracker`. For every frame the pipeline asks
`wants_detection`, runs the detector if so, calls `update`, looks at each face, and tells the
tracker with `observe` what it saw there.
"""

from collections.abc import Sequence
from typing import Protocol

from avatar_bridge.types import Detection, Image, Landmarks, TrackedFace


class Tracker(Protocol):
    """Follows faces from frame to frame and keeps their identities."""

    def wants_detection(self) -> bool:
        """Whether the next `update` needs the detector's view of that frame."""
        ...

    def update(self, image: Image, detections: Sequence[Detection] | None) -> list[TrackedFace]:
        """Where the faces are in a new frame.

        Args:
            image: (H, W, 3) uint8 BGR.
            detections: what the detector found in it, or None where it was not run.

        Returns:
            At most `max_faces`, in the order in which they were first seen.
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
