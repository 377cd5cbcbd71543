"""Calibration of a running stream, through the control service."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import make_analysis, make_state
from test_bridge import ListSink, ScriptedFactory, ScriptedPipeline

from avatar_bridge.backend import Tap
from avatar_bridge.bridge import Bridge
from avatar_bridge.build import Parts, PipelineFactory
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig, WireConfig
from avatar_bridge.control.client import ControlClient, RequestRefusedError
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability
from avatar_bridge.types import ActionUnits, FaceState, Frame

FRAME_NS = 33_333_333


class EndlessSource:
    """Thirty frames a second of its own time, some hundred of ours."""

    label, fps, frame_count, state = "endless", 30.0, None, "running"

    def __init__(self) -> None:
        self._index = 0
        self._closed = threading.Event()

    def read(self) -> Frame | None:
        if self._closed.wait(0.005):
            return None
        self._index += 1
        return Frame(np.zeros((4, 4, 3), np.uint8), self._index, self._index * FRAME_NS)

    def close(self) -> None:
        self._closed.set()


class ActingPipeline(ScriptedPipeline):
    """One face that does what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.units: dict[str, float] | None = {}

    def process(self, frame: Frame) -> tuple[FaceState, ...]:
        if self.units is None:
            return (make_state(tracked=False, captured_ns=frame.captured_ns),)
        read = np.zeros(59, np.float32)
        for name, value in self.units.items():
            read[ACTION_UNIT_INDEX[name]] = value
        state = make_state(captured_ns=frame.captured_ns)
        return (replace(state, action_units=ActionUnits(read)),)


class ActingFactory(ScriptedFactory):
    def __init__(self) -> None:
        self.pipeline = ActingPipeline()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path))
    return tmp_path / "calibrations"


@contextmanager
def running(sink: ListSink) -> Iterator[tuple[ControlClient, ActingPipeline]]:
    config = Config(
        source=SourceConfig(realtime=False),
        wire=WireConfig(publish="", control="tcp://127.0.0.1:*"),
    )
    factory = ActingFactory()
    bridge = Bridge(Parts(config, SystemClock(), "s", EndlessSource(), factory, (sink,)))  # type: ignore[arg-type]
    assert bridge._control is not None
    address = bridge._control.address
    thread = threading.Thread(target=bridge.run)
    thread.start()
    try:
        with ControlClient(address, SystemClock(), timeout_s=10) as client:
            yield client, factory.pipeline
    finally:
        bridge.stop()
        thread.join(10)


def smile_of(pipeline: ActingPipeline, changes: int, units: dict[str, float]) -> float:
    """The smile that the mapping in use after so many changes makes of these units."""
    deadline = time.monotonic() + 5
    while len(pipeline.used) < changes and time.monotonic() < deadline:
        time.sleep(0.01)
    retargeter = pipeline.used[-1]
    seen = retargeter.condition(make_analysis(units))  # type: ignore[attr-defined]
    weights = retargeter.retarget(seen.analysis).weights  # type: ignore[attr-defined]
    return float(weights[BLENDSHAPE_INDEX["mouthSmileLeft"]])


def test_a_stream_is_calibrated_while_it_runs(home: Path) -> None:
    sink = ListSink()
    with running(sink) as (client, pipeline):
        assert client.info().calibration == ""
        pipeline.units = {"AU12L": 0.2, "AU12R": 0.2}
        assert client.calibrate(name="anna") == "anna"
        assert client.info().calibration == "anna"
        pipeline.units = {"AU12L": 0.7, "AU12R": 0.7}
        assert client.calibrate("smile") == "anna"
        assert smile_of(pipeline, 2, {"AU12L": 0.2}) == pytest.approx(0.0)
        assert smile_of(pipeline, 2, {"AU12L": 0.7}) == pytest.approx(1.0)
        client.set_profile("arkit")  # a change of profile keeps the person
        assert client.info().calibration == "anna"
        assert client.undo_calibration() == "anna"
        assert client.undo_calibration() == ""
        assert client.use_calibration("anna") == "anna"
        states = list(sink.states)
        deadline = time.monotonic() + 5
        while sink.infos[-1].calibration != "anna" and time.monotonic() < deadline:
            time.sleep(0.01)
    # What the net read is published as it was.
    raw = states[-1].action_units.intensities[ACTION_UNIT_INDEX["AU12L"]]
    assert raw == pytest.approx(0.7)
    assert [path.name for path in home.glob("*.toml")] == ["anna.toml"]
    assert sink.infos[-1].calibration == "anna"


def test_a_face_that_is_not_there_is_the_clients_to_mend(home: Path) -> None:
    with running(ListSink()) as (client, pipeline):
        pipeline.units = None
        with pytest.raises(RequestRefusedError, match="a face before the camera") as caught:
            client.calibrate(name="anna")
        assert caught.value.code == "INVALID_ARGUMENT"
        with pytest.raises(RequestRefusedError, match="calibration's name") as caught:
            client.calibrate(name="../anna")
        assert caught.value.code == "INVALID_ARGUMENT"
        with pytest.raises(RequestRefusedError, match="neutral face to be measured") as caught:
            client.calibrate("smile")
        assert caught.value.code == "NOT_FOUND"  # another try does not help
        with pytest.raises(RequestRefusedError) as caught:
            client.use_calibration("nobody")
        assert caught.value.code == "NOT_FOUND"
    assert not home.exists()


def test_a_source_without_a_first_frame_is_answered() -> None:
    tap = Tap(threading.Event())
    offering = threading.Timer(0.1, tap.offer, [()])
    offering.start()
    assert tap.watch(1.0, SystemClock()) == []
    offering.join()


def test_the_stream_goes_on_while_a_face_is_measured(home: Path) -> None:
    sink = ListSink()
    with running(sink) as (client, _):
        before = len(sink.states)
        client.calibrate()
        assert len(sink.states) - before >= 25


def test_a_stop_does_not_wait_for_a_measurement(home: Path) -> None:
    with running(ListSink()) as (client, pipeline):
        pipeline.process = lambda frame: ()  # type: ignore[method-assign]
        asking = threading.Thread(target=lambda: _quietly(client))
        asking.start()
        time.sleep(0.05)
        began = time.monotonic()
    assert time.monotonic() - began < 3
    asking.join(15)


def _quietly(client: ControlClient) -> None:
    client._timeout_s = 0.2
    try:
        client.calibrate()
    except Exception:  # noqa: BLE001 - nobody answers any more
        return


def test_a_calibration_is_loaded_by_name(home: Path) -> None:
    with running(ListSink()) as (client, _):
        client.calibrate(name="anna")
    factory = PipelineFactory(Config(calibration="anna"))
    assert factory._retargeter.calibration is not None
    assert factory._retargeter.calibration.name == "anna"
    for name, said in (("nobody", "unknown calibration 'nobody'"), ("../anna", "name of 1 to 64")):
        with pytest.raises(ConfigError, match=said):
            PipelineFactory(Config(calibration=name))
    with pytest.raises(ConfigError, match="made with the face net baseline, got one made with"):
        PipelineFactory(Config.model_validate(
            {"calibration": "anna", "analyze": {"face_net": "baseline"}}
        ))  # fmt: skip


def test_what_the_default_net_cannot_see_is_said(home: Path) -> None:
    said = {
        name: (way, rule) for name, way, rule in PipelineFactory(Config())._retargeter.explain()
    }
    assert len(said) == 52
    assert said["tongueOut"] == (Capability.MEASURED, "1 AU19")
    assert said["cheekPuff"][0] is Capability.UNSUPPORTED
    assert "AU34" in said["cheekPuff"][1]
    way, rule = said["cheekSquintLeft"]
    assert way is Capability.DERIVED
    assert "AU12L" in rule
    assert "emotion happiness" in rule
    assert "never above jawOpen" in said["mouthClose"][1]
    assert all(rule for _, rule in said.values())
