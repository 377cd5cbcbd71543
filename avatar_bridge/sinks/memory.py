"""A sink that keeps what it is given: for tests, and for looking at a stream within a program."""

from avatar_bridge.clock import Clock
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, StreamInfo


class MemorySink:
    """Keeps everything, in order; it grows for as long as it is fed.

    Attributes:
        states: from `publish`.
        infos: from `describe`.
        statuses: from `report`.
        closed: whether `close` was called.
    """

    def __init__(self) -> None:
        self.states: list[FaceState] = []
        self.infos: list[StreamInfo] = []
        self.statuses: list[StreamStatus] = []
        self.closed = False

    def publish(self, state: FaceState) -> None:
        self.states.append(state)

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def report(self, status: StreamStatus) -> None:
        self.statuses.append(status)

    def close(self) -> None:
        self.closed = True


def create(clock: Clock) -> MemorySink:
    """An empty one; the clock is not needed."""
    return MemorySink()
