"""The WebSocket server, with the websockets package's own clients."""

import json
import socket
import urllib.error
import urllib.request
from contextlib import ExitStack

import pytest
from builders import make_state
from sink_rig import LOOPBACK, posed, stream, until
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.sinks import SINKS
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.wire.codec import decode_face, decode_meta, encode_face

STATUS = StreamStatus(30.0, (), 10, 0, "running", 1)
WAIT_S = 5.0


@pytest.fixture
def stack():
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def opened(stack):
    def open_sink(**options: str):
        sink = SINKS.create("websocket", ManualClock(1_000), port="0", **options)
        stack.callback(sink.close)
        return sink

    return open_sink


@pytest.fixture
def client(stack):
    def join(sink, path: str = "/", **options):
        joining = connect(
            f"ws://{LOOPBACK}:{sink.port}{path}",
            proxy=None, compression=None, close_timeout=0.2, **options,
        )  # fmt: skip
        joined = stack.enter_context(joining)
        until(lambda: bool(sink._clients))
        return joined

    return join


def test_the_binary_messages_are_the_publisher_s(opened, client):
    sink = opened()
    sink.describe(stream())
    binary = client(sink, "/protobuf")
    assert decode_meta(binary.recv(WAIT_S)) == stream()
    state = make_state(jawOpen=0.5)
    sink.publish(state)
    got = binary.recv(WAIT_S)
    assert got == encode_face(state, stream_id="run", seq=0, published_ns=1_000)
    assert decode_face(got).state.blendshapes.weights[17] == 0.5


def test_the_text_messages_are_these(opened, client):
    sink = opened()
    page = client(sink)
    sink.publish(posed(jawOpen=0.12345, eyes=(10, 0)))
    text = page.recv(WAIT_S)
    zeros = ",".join(f'"{name}":{0.1235 if name == "jawOpen" else 0.0}' for name in BLENDSHAPES)
    assert text.startswith(
        '{"topic":"face","stream_id":"","seq":0,"captured_ns":0,"published_ns":1000,'
        '"frame_index":0,"face_id":1,"tracked":true,"confidence":0.9,"blendshapes":{' + zeros + "},"
    )
    assert text.endswith(
        '"valence":0.0,"arousal":0.0,'
        '"head_pose":{"position":[0.0,0.0,-0.5],"orientation":[0.0,0.0,0.0,1.0]},'
        '"gaze":{"left":[0.174533,0.0],"right":[0.174533,0.0]},"image_size":[640,480],'
        '"box":[250.0,170.0,390.0,310.0],"targets":{}}'
    )


def test_a_page_learns_names_and_status_at_once(opened, client):
    sink = opened()
    sink.describe(stream(targets=("happy",)))
    sink.report(STATUS)
    page = client(sink, "/json")
    got = {message["topic"]: message for message in (json.loads(page.recv(WAIT_S)) for _ in "ab")}
    assert got["meta"]["target_names"] == ["happy"]
    assert got["meta"]["capabilities"]["jawOpen"] == "measured"
    assert got["status"]["fps"] == 30.0


@pytest.mark.parametrize(
    ("path", "default", "binary"),
    [
        ("/", "json", False), ("/", "protobuf", True), ("/json", "protobuf", False),
        ("/protobuf", "json", True), ("/?format=protobuf", "json", True),
    ],
)  # fmt: skip
def test_a_client_says_which_form(opened, client, path, default, binary):
    sink = opened(format=default)
    joined = client(sink, path)
    sink.publish(make_state())
    assert isinstance(joined.recv(WAIT_S), bytes) is binary


def test_many_clients_get_the_same(opened, client):
    sink = opened()
    pages = [client(sink) for _ in range(5)]
    until(lambda: len(sink._clients) == 5)
    for face_id in (1, 2):
        sink.publish(make_state(face_id=face_id))
    for page in pages:
        assert [json.loads(page.recv(WAIT_S))["face_id"] for _ in "ab"] == [1, 2]


def test_a_slow_client_gets_the_newest_and_holds_up_nobody(opened, client, stack):
    sink = opened()
    slow = socket.socket()
    stack.callback(slow.close)
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect((LOOPBACK, sink.port))
    slow.sendall(
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    until(lambda: len(sink._clients) == 1)
    page = client(sink)
    until(lambda: len(sink._clients) == 2)
    count, state = 400, make_state()
    seqs = []
    for _ in range(count):
        sink.publish(state)
        seqs.append(json.loads(page.recv(WAIT_S))["seq"])
    assert seqs == list(range(count))
    taken = b""
    slow.settimeout(0.3)
    while f'"seq":{count - 1},'.encode() not in taken:
        taken += slow.recv(1 << 16)
    assert 0 < taken.count(b'"seq":') < count  # those in between were dropped


def test_nobody_costs_nothing(opened):
    sink = opened()
    for _ in range(100):
        sink.publish(make_state())
    assert not sink._waiting


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True), ("http://localhost:8080", True), ("http://127.0.0.1", True),
        ("http://absolute", True), ("https://my.page", True),
        ("https://evil.example", False), ("null", False), ("http://localhost.evil.example", False),
    ],
)  # fmt: skip
def test_only_pages_of_this_machine_and_those_named_are_let_in(opened, client, origin, welcome):
    sink = opened(origins="https://my.page")
    named = Origin(origin) if origin else None
    if welcome:
        client(sink, origin=named)
        return
    with pytest.raises(InvalidStatus) as refused:
        client(sink, origin=named)
    assert refused.value.response.status_code == 403


def test_a_path_that_is_none_is_not_found(opened, caplog):
    sink = opened()
    request = (
        "GET //[ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    with socket.create_connection((LOOPBACK, sink.port), WAIT_S) as client:
        client.sendall(request.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 404 ")
    assert not caplog.records


def test_a_text_that_no_message_can_carry_costs_that_message_alone(opened, client):
    sink = opened()
    binary = client(sink, "/protobuf")
    sink.describe(stream(targets=("\udcff",)))
    sink.publish(make_state())
    assert decode_face(binary.recv(WAIT_S))


def test_another_path_is_not_found(opened):
    sink = opened()
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://{LOOPBACK}:{sink.port}/status", timeout=WAIT_S)


def test_a_client_that_leaves_is_forgotten(opened, client):
    sink = opened()
    client(sink).close()
    until(lambda: not sink._clients)
    sink.publish(make_state())


def test_a_client_that_leaves_without_a_word_is_no_news(opened, client, caplog):
    sink = opened()
    gone = client(sink)
    gone.socket.shutdown(socket.SHUT_RDWR)
    until(lambda: not sink._clients)
    loud = client(sink)
    loud.send("x" * 10_000)  # more than any client has to say
    until(lambda: not sink._clients)
    sink.close()
    assert not caplog.records


def test_closing_says_goodbye_and_frees_the_port(opened, client):
    sink = opened()
    page = client(sink)
    port = sink.port
    sink.close()
    sink.close()
    with pytest.raises(Exception, match="1001"):
        page.recv(WAIT_S)
    SINKS.create("websocket", ManualClock(), port=str(port)).close()
    sink.publish(make_state())
    sink.describe(stream())


def test_a_taken_port_is_said_in_one_line(opened):
    port = opened().port
    with pytest.raises(SinkError, match=f"websocket: port {port} of 127.0.0.1 cannot be used"):
        SINKS.create("websocket", ManualClock(), port=str(port))


def test_other_machines_are_kept_out_unless_asked_for(opened):
    with pytest.raises(ConfigError, match="insecure=true"):
        opened(host="0.0.0.0")
    opened(host="0.0.0.0", insecure="true")
