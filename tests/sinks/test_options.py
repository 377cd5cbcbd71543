"""What a user may write for a sink, what is refused, and that no sink waits for its receiver."""

import socket

import pytest
from builders import make_state
from sink_rig import LOOPBACK, Receiver, stream

from avatar_bridge.cli.options import parse_sink, parse_sinks
from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.osc import LARGEST, bundles, message
from avatar_bridge.sinks.udp import UdpSocket, place_of

SENDERS = ("vmc", "livelink", "vrchat", "openseeface")


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("vmc", {}),
        ("vmc:39540", {"port": "39540"}),
        ("vmc:10.0.0.7:39540", {"host": "10.0.0.7", "port": "39540"}),
        ("vmc:[::1]:39540", {"host": "::1", "port": "39540"}),
        ("vmc:39540,face=2", {"port": "39540", "face": "2"}),
        ("ifacialmocap:to=10.0.0.7:49983,version=v1", {"to": "10.0.0.7:49983", "version": "v1"}),
    ],
)
def test_a_sink_as_people_write_it(text, options):
    assert parse_sink(text) == {"name": text.partition(":")[0], "options": options}


@pytest.mark.parametrize("text", ["vmc:here", "vmc:face=2,39540", "vmc:10.0.0.7"])
def test_what_is_no_option_is_refused(text):
    with pytest.raises(ConfigError, match="expected KEY=VALUE, got"):
        parse_sink(text)


def test_none_asked_for_leaves_the_file_s_alone():
    assert parse_sinks(None) is parse_sinks([]) is None
    assert [sink["name"] for sink in parse_sinks(["vmc", "vmc:39541"]) or ()] == ["vmc", "vmc"]


@pytest.mark.parametrize("name", [*SENDERS, "ifacialmocap", "websocket"])
def test_a_host_that_is_not_there_is_said_in_one_line(name):
    host = {"insecure": "true"} if name not in SENDERS else {}
    with pytest.raises(
        SinkError, match=f"{name}: expected a host that can be found, got 'no host'"
    ):
        SINKS.create(name, ManualClock(), host="no host", **host)


@pytest.mark.parametrize("name", [*SENDERS, "ifacialmocap", "websocket", "vts"])
@pytest.mark.parametrize("port", ["x", "-1", "65536"])
def test_a_port_that_is_none_is_said_in_one_line(name, port):
    with pytest.raises(ConfigError, match=f"{name}: port: expected [01] to 65535, got '{port}'"):
        SINKS.create(name, ManualClock(), port=port)


@pytest.mark.parametrize("name", SENDERS)
def test_a_receiver_may_be_away_come_and_go(name):
    away = Receiver()
    port = away.port
    away.close()
    sink = SINKS.create(name, ManualClock(), port=str(port))
    sink.describe(stream())
    for _ in range(3):
        sink.publish(make_state())
    sink.close()


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_host_of_both_kinds_is_reached_by_the_older_one(monkeypatch, kind):
    both = [
        (socket.AF_INET6, kind, 0, "", ("::1", 9, 0, 0)),
        (socket.AF_INET, kind, 0, "", (LOOPBACK, 9)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert place_of("localhost", 9, kind)[4] == (LOOPBACK, 9)


def test_a_network_that_refuses_is_an_error_for_the_guard():
    sender = UdpSocket("test", "255.255.255.255", 9)  # broadcast, which was not asked for
    with pytest.raises(SinkError, match="test: cannot send"):
        sender.send(b"x")
    sender.close()


def test_what_a_full_socket_cannot_take_is_dropped(receiver):
    sender = UdpSocket("test", LOOPBACK, receiver.port)
    sender._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    for _ in range(2000):
        sender.send(bytes(8192))
    sender.close()


def test_bundles_hold_all_messages_in_order():
    packed = [message("/some/address", index, 0.5) for index in range(200)]
    made = list(bundles(packed))
    assert all(len(bundle) <= LARGEST for bundle in made)
    assert len(made) == -(-200 * (len(packed[0]) + 4) // (LARGEST - 16))
    assert b"".join(bundle[16:] for bundle in made) == b"".join(
        len(each).to_bytes(4, "big") + each for each in packed
    )
    assert list(bundles([])) == []
