"""Ctrl-C, as a process of its own sees it; SIGTERM at any moment is in `tests/faults`."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.subscriber import Subscriber


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_ends_run_cleanly_and_frees_its_ports(tmp_path: Path) -> None:
    pub, control = free_port(), free_port()
    addresses = ["--pub", f"tcp://127.0.0.1:{pub}", "--control", f"tcp://127.0.0.1:{control}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "avatar_bridge", "run", "--loop", "--quiet", *addresses],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    try:
        with Subscriber(f"tcp://127.0.0.1:{pub}") as subscriber:
            deadline = time.monotonic() + 60
            while not isinstance(subscriber.receive(0.2), ReceivedFace):
                assert time.monotonic() < deadline
                assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert b"Traceback" not in said
    assert b"frames captured" in said
    for port in (pub, control):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
