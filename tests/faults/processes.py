"""Real processes that a test may stop and kill, and how to wait for what they do."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from paced_bridge import free_address

PATIENCE_S = 90.0  # of a machine that is busy with something else
SERVER = Path(__file__).with_name("server.py")

__all__ = ["PATIENCE_S", "addresses", "child", "free_address", "server", "until"]


def until(holds: Callable[[], object], what: str, patience_s: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"it did not come to pass: {what}"
        time.sleep(0.005)


def addresses() -> tuple[str, str]:
    """Two that are free: of the publisher and of the control service."""
    return free_address(), free_address()


@contextmanager
def child(command: list[str], **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is gone after the block, whatever was done to it."""
    process = subprocess.Popen(command, stderr=subprocess.PIPE, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()


@contextmanager
def server(
    pub: str, control: str, fps: float = 60.0, faces: int = 1
) -> Iterator[subprocess.Popen[bytes]]:
    """A server of made-up faces at these addresses."""
    with child([sys.executable, str(SERVER), pub, control, str(fps), str(faces)]) as process:
        yield process
