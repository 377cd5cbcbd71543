"""The recorder: what is published is in the file, whatever becomes of process and disk."""

import errno
import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from take_rig import INFO, full_state, numbers

from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import ConfigError, TakeError
from avatar_bridge.sinks import recorder as recorder_module
from avatar_bridge.sinks.recorder import Recorder, create
from avatar_bridge.takes.mcap import read_take
from avatar_bridge.takes.writer import TakeWriter
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire.codec import ReceivedFace, ReceivedStatus

STATUS = StreamStatus(30.0, (), 3, 0, "running", 1)


def of(path: Path, kind: type) -> list:
    return [each.message for each in read_take(path) if isinstance(each.message, kind)]


@pytest.fixture
def recorder(tmp_path):
    made = Recorder(SystemClock(), tmp_path / "takes")
    yield made
    made.close()


def test_what_is_published_meanwhile_is_in_the_take(recorder):
    states = [full_state(n, captured_ns=n) for n in range(6)]
    recorder.describe(INFO)
    recorder.publish(states[0])
    path = recorder.start("one")
    assert recorder.state == "recording one"
    for state in states[1:5]:
        recorder.publish(state)
    recorder.report(STATUS)
    result = recorder.stop()
    recorder.publish(states[5])
    assert (result.path, result.frames, result.dropped) == (path, 4, 0)
    faces = of(path, ReceivedFace)
    assert [numbers(face.state) for face in faces] == [numbers(state) for state in states[1:5]]
    assert [face.seq for face in faces] == [1, 2, 3, 4]  # as the publisher counted them
    assert {face.stream_id for face in faces} == {"recorded"}
    assert of(path, StreamInfo) == [INFO]
    assert of(path, ReceivedStatus)[0].status == STATUS
    assert recorder.state == ""


def test_two_faces_of_one_picture_are_one_frame(recorder):
    recorder.start()
    for n in range(3):
        recorder.publish(full_state(n, captured_ns=n, face_id=1))
        recorder.publish(full_state(n, captured_ns=n, face_id=2))
    assert recorder.stop().frames == 3


def test_one_at_a_time_and_none_is_none(recorder):
    assert recorder.stop() is None
    recorder.start("one")
    with pytest.raises(ConfigError, match="expected no recording to run, got one"):
        recorder.start("two")
    assert recorder.stop() is not None


def test_closing_ends_the_take(tmp_path):
    recorder = create(SystemClock(), folder=str(tmp_path), name="by option")
    recorder.publish(full_state(1))
    recorder.close()
    assert len(of(tmp_path / "by option.mcap", ReceivedFace)) == 1


class SmallDisk(io.FileIO):
    """A file on a disk with room for so many bytes."""

    room = 12_000

    def write(self, data) -> int:
        if self.tell() + len(data) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(data)


def small_disk(path: Path, mode: str) -> io.BufferedWriter:
    return io.BufferedWriter(SmallDisk(path, mode.replace("b", "")))


def test_a_full_disk_ends_the_take_and_nothing_else(recorder, monkeypatch, caplog):
    monkeypatch.setattr(recorder_module, "FLUSH_S", 0.0)
    with monkeypatch.context() as small:
        small.setattr(Path, "open", small_disk)
        path = recorder.start("one")
    recorder.describe(INFO)
    pause = threading.Event()
    for n in range(3000):
        recorder.publish(full_state(n, captured_ns=n))
        if "failed" in recorder.state:
            break
        pause.wait(0.002)
    assert recorder.state == "recording one failed: No space left on device"
    assert "recording ended: No space left on device" in caplog.text
    recorder.publish(full_state(1))  # the stream goes on
    with pytest.raises(TakeError, match=r"had to end early: No space left .* in") as caught:
        recorder.stop()
    assert recorder.stop() is None
    kept = of(path, ReceivedFace)
    assert kept
    assert f"{len(kept)} frames are kept" in str(caught.value)
    assert [numbers(face.state) for face in kept] == [
        numbers(full_state(n)) for n in range(len(kept))
    ]
    recorder.start("two")  # there may be room again
    assert recorder.state == "recording two"


def test_a_disk_that_is_full_at_once_is_told_at_once(recorder, monkeypatch, tmp_path):
    monkeypatch.setattr(SmallDisk, "room", 10)
    monkeypatch.setattr(Path, "open", small_disk)
    with pytest.raises(TakeError, match=r"expected to write .*: No space left on device"):
        recorder.start("one")
    assert recorder.state == ""
    assert not list((tmp_path / "takes").iterdir())


def test_a_slow_disk_costs_messages_which_are_counted(recorder, monkeypatch):
    monkeypatch.setattr(recorder_module, "QUEUE", 5)
    free = threading.Event()
    write = TakeWriter.write

    def slow(writer, message, **times):
        free.wait(10)
        write(writer, message, **times)

    monkeypatch.setattr(TakeWriter, "write", slow)
    path = recorder.start("slow")
    for n in range(50):
        recorder.publish(full_state(n, captured_ns=n))  # never waits
    free.set()
    result = recorder.stop()
    assert result.frames + result.dropped == 50
    assert result.dropped >= 44
    assert len(of(path, ReceivedFace)) == result.frames


KILLED = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from take_rig import INFO, full_state
from avatar_bridge.clock import SystemClock
from avatar_bridge.sinks.recorder import Recorder
recorder = Recorder(SystemClock(), Path(sys.argv[1]))
recorder.describe(INFO)
recorder.start("killed")
for n in range(10_000):
    recorder.publish(full_state(n, captured_ns=time.monotonic_ns()))
    print(n, time.monotonic_ns(), flush=True)
    time.sleep(1 / 60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_killed_process_loses_at_most_the_last_second(tmp_path):
    tests = str(Path(__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path), tests], stdout=subprocess.PIPE, text=True
    )
    first_ns = last_ns = 0
    assert process.stdout is not None
    for line in process.stdout:
        last_ns = int(line.split()[1])
        first_ns = first_ns or last_ns
        if last_ns - first_ns > 1.6e9:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    faces = of(tmp_path / "killed.mcap", ReceivedFace)
    assert last_ns - faces[-1].published_ns < 1e9
    assert [face.seq for face in faces] == list(range(len(faces)))
    assert numbers(faces[-1].state) == numbers(full_state(len(faces) - 1))
