"""Playing what is stored: pace, looping and sampling, the same for videos and images.

**Convention (time):** a reel's time is in seconds, 0 at its first picture. Across loops time goes
on: the second round starts one picture's duration after the last picture of the first.
**Convention (index):** counts the pictures that are due, also those which a late reader missed in
real time: gaps are drops. Pictures left out by sampling have no index.
"""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Protocol

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.types import Frame, Image

SLICE_S = 0.05  # longest wait after which a close is noticed
CATCH_UP_S = 1.0  # a late reader skips at most this much of the file in one read


class Reel(Protocol):
    """A row of stored pictures, gone through once in order."""

    @property
    def fps(self) -> float:
        """Pictures a second, above 0."""
        ...

    def advance(self) -> float | None:
        """Step to the next picture: its time in seconds, or None at the end."""
        ...

    def picture(self) -> Image:
        """The picture stepped to.

        Raises:
            CaptureError: it cannot be decoded.
        """
        ...

    def rewind(self) -> None:
        """Go back to before the first picture.

        Raises:
            CaptureError: the file cannot be opened again.
        """
        ...

    def close(self) -> None:
        """Release the file."""
        ...


class PlaybackSource:
    """Plays a reel.

    In real time each picture is given when it is due; a reader that is late gets the picture that
    is due now. Otherwise every picture is given at once, with its time in the file.

    Args:
        reel: what is played; closed with the source.
        label: its name for people.
        count: pictures of the reel; None where unknown.
        clock: paces the playing in real time.
        realtime: whether to keep the reel's pace.
        loop: whether to start again at the end.
        fps: take this many pictures a second out of a faster reel; None takes all.
    """

    def __init__(
        self,
        reel: Reel,
        label: str,
        count: int | None,
        clock: Clock,
        realtime: bool,
        loop: bool,
        fps: float | None = None,
    ) -> None:
        self.label = label
        self._reel = reel
        self._count = count
        self._clock = clock
        self._realtime = realtime
        self._loop = loop
        self._sampled_fps = fps if fps is not None and fps < reel.fps else None
        self._lock = threading.Lock()  # held while the reel is in use
        self._closed = threading.Event()
        self._state = "running"
        self._index = -1
        self._offset_s = 0.0  # where this round began
        self._time_s = 0.0  # of the picture stepped to, over all rounds
        self._round_s = 0.0  # time of the newest picture in this round, sampled or not
        self._in_round = 0  # pictures stepped to in this round
        self._next_sample = 0  # number of the next sample of this round
        self._started_ns: int | None = None
        self._cleanup = ExitStack()

    @property
    def fps(self) -> float:
        return self._sampled_fps or self._reel.fps

    @property
    def frame_count(self) -> int | None:
        """As the file's header says; None when looping."""
        if self._loop or self._count is None:
            return None
        if self._sampled_fps is None:
            return self._count
        return max(1, round(self._count * self._sampled_fps / self._reel.fps))

    @property
    def state(self) -> str:
        return "closed" if self._closed.is_set() else self._state

    def read(self) -> Frame | None:
        with self._lock:
            if self._closed.is_set() or not self._step() or not self._catch_up():
                self._state = "ended"
                return None
            image = self._reel.picture()
        due_ns = round(self._time_s * NS_PER_S)
        if self._realtime:
            due_ns += self._origin_ns()
            if not self._wait_until(due_ns):
                return None
        return Frame(image, self._index, due_ns)

    def close(self) -> None:
        self._closed.set()
        with self._lock:
            self._reel.close()
            self._cleanup.close()

    def call_on_close(self, callback: Callable[[], None]) -> None:
        """Have something called once, after the reel is closed."""
        self._cleanup.callback(callback)

    def _origin_ns(self) -> int:
        if self._started_ns is None:
            self._started_ns = self._clock.now_ns()
        return self._started_ns

    def _step(self) -> bool:
        """Go to the next picture to give; False when there is none."""
        while True:
            time_s = self._reel.advance()
            if time_s is None:
                if not self._loop or self._in_round == 0:
                    return False
                self._reel.rewind()
                self._offset_s += self._round_s + 1.0 / self._reel.fps
                self._in_round = self._next_sample = 0
                continue
            self._round_s = time_s
            self._in_round += 1
            if self._sampled_fps is None or self._is_sample(time_s, self._sampled_fps):
                self._time_s = self._offset_s + time_s
                self._index += 1
                return True

    def _is_sample(self, time_s: float, fps: float) -> bool:
        """Whether this is the first picture at or after a sample's time, half a picture early."""
        early = 0.5 / self._reel.fps
        if time_s + early < self._next_sample / fps:
            return False
        self._next_sample = max(self._next_sample, int((time_s + early) * fps)) + 1
        return True

    def _catch_up(self) -> bool:
        """In real time, step on until the picture is the one that is due."""
        if not self._realtime:
            return True
        period = 1.0 / self.fps
        limit = self._time_s + CATCH_UP_S
        elapsed = (self._clock.now_ns() - self._origin_ns()) / NS_PER_S
        while self._time_s + period <= elapsed and self._time_s < limit:
            if not self._step():
                return False
        return True

    def _wait_until(self, due_ns: int) -> bool:
        """Sleep until a moment; False when the source was closed meanwhile."""
        while (left := due_ns - self._clock.now_ns()) > 0 and not self._closed.is_set():
            self._clock.sleep(min(left / NS_PER_S, SLICE_S))
        return not self._closed.is_set()
