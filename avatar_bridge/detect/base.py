"""What a detector is.

A detector's module exposes `create(min_face) -> Detector`, where `min_face` is the side in pixels
of the smallest face box worth finding.
"""

from typing import Protocol

from avatar_bridge.types import Detection, Image


class Detector(Protocol):
    """Finds faces in one picture; remembers nothing."""

    def detect(self, image: Image) -> tuple[Detection, ...]:
        """All faces, the surest first.

        **Convention:** boxes are face boxes (`geometry.face_box`): square, brow to chin. A
        detector that frames faces otherwise converts its boxes itself.

        Args:
            image: (H, W, 3) uint8 BGR.
        """
        ...
