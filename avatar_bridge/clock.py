"""The only place that reads time.

**Convention:** all stamps are nanoseconds of one monotonic clock. They compare within one
machine's uptime; across machines a client uses the control service's ping.
"""

import time
from datetime import datetime
from typing import Protocol

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """A source of monotonic time that can also wait."""

    def now_ns(self) -> int:
        """Nanoseconds since an arbitrary, fixed origin."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; a negative or zero duration returns at once."""
        ...


def wall_time() -> datetime:
    """The time of day with its zone: for names and labels, never for intervals."""
    return datetime.now().astimezone()


class SystemClock:
    """The machine's monotonic clock."""

    def now_ns(self) -> int:
        return time.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(seconds)


class ManualClock:
    """A clock that moves only when told to, for tests and offline work."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        return self._now_ns

    def sleep(self, seconds: float) -> None:
        self._now_ns += max(0, round(seconds * NS_PER_S))
