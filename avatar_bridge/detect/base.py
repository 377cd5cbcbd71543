"""What a detector is.

A detector's module exposes `create(min_face, models, threads) -> Detector`: the side in pixels of
the smallest face box worth finding, where the models lie, and the threads of one run of a net.
One that is made of no model takes the last two and lets them be.
"""

from typing import Protocol

from avatar_bridge.types import Detection, Image


class Detector(Protocol):
    """Finds faces in one picture; remembers nothing. One thread at a time may use it."""

    def detect(self, image: Image) -> tuple[Detection, ...]:
        """All faces, the surest first.

        **Convention:** boxes are face boxes (`geometry.face_box`): square, brow to chin; of a
        rolled face the upright square with the same middle and side. A detector that frames faces
        otherwise converts its boxes itself.

        Args:
            image: (H, W, 3) uint8 BGR.
        """
        ...
