"""Real processes: a performer that is killed comes back, and none outlives its keeper."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.fleet.keeper import Keeper, Kept
from avatar_bridge.fleet.order import Order
from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.subscriber import Subscriber

PATIENCE_S = 30.0


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
