"""How long each stage takes and what was dropped on the way."""

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from avatar_bridge.clock import NS_PER_MS, NS_PER_S, Clock

WINDOW = 600  # samples kept per stage: 10 s at 60 frames a second
RATE_S = 2.0  # seconds that the frame rate is told over


@dataclass(frozen=True, slots=True)
class StageTiming:
    """Durations of one stage over the last samples, in milliseconds.

    Attributes:
        errors: how often the stage has raised since the run began.
    """

    name: str
    p50_ms: float
    p95_ms: float
    worst_ms: float
    errors: int = 0


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """How a stream is doing.

    Attributes:
        fps: frames published a second, lately; 0 when none was for two seconds.
        stages: in the order in which they first ran.
        captured: frames taken from the source.
        dropped: frames that a newer one replaced before they were looked at.
        source_state: what the source says of itself, such as "running".
        tracked_faces: faces tracked in the newest frame.
    """

    fps: float
    stages: tuple[StageTiming, ...]
    captured: int
    dropped: int
    source_state: str
    tracked_faces: int


class Telemetry:
    """Collects durations and counts; any thread may write, any may take a snapshot."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._durations: dict[str, deque[int]] = {}
        self._errors: Counter[str] = Counter()
        self._published: deque[int] = deque(maxlen=WINDOW)
        self._captured = 0
        self._dropped = 0
        self._tracked_faces = 0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the body and file it under the stage's name; count it where the body raises."""
        started = self._clock.now_ns()
        try:
            yield
        except Exception:
            self.count_error(name)
            raise
        finally:
            self.record(name, self._clock.now_ns() - started)

    def record(self, name: str, duration_ns: int) -> None:
        """File one duration."""
        with self._lock:
            self._durations.setdefault(name, deque(maxlen=WINDOW)).append(duration_ns)

    def count_error(self, name: str) -> None:
        """A stage failed; `snapshot` tells of it once the stage has a duration."""
        with self._lock:
            self._errors[name] += 1

    def count_captured(self, dropped: int = 0) -> None:
        """One more frame came, and this many older ones were given up for it."""
        with self._lock:
            self._captured += 1
            self._dropped += dropped

    def count_published(self, tracked_faces: int) -> None:
        """One more frame's states went out to the sinks."""
        with self._lock:
            self._published.append(self._clock.now_ns())
            self._tracked_faces = tracked_faces

    def note_stall(self) -> None:
        """The source gives no frames: nobody is tracked."""
        with self._lock:
            self._tracked_faces = 0

    def snapshot(self, source_state: str) -> StreamStatus:
        """The state of things now; the source says itself how it is."""
        now_ns = self._clock.now_ns()
        with self._lock:
            stages = tuple(
                _timing(name, times, self._errors[name]) for name, times in self._durations.items()
            )
            recent = [at for at in self._published if now_ns - at <= RATE_S * NS_PER_S]
            span = recent[-1] - recent[0] if recent else 0
            return StreamStatus(
                fps=(len(recent) - 1) * NS_PER_S / span if span else 0.0,
                stages=stages,
                captured=self._captured,
                dropped=self._dropped,
                source_state=source_state,
                tracked_faces=self._tracked_faces,
            )


def _timing(name: str, durations: deque[int], errors: int) -> StageTiming:
    milliseconds = np.asarray(durations, np.float64) / NS_PER_MS
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return StageTiming(name, float(p50), float(p95), float(milliseconds.max()), errors)
