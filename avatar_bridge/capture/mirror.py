"""The one place where pictures are mirrored."""

import cv2
import numpy as np

from avatar_bridge.capture.base import Source
from avatar_bridge.types import Frame


class MirroredSource:
    """Any source, with left and right of its pictures exchanged."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def label(self) -> str:
        return self._source.label

    @property
    def fps(self) -> float:
        return self._source.fps

    @property
    def frame_count(self) -> int | None:
        return self._source.frame_count

    @property
    def state(self) -> str:
        return self._source.state

    @property
    def names(self) -> tuple[str, ...]:
        """File names of the pictures; empty where they have none."""
        names: tuple[str, ...] = getattr(self._source, "names", ())
        return names

    def read(self) -> Frame | None:
        frame = self._source.read()
        return mirrored(frame) if frame else None

    def close(self) -> None:
        self._source.close()


def mirrored(frame: Frame) -> Frame:
    """A frame with left and right exchanged."""
    image = np.asarray(cv2.flip(frame.image, 1), np.uint8)
    return Frame(image, frame.index, frame.captured_ns)
