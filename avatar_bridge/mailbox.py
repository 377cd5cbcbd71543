"""The one place where a frame waits: between the capture thread and the pipeline."""

import threading
from enum import Enum

from avatar_bridge.types import Frame


class Empty(Enum):
    """Why `take` came back without a frame."""

    WAITING = "none came in time"
    ENDED = "none will come"


class Mailbox:
    """Room for one frame.

    Args:
        lossless: whether `put` waits until the frame before was taken, instead of replacing it.
    """

    def __init__(self, *, lossless: bool) -> None:
        self._lossless = lossless
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._closed = False

    def put(self, frame: Frame) -> int:
        """Leave a frame.

        Returns:
            How many frames were given up for it: 1 if an older one was still waiting, else 0.
        """
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: self._frame is None or self._closed)
            dropped = int(self._frame is not None)
            self._frame = frame
            self._changed.notify_all()
            return dropped

    def take(self, timeout_s: float) -> Frame | Empty:
        """The newest frame, or why there is none; a frame left before the end is still given."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._closed, timeout_s)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            if frame is not None:
                return frame
            return Empty.ENDED if self._closed else Empty.WAITING

    def close(self) -> None:
        """Say that no more frames will come, and let a waiting `put` go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
