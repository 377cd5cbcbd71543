"""`avatar-bridge run` as a process: told to end at any moment, on a full disk, at a file's end."""

import shutil
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from processes import PATIENCE_S, addresses, child, until

from avatar_bridge.cli.main import main
from avatar_bridge.inference import store
from avatar_bridge.takes.mcap import SUFFIX, read_take
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire.codec import ReceivedFace, ReceivedStatus
from avatar_bridge.wire.subscriber import Subscriber

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes by /proc")
TAKE = "the take"


class Server:
    """A run that records from its start, and what can be seen of it from outside."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.pub, self.control = addresses()
        self.folder = folder
        self.take = folder / "takes" / f"{TAKE}{SUFFIX}"
        settings = folder / "settings.toml"
        settings.write_text(f'[recording]\nfolder = "{self.take.parent}"\n')
        self.command = [
            *(sys.executable, "-m", "avatar_bridge", "run", "--quiet", "--config", str(settings)),
            *("--record", TAKE, "--pub", self.pub, "--control", self.control, *options),
        ]
        self.pid = 0

    def proc(self, name: str) -> str:
        try:
            return Path(f"/proc/{self.pid}/{name}").read_text()
        except OSError:
            return ""

    def catches(self) -> bool:
        """Whether it handles SIGTERM by now."""
        masks = [line for line in self.proc("status").splitlines() if line.startswith("SigCgt")]
        return bool(masks) and bool(int(masks[0].split()[1], 16) >> (signal.SIGTERM - 1) & 1)

    def has_loaded(self, library: str) -> bool:
        return library in self.proc("maps")

    def listens(self) -> bool:
        host, port = self.pub.removeprefix("tcp://").split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    def is_free(self) -> bool:
        """Whether both ports can be bound again."""
        for address in (self.pub, self.control):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", int(address.rpartition(":")[2])))
        return True


MOMENTS: dict[str, Callable[[Server], bool]] = {
    "as soon as it can": Server.catches,
    "while modules load": lambda server: server.has_loaded("cv2"),
    "while nets load": lambda server: server.has_loaded("onnxruntime"),
    "once it listens": Server.listens,
    "in its first second": lambda server: server.take.exists() and server.take.stat().st_size > 0,
}


@on_linux
@pytest.mark.parametrize("moment", MOMENTS)
def test_told_to_end_at_any_moment_it_ends_well(tmp_path: Path, moment: str) -> None:
    server = Server(tmp_path, "--loop")
    with child(server.command, cwd=tmp_path) as process:
        server.pid = process.pid
        until(lambda: server.catches() and MOMENTS[moment](server), moment)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said.decode()
    assert b"Traceback" not in said
    assert server.is_free()
    if server.take.exists():
        assert isinstance(next(read_take(server.take)).message, StreamInfo)


@on_linux
def test_a_disk_that_is_full_ends_the_recording_alone(tmp_path: Path) -> None:
    import resource

    server = Server(tmp_path, "--loop")
    with child(server.command, cwd=tmp_path) as process, Subscriber(server.pub) as subscriber:
        server.pid = process.pid
        until(lambda: isinstance(subscriber.receive(0.1), ReceivedFace), "it serves")
        until(lambda: server.take.stat().st_size > 3_000, "something is on the disk")
        most = server.take.stat().st_size + 4_000
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))
        states: list[str] = []

        def told() -> bool:
            received = subscriber.receive(0.1)
            if isinstance(received, ReceivedStatus):
                states.append(received.status.source_state)
            return "failed" in "".join(states)

        until(told, "the status tells of it")
        assert f"recording {TAKE} failed: File too large" in states[-1]
        for _ in range(10):  # and the stream goes on
            until(lambda: isinstance(subscriber.receive(0.1), ReceivedFace), "a face")
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said.decode()
    assert b"frames captured" in said
    lines = [line for line in said.decode().split("\n") if "recording ended" in line]
    assert len(lines) == 1
    kept = [each for each in read_take(server.take) if isinstance(each.message, ReceivedFace)]
    assert len(kept) > 3


def test_at_the_end_of_its_file_a_run_ends_with_all_of_it_recorded(tmp_path: Path) -> None:
    film = tmp_path / "short.mp4"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (320, 240))
    for _ in range(12):
        writer.write(np.full((240, 320, 3), 127, np.uint8))
    writer.release()
    server = Server(tmp_path, "--source", str(film))
    with child(server.command, cwd=tmp_path) as process:
        _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, said.decode()
    assert b"12 frames captured" in said
    faces = [each for each in read_take(server.take) if isinstance(each.message, ReceivedFace)]
    assert len(faces) >= 10  # a busy machine may drop one
    assert server.is_free()


def bad_run(monkeypatch, capsys, *arguments: str) -> tuple[int, list[str]]:
    """Exit code and what was said by a run that cannot begin."""
    monkeypatch.setattr(sys, "argv", ["avatar-bridge", "run", "--quiet", *arguments])
    monkeypatch.setenv("COLUMNS", "500")
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err.strip().splitlines()


@pytest.mark.parametrize("damage", ["cut", "flipped", "gone", "no net", "card"])
def test_a_damaged_model_is_one_line(monkeypatch, capsys, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "models"
    shutil.copytree(store.packaged_models(), folder)
    monkeypatch.setattr(store, "packaged_models", lambda: folder)
    net, card = folder / "student.onnx", folder / "student.toml"
    whole = net.read_bytes()
    if damage == "cut":
        net.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        net.write_bytes(whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    elif damage == "gone":
        net.unlink()
    elif damage == "card":
        card.write_text("[[[")
    else:  # its sum is right, and it is no net all the same
        old = store.hashlib.sha256(whole).hexdigest()
        net.write_bytes(b"no net at all")
        new = store.hashlib.sha256(b"no net at all").hexdigest()
        manifest = folder / store.MANIFEST
        manifest.write_text(manifest.read_text().replace(old, new))
    code, said = bad_run(monkeypatch, capsys, "--pub", "tcp://127.0.0.1:*", "--control", "")
    assert code == 2
    assert len(said) == 1
    assert "expected" in said[0]
    assert ("student.toml" if damage == "card" else "student.onnx") in said[0]


@pytest.mark.parametrize("option", ["--pub", "--control"])
def test_a_taken_port_is_one_line(monkeypatch, capsys, option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        other = "--control" if option == "--pub" else "--pub"
        code, said = bad_run(
            monkeypatch, capsys, option, address, other, "tcp://127.0.0.1:*", "--max-frames", "1"
        )
    assert code == 2
    assert len(said) == 1
    assert address in said[0]
