"""A thread for a sink whose receiver may keep it waiting.

The thread that has something new leaves it in a mailbox and goes on.
"""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from avatar_bridge.mailbox import Mailbox
from avatar_bridge.sinks.guard import FIRST_PAUSE_S, LONGEST_PAUSE_S
from avatar_bridge.sinks.guard import RUNNING as WORKING

JOIN_S = 1.0  # how long a close waits at most for the thread to say goodbye

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Finished(Exception):  # noqa: N818 - it is no error
    """Raised by a session to say that trying again is of no use; its text is logged."""


class Worker(Generic[T]):
    """Runs sessions with a receiver, one after another, until it is closed.

    A session that fails is logged once, and tried again after growing pauses.

    Args:
        sink: for the log and for the thread's name.
        session: connects, and sends what the mailbox gives until that has ended. It returns then,
            and raises SinkError when the receiver is lost, Finished to give up. It calls the
            worker's `reached` once the receiver takes them.
        pause_s: the first pause; each further one is twice as long, up to `LONGEST_PAUSE_S`.
    """

    def __init__(
        self, sink: str, session: Callable[["Worker[T]"], None], pause_s: float = FIRST_PAUSE_S
    ) -> None:
        self.newest: Mailbox[T] = Mailbox(lossless=False)
        self.closing = threading.Event()
        self._sink = sink
        self._session = session
        self._first_pause_s = self._pause_s = pause_s
        self._failed = False
        self.state = WORKING  # a few words for people, from any thread
        self._thread = threading.Thread(target=self._run, name=f"sink {sink}", daemon=True)
        self._thread.start()

    def reached(self) -> None:
        """Say that the receiver takes what is sent."""
        if self._failed:
            _log.warning("sink %s: works again", self._sink)
        self._failed = False
        self.state = WORKING
        self._pause_s = self._first_pause_s

    def warn(self, text: str) -> None:
        """Log something, for the thread."""
        _log.warning("sink %s: %s", self._sink, text)

    def close(self) -> None:
        """End the session and wait a moment for it; what does not end is left to the system."""
        self.closing.set()
        self.newest.close()
        self._thread.join(JOIN_S)

    def _run(self) -> None:
        while not self.closing.is_set():
            try:
                self._session(self)
            except Finished as end:
                if not self.closing.is_set():
                    self.warn(str(end))
                self.state = f"ended: {_line(end)}"
                return
            except Exception as error:  # noqa: BLE001 - a thread that ends would say nothing
                if not self._failed and not self.closing.is_set():
                    self.warn(f"{error}; trying again")
                self._failed = True
                self.state = f"trying again: {_line(error)}"
                self.closing.wait(self._pause_s)
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
