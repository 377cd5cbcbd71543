"""What all sources of UDP packets do, whatever their format."""

import socket
import threading

import pytest

from avatar_bridge.capture.address import gives_states, open_source, open_states
from avatar_bridge.capture.states.datagrams import EVERYWHERE, DatagramSource, read_place
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import Motion


class Letters:
    """Reads packets of one letter; `x` is not of the format, and `-` is not the whole of it."""

    fps = 0.0
    capabilities = (Capability.MEASURED,) * 52

    def decode(self, packet: bytes, arrived_ns: int):
        if packet == b"x":
            raise WireError("expected a letter, got x")
        if packet == b"!":
            raise ValueError("out of range")
        return None if packet == b"-" else (packet[0], Motion.neutral())


@pytest.fixture
def source():
    made = DatagramSource("letters", ("127.0.0.1", 0), Letters(), SystemClock())
    yield made
    made.close()


@pytest.fixture
def send(source):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        yield lambda *packets: [
            sender.sendto(packet, ("127.0.0.1", source.port)) for packet in packets
        ]


def test_packets_come_out_in_order_and_numbered(source, send):
    send(b"a", b"-", b"b", b"c")
    read = [source.read() for _ in range(3)]
    assert [(reading.index, chr(reading.captured_ns)) for reading in read] == [
        (0, "a"),
        (1, "b"),
        (2, "c"),
    ]
    assert source.state == "running"


def test_what_is_not_of_the_format_is_counted_and_told_once(source, send, caplog):
    assert source.state == "waiting"
    send(b"x", b"x", b"!", b"a")
    assert source.read().index == 0
    assert source.state == "running, 3 bad packets"
    assert len(caplog.records) == 1
    assert "expected a letter, got x" in caplog.text


def test_closing_ends_a_read_that_waits(source):
    ended = threading.Thread(target=source.read)
    ended.start()
    source.close()
    ended.join(2)
    assert not ended.is_alive()
    assert source.read() is None
    assert source.state == "closed"


def test_another_sender_is_left_alone_while_one_is_heard(source, send):
    send(b"a")
    assert source.read().index == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.2", 0))
        other.sendto(b"z", ("127.0.0.1", source.port))
    send(b"b")
    assert chr(source.read().captured_ns) == "b"


def test_a_port_that_is_taken_is_one_line(source):
    with pytest.raises(CaptureError, match=rf"expected UDP port {source.port} of 127.0.0.1"):
        DatagramSource("second", ("127.0.0.1", source.port), Letters(), SystemClock())


def test_ports_and_places():
    assert read_place("vmc", "39539") == (EVERYWHERE, 39539)
    assert read_place("vmc", "127.0.0.1:1") == ("127.0.0.1", 1)
    for target in ("", "x", "0", "65536", "-1", "host:", "٣"):
        with pytest.raises(CaptureError, match="expected vmc:PORT"):
            read_place("vmc", target)


@pytest.mark.parametrize("uri", ["livelink:1", "vmc:1", "ifacialmocap:10.0.0.2"])
def test_their_addresses_are_told_from_those_of_pictures(uri):
    assert gives_states(uri)
    assert not gives_states("performer")
    with pytest.raises(CaptureError, match=f"expected pictures, got {uri}"):
        open_source(SourceConfig(uri=uri), SystemClock())
    with pytest.raises(CaptureError, match="--mirror"):
        open_states(SourceConfig(uri=uri, mirror=True), SystemClock())


def test_a_sender_of_nonsense_keeps_nobody_out(source, send):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.2", 0))
        other.sendto(b"x", ("127.0.0.1", source.port))
    send(b"a")
    assert chr(source.read().captured_ns) == "a"


def test_a_host_that_cannot_be_one_is_one_line():
    with pytest.raises(CaptureError, match="expected UDP port 1 of"):
        DatagramSource("odd", ("a" * 70 + ".\u00e9", 1), Letters(), SystemClock())


def test_a_sender_out_of_reach_is_one_line():
    def call(_: socket.socket) -> None:
        raise OSError(113, "No route to host")

    with pytest.raises(CaptureError, match="expected letters to be within reach, got: No route"):
        DatagramSource("letters", ("127.0.0.1", 0), Letters(), SystemClock(), call)
