"""The wall between sinks: one that fails is left alone for a while, the others never notice."""

import logging
from collections.abc import Callable

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.sinks.base import Sink
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, StreamInfo

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0

_log = logging.getLogger(__name__)


class GuardedSink:
    """A sink whose failures are logged once and followed by growing pauses.

    Args:
        name: for the log.
        sink: what is guarded.
        clock: measures the pauses.
    """

    def __init__(self, name: str, sink: Sink, clock: Clock) -> None:
        self._name = name
        self._sink = sink
        self._clock = clock
        self._pause_s = FIRST_PAUSE_S
        self._paused_until_ns: int | None = None

    def publish(self, state: FaceState) -> None:
        self._attempt(lambda: self._sink.publish(state))

    def describe(self, info: StreamInfo) -> None:
        self._attempt(lambda: self._sink.describe(info))

    def report(self, status: StreamStatus) -> None:
        self._attempt(lambda: self._sink.report(status))

    def close(self) -> None:
        self._sink.close()

    def _attempt(self, call: Callable[[], None]) -> None:
        now_ns = self._clock.now_ns()
        if self._paused_until_ns is not None and now_ns < self._paused_until_ns:
            return
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever one sink does, the others go on
            if self._paused_until_ns is None:
                _log.warning("sink %s failed and is paused: %s", self._name, error)
            self._paused_until_ns = now_ns + round(self._pause_s * NS_PER_S)
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            return
        if self._paused_until_ns is not None:
            _log.warning("sink %s works again", self._name)
            self._paused_until_ns = None
            self._pause_s = FIRST_PAUSE_S
