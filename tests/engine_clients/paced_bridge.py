"""A real bridge with real sockets around a made-up face, for clients of other languages."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from builders import make_state

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import Parts, build_retargeter
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig, WireConfig
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import FaceState, Frame


def free_address() -> str:
    """A loopback address that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


class PacedSource:
    """Grey frames at a steady rate until it is closed."""

    label, frame_count, state = "paced", None, "running"

    def __init__(self, fps: float) -> None:
        self.fps = fps
        self._index = 0
        self._start = time.monotonic()
        self._closed = threading.Event()

    def read(self) -> Frame | None:
        due = self._start + self._index / self.fps
        if self._closed.wait(max(0.0, due - time.monotonic())):
            return None
        self._index += 1
        return Frame(np.zeros((4, 4, 3), np.uint8), self._index - 1, time.monotonic_ns())

    def close(self) -> None:
        self._closed.set()


class PacedPipeline:
    """Faces with the jaw half open, or none of them tracked."""

    def __init__(self, face_ids: tuple[int, ...], tracked: bool) -> None:
        self.retargeter = build_retargeter("arkit", ACTION_UNIT_NAMES)
        self._face_ids = face_ids
        self._tracked = tracked

    def close(self) -> None:
        pass

    def process(self, frame: Frame) -> tuple[FaceState, ...]:
        return tuple(
            replace(
                make_state(
                    face_id=face_id,
                    captured_ns=frame.captured_ns,
                    tracked=self._tracked,
                    jawOpen=0.5,
                ),
                frame_index=frame.index,
            )
            for face_id in self._face_ids
        )

    def idle(self, now_ns: int) -> tuple[FaceState, ...]:
        return (make_state(tracked=False, captured_ns=now_ns),)

    def use(self, retargeter: object) -> None:
        pass


class PacedFactory:
    """Makes that pipeline."""

    action_units = ACTION_UNIT_NAMES

    def __init__(self, pipeline: PacedPipeline) -> None:
        self._pipeline = pipeline

    def make(self, telemetry: Telemetry, *, live: bool = False) -> PacedPipeline:
        return self._pipeline


@contextmanager
def serving(
    pub: str,
    control: str,
    *,
    stream_id: str,
    fps: float = 60.0,
    face_ids: tuple[int, ...] = (1,),
    tracked: bool = True,
) -> Iterator[Bridge]:
    """A bridge that runs at these addresses for as long as the block does."""
    clock = SystemClock()
    parts = Parts(
        Config(source=SourceConfig(), wire=WireConfig(publish=pub, control=control)),
        clock,
        stream_id,
        PacedSource(fps),
        PacedFactory(PacedPipeline(face_ids, tracked)),  # type: ignore[arg-type]
        (ZmqPublisher(clock, address=pub, stream_id=stream_id),),
    )
    bridge = Bridge(parts)
    thread = threading.Thread(target=bridge.run, daemon=True)
    thread.start()
    try:
        yield bridge
    finally:
        bridge.stop()
        thread.join(10)
        assert not thread.is_alive()
