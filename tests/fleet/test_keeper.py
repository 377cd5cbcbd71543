"""Real processes: a performer that is killed comes back, and none outlives its keeper."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.fleet.keeper import Keeper, Kept
from avatar_bridge.fleet.order import Order
from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.subscriber import Subscriber

PATIENCE_S = 120.0


def wait_for(look: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not look():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.02)


def hears_a_face(address: str) -> bool:
    with Subscriber(address) as subscriber:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if isinstance(subscriber.receive(0.1), ReceivedFace):
                return True
    return False


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def make(uri: str) -> Keeper:
    settings = Config(source=SourceConfig(uri=uri, loop=True)).model_dump_json()
    return Keeper(Order(settings, "tcp://127.0.0.1:*"), SystemClock())


def test_a_killed_performer_comes_back() -> None:
    keeper = make("performer")
    try:
        wait_for(lambda: keeper.kept.state == "running")
        first: Kept = keeper.kept
        assert hears_a_face(first.address)
        os.kill(first.pid, signal.SIGKILL)
        wait_for(lambda: keeper.kept.state == "running" and keeper.kept.pid != first.pid)
        assert keeper.kept.restarts == 1
        assert hears_a_face(keeper.kept.address)
    finally:
        keeper.stop()
    assert keeper.kept.state == "ended"
    assert gone(first.pid)


def test_what_keeps_it_from_starting_is_told(tmp_path: Path) -> None:
    keeper = make(str(tmp_path / "nothing.mp4"))
    try:
        wait_for(lambda: keeper.kept.restarts >= 1)
        assert "nothing.mp4" in keeper.kept.said
    finally:
        keeper.stop()


def test_one_that_hangs_at_its_start_is_started_again() -> None:
    settings = Config(source=SourceConfig(uri="performer")).model_dump_json()
    keeper = Keeper(Order(settings, "tcp://127.0.0.1:*"), SystemClock(), start_s=0.0)
    try:
        wait_for(lambda: keeper.kept.restarts >= 1)
        assert keeper.kept.said == "said no address for 0 s"
    finally:
        keeper.stop()


def test_one_that_never_reads_its_order_does_not_end_its_keeper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    false = shutil.which("false")
    if false is None:
        pytest.skip("no command that fails at once")
    monkeypatch.setattr(sys, "executable", false)
    keeper = Keeper(Order("x" * 1_000_000, "tcp://127.0.0.1:*"), SystemClock())
    try:
        wait_for(lambda: keeper.kept.restarts >= 2)
        assert keeper.kept.said == "ended with exit code 1"
    finally:
        keeper.stop()


def test_one_that_hangs_does_not_outlive_its_keeper() -> None:
    hung = (
        "import sys, time; from avatar_bridge.fleet import performer; "
        "performer.build = lambda *a: (print('here', flush=True), time.sleep(999)); "
        "performer._END_S = 0.1; sys.exit(performer.main())"
    )
    order = Order(Config().model_dump_json(), "tcp://127.0.0.1:*").to_json()
    with subprocess.Popen(
        [sys.executable, "-c", hung], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin and process.stdout
        process.stdin.write(order + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "here\n"
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 3
