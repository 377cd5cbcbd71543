"""The one place where something waits between two threads, such as a frame for the pipeline."""

import threading
from enum import Enum
from typing import Generic, TypeVar

T = TypeVar("T")


class Empty(Enum):
    """Why `take` came back with nothing."""

    WAITING = "none came in time"
    ENDED = "none will come"


class Mailbox(Generic[T]):
    """Room for one thing: a frame, a request, an answer.

    Args:
        lossless: whether `put` waits until the one before was taken, instead of replacing it.
    """

    def __init__(self, *, lossless: bool) -> None:
        self._lossless = lossless
        self._changed = threading.Condition()
        self._waiting: T | None = None
        self._closed = False

    def put(self, item: T) -> int:
        """Leave something.

        Returns:
            How many were given up for it: 1 if an older one was still waiting, else 0.
        """
        with self._changed:
            if self._lossless:
                self._changed.wait_for(lambda: self._waiting is None or self._closed)
            dropped = int(self._waiting is not None)
            self._waiting = item
            self._changed.notify_all()
            return dropped

    def take(self, timeout_s: float | None) -> T | Empty:
        """The newest, or why there is none; what was left before the end is still given.

        Args:
            timeout_s: how long to wait for one; None waits until one comes or none will.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._waiting is not None or self._closed, timeout_s)
            item, self._waiting = self._waiting, None
            self._changed.notify_all()
            if item is not None:
                return item
            return Empty.ENDED if self._closed else Empty.WAITING

    def close(self) -> None:
        """Say that no more will come, and let a waiting `put` go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
