"""What goes wrong inside a live run: the camera, a stage, the machine's speed, the clocks."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from builders import make_points
from processes import until
from test_bridge import ScriptedFactory, ScriptedPipeline
from test_pipeline import Rig

import avatar_bridge.clock
from avatar_bridge.bridge import Bridge
from avatar_bridge.build import Parts
from avatar_bridge.capture.camera import CameraSource
from avatar_bridge.clock import NS_PER_S, ManualClock, SystemClock
from avatar_bridge.config import Config, SourceConfig, WireConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.faults import FaultLog
from avatar_bridge.sinks.memory import MemorySink
from avatar_bridge.smooth import load_smoothing
from avatar_bridge.types import FaceState, Frame

JAW = BLENDSHAPE_INDEX["jawOpen"]


class Camera:
    """Grey pictures at a steady rate until it is closed, stamped as a test likes."""

    label, frame_count, state = "camera", None, "running"

    def __init__(self, fps: float, stamp: Callable[[int], int] | None = None) -> None:
        self.fps = fps
        self._stamp = stamp or (lambda index: time.monotonic_ns())
        self._index = 0
        self._start = time.monotonic()
        self._closed = threading.Event()

    def read(self) -> Frame | None:
        due = self._start + self._index / self.fps
        if self._closed.wait(max(0.0, due - time.monotonic())):
            return None
        self._index += 1
        image = np.full((480, 640, 3), 127, np.uint8)
        return Frame(image, self._index - 1, self._stamp(self._index - 1))

    def close(self) -> None:
        self._closed.set()


class Factory(ScriptedFactory):
    """Hands over a pipeline that a test has made; it files its times with the bridge."""

    def __init__(self, pipeline: object) -> None:
        self.pipeline = pipeline  # type: ignore[assignment]

    def make(self, telemetry, *, live=False):
        if hasattr(self.pipeline, "_telemetry"):
            self.pipeline._telemetry = self.pipeline._searcher._telemetry = telemetry
        return self.pipeline


@pytest.fixture
def live() -> Iterator[Callable[..., tuple[Bridge, MemorySink]]]:
    """Runs a bridge around a source and a pipeline, live, until the test is over."""
    running: list[tuple[Bridge, threading.Thread]] = []

    def begin(source, pipeline, sink: MemorySink | None = None) -> tuple[Bridge, MemorySink]:
        sink = sink or MemorySink()
        config = Config(source=SourceConfig(), wire=WireConfig(publish="", control=""))
        parts = Parts(config, SystemClock(), "stream", source, Factory(pipeline), (sink,))  # type: ignore[arg-type]
        bridge = Bridge(parts)
        thread = threading.Thread(target=bridge.run)
        thread.start()
        running.append((bridge, thread))
        return bridge, sink

    yield begin
    for bridge, thread in running:
        bridge.stop()
        thread.join(5)
        assert not thread.is_alive()


class Plug:
    """A camera's device that can be pulled and put back."""

    def __init__(self) -> None:
        self.there = True

    def __call__(self) -> "Plug":
        return self

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.there

    def grab(self) -> bool:
        time.sleep(0.01)
        return self.there

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, np.zeros((480, 640, 3), np.uint8)

    def get(self, _: int) -> float:
        return 100.0

    def release(self) -> None:
        pass


def test_a_camera_that_is_pulled_and_put_back(live) -> None:
    plug = Plug()
    camera = CameraSource(plug, "camera 0", SystemClock(), first_retry_s=0.02, last_retry_s=0.02)  # type: ignore[arg-type]
    _, sink = live(camera, ScriptedPipeline())
    until(lambda: len(sink.states) > 3, "it runs")
    plug.there = False
    until(lambda: not sink.states[-1].tracked, "nobody is seen")
    lost = len(sink.states)
    until(lambda: len(sink.states) > lost + 3, "the stream goes on meanwhile")
    assert camera.state == "reconnecting"
    plug.there = True
    until(lambda: sink.states[-1].tracked, "the face is back")
    assert camera.state == "running"


STAGES: dict[str, tuple[str, str]] = {
    "analyze": ("analyzer", "analyze"),
    "retarget": ("_retargeter", "retarget"),
    "track": ("_tracker", "update"),
    "detect": ("detector", "detect"),
}


def fail(*_: object, **__: object) -> None:
    raise ZeroDivisionError("broken\nnow")


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_raises_shows_no_face_until_it_is_well(live, caplog, stage: str) -> None:
    rig = Rig()
    if stage == "detect":
        rig.detector.faces = []  # so that it is looked for in every frame
    with caplog.at_level(logging.WARNING):
        bridge, sink = live(Camera(100), rig.pipeline)
        until(lambda: sink.states and sink.states[-1].tracked == (stage != "detect"), "it runs")
        name, method = STAGES[stage]
        part = getattr(rig, name, None) or getattr(rig.pipeline, name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(part), method, fail)
            begun = len(sink.states)
            until(lambda: len(sink.states) > begun + 20, "the stream goes on")
            assert not any(state.tracked for state in sink.states[begun + 5 :])
        rig.detector.faces = [make_points()]
        until(lambda: sink.states[-1].tracked, "the face is back")
    errors = {each.name: each.errors for each in bridge.telemetry.snapshot("").stages}
    assert errors[stage] >= 15
    assert errors["total"] == errors[stage]
    lines = [record.message for record in caplog.records]
    assert lines == ["1 frame(s) could not be read and show no face: ZeroDivisionError: broken now"]


def test_offline_a_stage_that_raises_ends_the_run() -> None:
    class Falls(ScriptedPipeline):
        def process(self, frame: Frame) -> tuple[FaceState, ...]:
            raise ZeroDivisionError("broken")

    config = Config(source=SourceConfig(realtime=False), wire=WireConfig(publish="", control=""))
    parts = Parts(config, SystemClock(), "s", Camera(100), Factory(Falls()), ())  # type: ignore[arg-type]
    with pytest.raises(ZeroDivisionError):
        Bridge(parts).run()


def test_faults_are_told_ever_more_rarely_and_when_they_are_over(caplog) -> None:
    clock = ManualClock()
    log = FaultLog(clock)
    for _ in range(600):  # a minute of a stage that always raises
        log.note(ValueError("x"))
        clock.sleep(0.1)
    assert len(caplog.records) == 6  # after 0, 1, 3, 7, 15, 31 s
    log.clear()
    assert len(caplog.records) == 6  # too early to say so
    clock.sleep(1.0)
    log.clear()
    log.clear()
    assert caplog.messages[6:] == ["frames can be read again"]
    assert caplog.messages[1].startswith("10 frame(s) could not be read")


def test_a_machine_four_times_too_slow_drops_frames_and_is_not_late(live) -> None:
    period_s = 0.01
    ages: list[float] = []

    class Slow(ScriptedPipeline):
        def process(self, frame: Frame) -> tuple[FaceState, ...]:
            time.sleep(4 * period_s)
            return super().process(frame)

    class Aging(MemorySink):
        def publish(self, state: FaceState) -> None:
            ages.append((time.monotonic_ns() - state.captured_ns) / NS_PER_S)

    bridge, _ = live(Camera(1 / period_s), Slow(), Aging())
    until(lambda: len(ages) >= 30, "thirty frames")
    # Its own time and what a frame waits at most; a queue would have made it a second by now.
    assert float(np.median(ages[15:])) < 6 * period_s
    status = bridge.telemetry.snapshot("")
    assert status.dropped > 0.6 * status.captured


def test_a_wall_clock_that_is_set_moves_no_stamp(live, monkeypatch) -> None:
    class Set(avatar_bridge.clock.datetime):  # type: ignore[name-defined]
        @classmethod
        def now(cls, tz=None):
            return cls(1999, 12, 31)

    _, sink = live(Camera(100), ScriptedPipeline())
    until(lambda: len(sink.states) > 5, "it runs")
    monkeypatch.setattr(time, "time", lambda: 0.0)
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    monkeypatch.setattr(avatar_bridge.clock, "datetime", Set)
    stepped = len(sink.states)
    until(lambda: len(sink.states) > stepped + 10, "it goes on")
    steps = np.diff([state.captured_ns for state in sink.states])
    assert (steps > 0).all()
    assert steps.max() < NS_PER_S


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
@pytest.mark.parametrize("smoothing", ["balanced", "responsive", "steady"])
def test_a_source_whose_stamps_jump_does_no_harm(frames, jump_s: float, smoothing: str) -> None:
    rig = Rig()
    rig.pipeline._smoothing = load_smoothing(smoothing)
    rig.analyzer.units = {"AU26": 0.5}
    shown = []
    for index in range(140):
        if index == 120:
            rig.detector.faces = []  # and it is lost
        jumped = round(jump_s * NS_PER_S) * ((index >= 60) + (index >= 130))
        stamp = NS_PER_S * 10_000 + index * 33_333_333 + jumped
        (state,) = rig.pipeline.process(frames(index, stamp))
        shown.append(float(state.blendshapes.weights[JAW]))
        assert state.captured_ns == stamp
    assert shown[59] == pytest.approx(0.5, abs=0.05)
    assert shown[60:120] == pytest.approx([shown[59]] * 60, abs=0.02)
    lost = [rig.pipeline.process(frames(140 + i, stamp + i * 33_333_333))[0] for i in range(1, 60)]
    assert not lost[-1].tracked
    assert float(lost[-1].blendshapes.weights.max()) == 0.0  # it has faded


def test_stamps_that_go_to_and_fro_do_no_harm(frames) -> None:
    rig = Rig()
    for index in range(60):
        wobble = (-1) ** index * 200_000_000
        (state,) = rig.pipeline.process(frames(index, 10**12 + index * 33_333_333 + wobble))
        assert np.isfinite(state.blendshapes.weights).all()
    assert state.tracked


def test_a_source_that_breaks_ends_the_run_with_its_words() -> None:
    class Breaks(Camera):
        def read(self) -> Frame | None:
            frame = super().read()
            if frame is not None and frame.index == 5:
                raise CaptureError("expected another picture, got none")
            return frame

    sink = MemorySink()
    config = Config(source=SourceConfig(), wire=WireConfig(publish="", control=""))
    parts = Parts(config, SystemClock(), "s", Breaks(200), Factory(ScriptedPipeline()), (sink,))  # type: ignore[arg-type]
    with pytest.raises(CaptureError, match="expected another picture"):
        Bridge(parts).run()
    assert sink.closed
