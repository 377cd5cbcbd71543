"""A running bridge records by control request, by key and from its start."""

import threading
import time

import pytest
from take_rig import free_udp_port

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, RecordingConfig, SourceConfig, WireConfig
from avatar_bridge.control.client import ControlClient, RequestRefusedError
from avatar_bridge.sinks import recorder as recorder_module
from avatar_bridge.sinks.memory import MemorySink
from avatar_bridge.takes.mcap import read_take
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire.codec import ReceivedFace


@pytest.fixture
def run(tmp_path):
    """Starts a bridge that waits for a phone, whose recorder gets one state at a time by hand."""
    running: list[tuple[Bridge, threading.Thread]] = []

    def start(**recording):
        config = Config(
            source=SourceConfig(uri=f"vmc:127.0.0.1:{free_udp_port()}"),
            wire=WireConfig(publish="", control="tcp://127.0.0.1:*"),
            recording=RecordingConfig(folder=str(tmp_path / "takes"), **recording),
        )
        sink = MemorySink()
        bridge = Bridge(build(config, SystemClock(), (sink,)))
        thread = threading.Thread(target=bridge.run)
        thread.start()
        running.append((bridge, thread))
        return bridge, sink

    yield start
    for bridge, thread in running:
        bridge.stop()
        thread.join(5)


@pytest.fixture
def client_of():
    clients = []

    def connect(bridge):
        clients.append(ControlClient(bridge.control_address, SystemClock(), timeout_s=5))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def until(true) -> bool:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(true())


def test_by_control_requests(run, client_of, tmp_path):
    bridge, sink = run()
    client = client_of(bridge)
    with pytest.raises(RequestRefusedError, match="NOT_FOUND: expected a recording to stop"):
        client.stop_recording()
    path = client.start_recording("../one")
    assert path == tmp_path / "takes" / "_one.mcap"
    with pytest.raises(RequestRefusedError, match="INVALID_ARGUMENT: expected no recording"):
        client.start_recording("two")
    assert bridge.recording == "recording _one"
    assert until(lambda: sink.statuses and "recording _one" in sink.statuses[-1].source_state)
    result = client.stop_recording()
    assert (result.path, result.frames, result.dropped) == (path, 0, 0)
    infos = [each.message for each in read_take(path) if isinstance(each.message, StreamInfo)]
    assert infos
    assert infos[0] == sink.infos[0]


def test_by_key(run):
    bridge, _ = run()
    bridge.toggle_recording()
    assert bridge.recording.startswith("recording take ")
    bridge.toggle_recording()
    assert bridge.recording == ""


def test_from_the_start_to_the_end_of_the_run(run, tmp_path):
    bridge, sink = run(start="whole run")
    assert until(lambda: sink.infos)
    bridge.stop()
    assert until(lambda: sink.closed)
    read = [each.message for each in read_take(tmp_path / "takes" / "whole run.mcap")]
    assert isinstance(read[0], StreamInfo)
    assert not any(isinstance(message, ReceivedFace) for message in read)


def test_a_disk_that_fills_is_told_and_the_stream_goes_on(run, client_of, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.0)
    bridge, sink = run()
    client = client_of(bridge)
    client.start_recording("one")
    monkeypatch.setattr(recorder_module.TakeWriter, "flush", full)
    failed = "recording one failed: No space left on device"
    assert until(lambda: sink.statuses and failed in sink.statuses[-1].source_state)
    with pytest.raises(RequestRefusedError, match=r"INTERNAL: .* No space left on device; \d+"):
        client.stop_recording()
    said = len(sink.infos)
    assert until(lambda: len(sink.infos) > said)
    with pytest.raises(RequestRefusedError, match="NOT_FOUND"):
        client.stop_recording()
