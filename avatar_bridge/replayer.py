"""Publishes a take again, in its own time or faster.

What the messages say is as it was recorded; their stream, numbers and stamps are fresh.

**Convention (time):** messages go out by the times at which their pictures were captured, which is
when the face did what they say; the first one at once. Looped, the next round follows one frame
after the last.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import TakeError
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.sinks.base import Sink
from avatar_bridge.takes.mcap import read_take
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import FaceState, StreamInfo
from avatar_bridge.wire.codec import ReceivedFace, ReceivedStatus

HEARTBEAT_S = 1.0  # between two descriptions of the stream
STEP_S = 0.05  # waited at once, before looking whether to stop
ROUND_S = 1.0 / 60.0  # between the last frame of a round and the first of the next
STATE = "replaying"


class Replayer:
    """Runs one take, once.

    Args:
        path: of the take; its first face is looked for here.
        sinks: the outputs; the replayer closes them.
        clock: paces it and stamps what goes out.
        stream_id: of this run.
        speed: how many seconds of the take go by in one.
        loop: whether it starts again at its end.

    Raises:
        TakeError: not a take, or one without a face.
    """

    def __init__(
        self,
        path: Path,
        sinks: Sequence[Sink],
        clock: Clock,
        stream_id: str,
        *,
        speed: float = 1.0,
        loop: bool = False,
    ) -> None:
        self._path = path
        self._sinks = tuple(sinks)
        self._clock = clock
        self._speed = speed
        self._loop = loop
        self._stream_id = stream_id
        self._info = first_info(path, stream_id)
        self._stopping = threading.Event()
        self._telemetry = Telemetry(clock)
        self._next_heartbeat_ns = clock.now_ns()

    @property
    def telemetry(self) -> Telemetry:
        """Counts of this run."""
        return self._telemetry

    @property
    def info(self) -> StreamInfo:
        """What the stream carries now."""
        return self._info

    def stop(self) -> None:
        """Ask `run` to come back soon; from any thread or signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Publish until the take ends or `stop` is called.

        Raises:
            TakeError: the take is broken further on.
        """
        with ExitStack() as stack:
            for sink in self._sinks:
                stack.callback(sink.close)
            due_ns = self._clock.now_ns()
            index = 0
            while not self._stopping.is_set():
                due_ns, index = self._play(due_ns, index)
                if not self._loop:
                    return
                due_ns += round(ROUND_S * NS_PER_S)

    def _play(self, due_ns: int, index: int) -> tuple[int, int]:
        """One round: when its last frame was due, and the next frame's index."""
        last_ns: int | None = None  # when the frame before was captured, as recorded
        for taken in read_take(self._path):
            if self._stopping.is_set():
                break
            message = taken.message
            if isinstance(message, StreamInfo):
                self._change(message)
            if not isinstance(message, ReceivedFace):
                continue
            captured_ns = message.state.captured_ns
            if captured_ns != last_ns:  # else another face of the same frame
                step_ns = 0 if last_ns is None else max(0, captured_ns - last_ns)
                due_ns += round(step_ns / self._speed)
                last_ns = captured_ns
                self._wait(due_ns)
                index += 1
                self._telemetry.count_captured()
                self._telemetry.count_published(int(message.state.tracked))
            self._publish(replace(message.state, frame_index=index - 1, captured_ns=due_ns))
        return due_ns, index

    def _publish(self, state: FaceState) -> None:
        if not self._stopping.is_set():
            for sink in self._sinks:
                sink.publish(state)

    def _wait(self, due_ns: int) -> None:
        """Until a frame is due; the stream is described meanwhile."""
        while not self._stopping.is_set():
            if self._clock.now_ns() >= self._next_heartbeat_ns:
                self._heartbeat()
            left_s = (due_ns - self._clock.now_ns()) / NS_PER_S
            if left_s <= 0.0:
                return
            self._clock.sleep(min(left_s, STEP_S))

    def _change(self, info: StreamInfo) -> None:
        fresh = replace(info, stream_id=self._stream_id)
        if fresh != self._info:
            self._info = fresh
            self._heartbeat()

    def _heartbeat(self) -> None:
        self._next_heartbeat_ns = self._clock.now_ns() + round(HEARTBEAT_S * NS_PER_S)
        status = self._telemetry.snapshot(STATE)
        for sink in self._sinks:
            sink.describe(self._info)
            sink.report(status)


def first_info(path: Path, stream_id: str) -> StreamInfo:
    """What a take's first face belongs to; where the take does not say, all 52 count as measured.

    Raises:
        TakeError: not a take, or one without a face.
    """
    info: StreamInfo | None = None
    for message in _until_face(path):
        info = message
    if info is None:
        capabilities = (Capability.MEASURED,) * len(BLENDSHAPES)
        info = StreamInfo(stream_id, path.name, "", "", "", capabilities, (), 0.0)
    return replace(info, stream_id=stream_id)


def _until_face(path: Path) -> Iterator[StreamInfo]:
    for taken in read_take(path):
        if isinstance(taken.message, ReceivedFace):
            return
        if not isinstance(taken.message, ReceivedStatus):
            yield taken.message
    raise TakeError(f"{path}: expected a take with a face, got none")
