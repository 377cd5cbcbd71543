"""What leaves the machine, and what is kept: nothing, unless it is asked for."""

import os
import sys
from contextlib import ExitStack
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.types import FaceState
from avatar_bridge.wire.address import is_loopback

TABLES = ("tcp", "tcp6", "udp", "udp6")


def open_sockets() -> set[tuple[str, IPv4Address | IPv6Address, int]]:
    """Kind, local address and port of every socket of the internet that this process holds."""
    own = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            name = os.readlink(link)
        except OSError:  # closed meanwhile
            continue
        own.add(name.removeprefix("socket:[").removesuffix("]"))
    found = set()
    for table in TABLES:
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in own:
                address, _, port = fields[1].partition(":")
                words = bytes.fromhex(address)  # each of 4 bytes, the least first
                packed = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
                found.add((table, ip_address(packed), int(port, 16)))
    return found


class Looking(QuietSink):
    """Notes which sockets are open while the bridge runs."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, IPv4Address | IPv6Address, int]] = set()

    def publish(self, state: FaceState) -> None:
        self.seen |= open_sockets()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads Linux' table of sockets")
def test_by_default_nothing_listens_beyond_this_machine_and_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path / "settings"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    before = open_sockets()
    wire = Config().wire
    free = {name: getattr(wire, name).rpartition(":")[0] + ":*" for name in ("publish", "control")}
    config = Config(source=SourceConfig(realtime=False), wire=wire.model_copy(update=free))
    looking = Looking()
    with ExitStack() as stack:
        bridge = Bridge(build(config, SystemClock(), (looking,)))
        stack.callback(bridge.stop)
        bridge.run(3)
    opened = looking.seen - before
    listening = {port for _, address, port in opened if address.is_loopback}
    assert len(listening) >= 2  # the publisher and the control service
    assert all(address.is_loopback for _, address, _ in opened), opened
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_defaults_are_of_this_machine_and_share_no_pictures() -> None:
    config = Config()
    assert is_loopback(config.wire.publish)
    assert is_loopback(config.wire.control)
    assert not config.wire.insecure
    assert not config.source.insecure
    assert not config.recording.video
    assert config.recording.start is None
    assert config.sinks == ()
