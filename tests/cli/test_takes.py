"""`record` and `replay` as a user runs them: what they say, and how they end."""

import threading
from pathlib import Path

import pytest
from take_rig import free_udp_port, full_state, numbers, write_take

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.cli import main as cli
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, RecordingConfig, SourceConfig, WireConfig
from avatar_bridge.takes.mcap import read_take
from avatar_bridge.wire.codec import ReceivedFace

NOBODY = "tcp://127.0.0.1:9"


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs the command line in this process: its exit code and what it said, as one line."""

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["avatar-bridge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), " ".join(capsys.readouterr().err.split())

    return run


@pytest.fixture
def server(tmp_path):
    config = Config(
        source=SourceConfig(uri=f"vmc:127.0.0.1:{free_udp_port()}"),
        wire=WireConfig(publish="", control="tcp://127.0.0.1:*"),
        recording=RecordingConfig(folder=str(tmp_path / "takes"), video=True),
    )
    bridge = Bridge(build(config, SystemClock()))
    thread = threading.Thread(target=bridge.run)
    thread.start()
    yield bridge.control_address
    bridge.stop()
    thread.join(5)


def test_a_take_is_recorded_and_moved(command, server, tmp_path):
    arguments = ("record", "one", "--control", server, "--seconds", 0.2)
    code, said = command(*arguments, "--out", tmp_path / "mine")
    assert (code, said.endswith("one.mcap: 0 frames")) == (0, True)
    assert (tmp_path / "mine" / "one.mcap").is_file()
    assert (tmp_path / "mine" / "one.frames.csv").is_file()  # what lies beside it comes along
    command(*arguments, "--out", tmp_path / "mine")
    assert (tmp_path / "mine" / "one-2.mcap").is_file()
    assert not list((tmp_path / "takes").iterdir())


def test_stopping_what_does_not_run_is_one_line(command, server):
    code, said = command("record", "--stop", "--control", server)
    assert (code, said) == (2, "avatar-bridge: NOT_FOUND: expected a recording to stop, got none")


def test_recording_without_a_server_is_one_line(command):
    code, said = command("record", "--control", NOBODY)
    assert code == 2
    assert said.startswith(f"avatar-bridge: expected an answer from {NOBODY}")


def test_a_take_goes_out_again_and_back_into_a_file(command, tmp_path):
    states = [full_state(n, captured_ns=n * 10_000_000) for n in range(20)]
    take = write_take(tmp_path / "one.mcap", states)
    sink = f"recorder:folder={tmp_path},name=again"
    code, said = command("replay", take, "--pub", "", "--sink", sink, "--speed", 20)
    assert (code, said.endswith("20 frames published")) == (0, True)
    faces = [
        each.message
        for each in read_take(tmp_path / "again.mcap")
        if isinstance(each.message, ReceivedFace)
    ]
    assert [numbers(face.state) for face in faces] == [numbers(state) for state in states]
    assert {face.stream_id for face in faces}.isdisjoint({"", "recorded"})


@pytest.mark.parametrize("data", [b"", b"RIFF....AVI ", b"\x89MCAP0\r\n" + bytes(9)])
def test_a_foreign_file_is_one_line(command, tmp_path, data):
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    code, said = command("replay", path, "--pub", "")
    assert code == 2
    assert str(path) in said


@pytest.mark.parametrize("speed", ["0", "-1", "1e-320", "nan", "inf"])
def test_a_speed_that_is_none_is_one_line(command, tmp_path, speed):
    code, said = command("replay", tmp_path / "x", "--speed", speed)
    assert (code, "--speed of 0.001 to" in said) == (2, True)


def test_no_file_is_one_line(command, tmp_path: Path):
    code, said = command("replay", tmp_path / "none.mcap")
    assert (code, "No such file" in said) == (2, True)


@pytest.mark.parametrize("uri", ["livelink:x", "vmc:0", "ifacialmocap:"])
def test_a_phone_that_is_none_is_one_line(command, uri):
    code, said = command("run", "--source", uri, "--pub", "", "--control", "")
    assert (code, f"expected {uri.partition(':')[0]}:" in said) == (2, True)


@pytest.mark.parametrize("seconds", ["nan", "inf"])
def test_seconds_that_are_none_are_one_line(command, server, seconds):
    code, said = command("record", "--control", server, "--seconds", seconds)
    assert (code, "--seconds" in said) == (2, True)


def test_an_option_that_is_no_text_is_one_line(command, tmp_path):
    path = write_take(tmp_path / "one.mcap", [full_state(1)])
    code, said = command("replay", path, "--pub", "", "--sink", "livelink:subject=\udcff")
    assert (code, "livelink" in said) == (2, True)
