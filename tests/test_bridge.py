"""The running bridge around scripted parts."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from builders import make_state

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import Parts, build, build_retargeter
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig, WireConfig
from avatar_bridge.errors import AvatarBridgeError, CaptureError, ConfigError, ModelError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.sinks.base import Sink
from avatar_bridge.telemetry import StreamStatus, Telemetry
from avatar_bridge.types import FaceState, Frame, StreamInfo


class ScriptedSource:
    """Gives so many frames, then ends, breaks or stalls until it is closed."""

    label, fps, frame_count, state = "script", 30.0, None, "running"

    def __init__(self, count: int, then: str = "end") -> None:
        self._count = count
        self._then = then
        self._index = 0
        self.closed = threading.Event()

    def read(self) -> Frame | None:
        if self._index < self._count:
            self._index += 1
            return Frame(np.zeros((4, 4, 3), np.uint8), self._index - 1, time.monotonic_ns())
        if self._then == "break":
            raise CaptureError("the cable is out")
        if self._then == "fail":
            raise MemoryError("no room for a picture")
        if self._then == "stall":
            self.closed.wait(10)
        return None

    def close(self) -> None:
        self.closed.set()


class ScriptedPipeline:
    """One state per frame, and none lost when idle."""

    def __init__(self) -> None:
        self.retargeter = build_retargeter("arkit", ACTION_UNIT_NAMES)
        self.used: list[object] = []
        self.closed = 0

    def close(self) -> None:
        self.closed += 1

    def process(self, frame: Frame) -> tuple[FaceState, ...]:
        return (make_state(captured_ns=frame.captured_ns),)

    def idle(self, now_ns: int) -> tuple[FaceState, ...]:
        return (make_state(tracked=False, captured_ns=now_ns),)

    def use(self, retargeter: object) -> None:
        self.used.append(retargeter)


class ScriptedFactory:
    action_units = ACTION_UNIT_NAMES

    def __init__(self) -> None:
        self.pipeline = ScriptedPipeline()

    def make(self, telemetry: Telemetry, *, live: bool = False) -> ScriptedPipeline:
        return self.pipeline


@dataclass
class ListSink:
    """Keeps everything, and may call back."""

    states: list[FaceState] = field(default_factory=list)
    infos: list[StreamInfo] = field(default_factory=list)
    statuses: list[StreamStatus] = field(default_factory=list)
    closed: int = 0
    on_state: Callable[[], None] = lambda: None

    def publish(self, state: FaceState) -> None:
        self.states.append(state)
        self.on_state()

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def report(self, status: StreamStatus) -> None:
        self.statuses.append(status)

    def close(self) -> None:
        self.closed += 1


def parts(source: ScriptedSource, *sinks: Sink, realtime: bool = False) -> Parts:
    config = Config(source=SourceConfig(realtime=realtime), wire=WireConfig(publish="", control=""))
    return Parts(config, SystemClock(), "stream", source, ScriptedFactory(), sinks)  # type: ignore


def test_offline_every_frame_goes_out_and_everything_is_closed() -> None:
    source, sink = ScriptedSource(40), ListSink()
    given = parts(source, sink)
    bridge = Bridge(given)
    bridge.run()
    assert len(sink.states) == 40
    assert given.pipelines.pipeline.closed == 1  # type: ignore[attr-defined]
    assert source.closed.is_set()
    assert sink.closed == 1
    status = bridge.telemetry.snapshot("ended")
    assert (status.captured, status.dropped) == (40, 0)


def test_the_stream_is_described_before_its_first_frame() -> None:
    sink = ListSink()
    sink.on_state = lambda: described.append(len(sink.infos))
    described: list[int] = []
    Bridge(parts(ScriptedSource(3), sink)).run()
    assert described[0] == 1
    info = sink.infos[0]
    assert (info.stream_id, info.source, info.profile) == ("stream", "script", "arkit")
    assert info.action_units == ACTION_UNIT_NAMES


def test_max_frames_ends_the_run() -> None:
    sink = ListSink()
    Bridge(parts(ScriptedSource(1000), sink)).run(max_frames=7)
    assert len(sink.states) == 7


def test_stop_ends_a_run_whose_source_hangs() -> None:
    source, sink = ScriptedSource(2, then="stall"), ListSink()
    bridge = Bridge(parts(source, sink))
    sink.on_state = lambda: bridge.stop() if len(sink.states) == 2 else None
    bridge.run()
    assert source.closed.is_set()
    assert sink.closed == 1


def test_a_source_that_breaks_is_told_after_the_rest_went_out() -> None:
    source, sink = ScriptedSource(5, then="break"), ListSink()
    with pytest.raises(CaptureError, match="the cable is out"):
        Bridge(parts(source, sink)).run()
    assert len(sink.states) == 5
    assert sink.closed == 1


def test_what_nobody_expected_of_a_source_is_not_lost() -> None:
    sink = ListSink()
    with pytest.raises(MemoryError, match="no room for a picture"):
        Bridge(parts(ScriptedSource(3, then="fail"), sink)).run()
    assert len(sink.states) == 3
    assert sink.closed == 1


def test_what_a_source_does_after_the_last_frame_asked_for_is_no_error() -> None:
    for _ in range(10):
        Bridge(parts(ScriptedSource(7, then="break"), ListSink())).run(max_frames=6)


def test_offline_a_slow_picture_is_no_lost_face() -> None:
    sink = ListSink()

    class Slow(ScriptedSource):
        def read(self) -> Frame | None:
            self.closed.wait(0.4)
            return super().read()

    Bridge(parts(Slow(2), sink)).run()
    assert [state.tracked for state in sink.states] == [True, True]


def test_a_source_of_unknown_rate_stalls_as_fast_as_any() -> None:
    source, sink = ScriptedSource(1, then="stall"), ListSink()
    source.fps = 0.0
    bridge = Bridge(parts(source, sink, realtime=True))
    sink.on_state = lambda: bridge.stop() if not sink.states[-1].tracked else None
    started = time.monotonic()
    bridge.run()
    assert time.monotonic() - started < 2  # three frames of one a second would be three


def test_a_part_that_does_not_close_leaves_no_other_open() -> None:
    class Stuck(ListSink):
        def close(self) -> None:
            raise OSError("stuck")

    source, sink = ScriptedSource(1), ListSink()
    with pytest.raises(OSError, match="stuck"):
        Bridge(parts(source, Stuck(), sink)).run()
    assert sink.closed == 1
    assert source.closed.is_set()


def test_a_stalled_source_goes_on_as_a_lost_face() -> None:
    source, sink = ScriptedSource(1, then="stall"), ListSink()
    bridge = Bridge(parts(source, sink, realtime=True))
    sink.on_state = lambda: bridge.stop() if not sink.states[-1].tracked else None
    bridge.run()
    assert [state.tracked for state in sink.states] == [True, False]
    assert bridge.telemetry.snapshot("stalled").tracked_faces == 0


def test_a_profile_asked_for_is_used_and_described() -> None:
    given = parts(ScriptedSource(50), sink := ListSink())
    bridge = Bridge(given)
    asked = []

    def ask() -> None:
        if not asked:
            asked.append(True)
            bridge._backend.set_profile("arkit")

    sink.on_state = ask
    bridge.run()
    assert len(given.pipelines.pipeline.used) == 1  # type: ignore[attr-defined]
    assert len(sink.infos) >= 2
    with pytest.raises(ConfigError, match=r"expected one of .*arkit.*, got '\.\./secret\.toml'"):
        bridge._backend.set_profile("../secret.toml")


def test_a_picture_that_is_none_is_refused() -> None:
    bridge = Bridge(parts(ScriptedSource(0)))
    with pytest.raises(AvatarBridgeError, match="expected a JPEG or PNG picture, got 3 other"):
        bridge._backend.analyze(b"abc")
    with pytest.raises(AvatarBridgeError, match="got 0 other bytes"):
        bridge._backend.analyze(b"")
    header = (13).to_bytes(4, "big") + b"IHDR" + (60_000).to_bytes(4, "big") * 2 + bytes(5)
    huge = b"\x89PNG\r\n\x1a\n" + header + bytes(4)
    with pytest.raises(AvatarBridgeError, match="pixels, got 60000 x 60000"):
        bridge._backend.analyze(huge)
    cut = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()[:40]
    with pytest.raises(AvatarBridgeError, match="got 40"):
        bridge._backend.analyze(cut)
    header += b"crc." + bytes(4) + b"IEND" + bytes(4)
    empty = b"\x89PNG\r\n\x1a\n" + header.replace((60_000).to_bytes(4, "big"), bytes(3) + b"\x08")
    with pytest.raises(AvatarBridgeError, match="that do not unpack"):
        bridge._backend.analyze(empty)


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"track": {"detector": "eyes"}}, ConfigError),
        ({"track": {"tracker": "eyes"}}, ConfigError),
        ({"smoothing": "butter"}, ConfigError),
        ({"profile": "nobody"}, ConfigError),
        ({"analyze": {"face_net": "nothing"}}, ModelError),
        ({"sinks": [{"name": "nowhere"}]}, ConfigError),
        ({"sinks": [{"name": "memory", "options": {"sugar": "2"}}]}, ConfigError),
        ({"source": {"uri": "no/such/file.mp4"}}, CaptureError),
    ],
)
def test_what_cannot_be_built_is_one_line(values: dict, error: type[AvatarBridgeError]) -> None:
    settings = {"wire": {"publish": "", "control": ""}, **values}
    with pytest.raises(error, match=r"expected|unknown") as caught:
        Bridge(build(Config.model_validate(settings), SystemClock()))
    assert "\n" not in str(caught.value)
