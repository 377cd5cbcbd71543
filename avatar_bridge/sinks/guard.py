"""The wall between sinks: one that fails is left alone for a while, the others never notice."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.sinks.base import Shower, Sink, Stateful, Viewer
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Frame, StreamInfo
from avatar_bridge.wire.picture import PreviewPicture

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
RUNNING = "running"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pause:
    length_s: float
    until_ns: int
    why: str


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
        self._viewer = sink if isinstance(sink, Viewer) else None
        self._shower = sink if isinstance(sink, Shower) else None
        self._clock = clock
        self._pauses: dict[str, _Pause] = {}  # by what was tried: a bad meta stops no face

    def publish(self, state: FaceState) -> None:
        self._attempt("publish", lambda: self._sink.publish(state))

    def describe(self, info: StreamInfo) -> None:
        self._attempt("describe", lambda: self._sink.describe(info))

    def report(self, status: StreamStatus) -> None:
        self._attempt("report", lambda: self._sink.report(status))

    def see(self, frame: Frame) -> None:
        if viewer := self._viewer:
            self._attempt("see", lambda: viewer.see(frame))

    def show(self, picture: PreviewPicture) -> None:
        if shower := self._shower:
            self._attempt("show", lambda: shower.show(picture))

    @property
    def state(self) -> str:
        """A few words for people: "running", "paused: " and why, or what the sink says itself.

        From any thread.
        """
        if pauses := tuple(self._pauses.values()):
            return f"paused: {pauses[0].why}"
        return self._sink.state if isinstance(self._sink, Stateful) else RUNNING

    def close(self) -> None:
        try:
            self._sink.close()
        except Exception as error:  # noqa: BLE001 - the others still have to be closed
            _log.warning("sink %s did not close: %s", self._name, error)

    def _attempt(self, what: str, call: Callable[[], None]) -> None:
        now_ns = self._clock.now_ns()
        pause = self._pauses.get(what)
        if pause is not None and now_ns < pause.until_ns:
            return
        try:
            call()
        except Exception as error:  # noqa: BLE001 - whatever one sink does, the others go on
            if pause is None:
                _log.warning("sink %s: %s failed and is paused: %s", self._name, what, error)
            length_s = FIRST_PAUSE_S if pause is None else min(2 * pause.length_s, LONGEST_PAUSE_S)
            until_ns, why = now_ns + round(length_s * NS_PER_S), " ".join(str(error).split())
            self._pauses[what] = _Pause(length_s, until_ns, why or type(error).__name__)
            return
        if self._pauses.pop(what, None):
            _log.warning("sink %s: %s works again", self._name, what)
