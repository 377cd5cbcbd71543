"""The control service over real sockets, on free ports of this machine."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest
import zmq
from test_handler import INFO, PICTURE, SETTINGS, FakeBackend

from avatar_bridge.clock import ManualClock, SystemClock
from avatar_bridge.control import service as service_module
from avatar_bridge.control.client import ControlClient, RequestRefusedError
from avatar_bridge.control.service import ControlService
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.preview.base import PreviewAsk, PreviewSettings
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.wire.picture import ImageKind
from avatar_bridge.wire.v1 import control_pb2 as pb

FREE = "tcp://127.0.0.1:*"
PATIENCE_S = 10.0
SERVER_NS = 5_000


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def service(stack, backend) -> ControlService:
    return open_service(stack, backend)


def open_service(stack: ExitStack, backend: FakeBackend, address: str = FREE) -> ControlService:
    opened = ControlService(address, backend, ManualClock(SERVER_NS))
    stack.callback(opened.stop)
    opened.start()
    return opened


@pytest.fixture
def client(stack, service) -> ControlClient:
    return open_client(stack, service.address)


def open_client(stack: ExitStack, address: str, timeout_s: float = PATIENCE_S) -> ControlClient:
    return stack.enter_context(ControlClient(address, SystemClock(), timeout_s=timeout_s))


def open_raw(stack: ExitStack, kind: int, address: str) -> zmq.Socket:
    context = stack.enter_context(zmq.Context())
    socket = stack.enter_context(context.socket(kind))
    socket.linger = 0
    socket.rcvtimeo = socket.sndtimeo = int(PATIENCE_S * 1000)
    socket.connect(address)
    return socket


def ping_bytes(request_id: int) -> bytes:
    return pb.ControlRequest(
        schema_version=1, request_id=request_id, ping=pb.PingRequest()
    ).SerializeToString()


def test_ping_relates_the_clocks(client):
    before_ns = SystemClock().now_ns()
    ping = client.ping()
    after_ns = SystemClock().now_ns()
    assert ping.stream_id == "run"
    assert 0 < ping.round_trip_ns <= after_ns - before_ns
    assert SERVER_NS - after_ns <= ping.offset_ns <= SERVER_NS - before_ns


def test_the_client_asks_everything(client, backend):
    assert client.info() == INFO
    assert client.profiles() == ("arkit", "vrm")
    client.set_profile("vrm")
    assert backend.set_to == ["vrm"]
    weights = client.map({"AU26": 0.25}, {"happiness": 0.5}).weights
    assert weights[BLENDSHAPE_INDEX["jawOpen"]] == np.float32(0.25)
    assert [face.state.face_id for face in client.analyze(b"picture")] == [1, 2]


def test_the_client_calibrates(client, backend):
    assert client.calibrate() == "unsaved"
    assert client.calibrate("smile", "anna", centre=False) == "anna"
    assert backend.calibrated == [("neutral", "", True), ("smile", "anna", False)]
    assert client.undo_calibration() == ""
    assert client.use_calibration("bert") == "bert"
    client.clear_calibration()
    assert client.info().calibration == ""
    with pytest.raises(ConfigError, match=r"a step of neutral, smile, .*, got 'nose'"):
        client.calibrate("nose")
    with pytest.raises(RequestRefusedError, match="INVALID_ARGUMENT: expected a face before"):
        client.calibrate(name="nobody")


def test_the_client_records(client):
    assert client.start_recording("one").name == "one.mcap"
    take = client.stop_recording()
    assert (take.path.stem, take.frames, take.dropped) == ("one", 120, 3)
    with pytest.raises(RequestRefusedError, match="NOT_FOUND: expected a recording to stop"):
        client.stop_recording()


def test_errors_arrive_with_their_code(client):
    with pytest.raises(RequestRefusedError, match="NOT_FOUND: expected one of") as caught:
        client.set_profile("other")
    assert caught.value.code == "NOT_FOUND"
    with pytest.raises(RequestRefusedError) as caught:
        client.analyze(b"bad")
    assert caught.value.code == "INVALID_ARGUMENT"
    with pytest.raises(RequestRefusedError) as caught:
        client.request(pb.ControlRequest(preview=pb.PreviewRequest()))
    assert caught.value.code == "UNSUPPORTED"
    assert client.ping().stream_id == "run"


def test_each_request_is_answered_once_and_in_order(stack, service):
    socket = open_raw(stack, zmq.DEALER, service.address)
    sent = [ping_bytes(1), b"\xff\xff", b"", ping_bytes(2), b"GET / HTTP/1.1", ping_bytes(3)]
    for payload in sent:
        socket.send(payload)
    answers = [pb.ControlResponse.FromString(socket.recv()) for _ in sent]
    assert [answer.request_id for answer in answers] == [1, 0, 0, 2, 0, 3]
    assert [answer.WhichOneof("body") for answer in answers] == [
        "ping",
        "error",
        "error",
        "ping",
        "error",
        "ping",
    ]
    assert not socket.poll(0)


def test_a_req_socket_is_served_as_well(stack, service):
    socket = open_raw(stack, zmq.REQ, service.address)
    socket.send(ping_bytes(9))
    assert pb.ControlResponse.FromString(socket.recv()).request_id == 9


def test_a_request_in_many_frames_is_malformed(stack, service):
    socket = open_raw(stack, zmq.DEALER, service.address)
    socket.send_multipart([b"a", ping_bytes(1), b"c"])
    answer = pb.ControlResponse.FromString(socket.recv())
    assert answer.error.code == pb.ERROR_CODE_MALFORMED
    assert not socket.get(zmq.RCVMORE)


def test_two_clients_at_once_get_their_own_answers(stack, service):
    sockets = [open_raw(stack, zmq.DEALER, service.address) for _ in range(2)]
    for number in range(10):
        for side, socket in enumerate(sockets):
            socket.send(ping_bytes(100 * side + number))
    for side, socket in enumerate(sockets):
        ids = [pb.ControlResponse.FromString(socket.recv()).request_id for _ in range(10)]
        assert ids == [100 * side + number for number in range(10)]


def test_a_client_that_vanishes_takes_nothing_along(stack, service, backend, client):
    asked, answered = threading.Event(), threading.Event()

    def slow(image):
        asked.set()
        answered.wait(PATIENCE_S)
        return ()

    backend.analyze = slow
    with ExitStack() as short:
        gone = open_raw(short, zmq.DEALER, service.address)
        request = pb.ControlRequest(schema_version=1, analyze=pb.AnalyzeRequest(image=b"x"))
        gone.send(request.SerializeToString())
        assert asked.wait(PATIENCE_S)
    answered.set()  # the answer has nowhere to go
    assert client.ping().stream_id == "run"


def test_a_request_too_large_is_cut_off_and_others_are_served(stack, backend, monkeypatch, client):
    monkeypatch.setattr(service_module, "MAX_REQUEST_BYTES", 1_000)
    small = open_service(stack, backend)
    socket = open_raw(stack, zmq.DEALER, small.address)
    monitor = stack.enter_context(socket.get_monitor_socket(zmq.EVENT_DISCONNECTED))
    socket.send(bytes(2_000))
    assert monitor.poll(int(PATIENCE_S * 1000))
    assert open_client(stack, small.address).ping().stream_id == "run"


def test_without_a_server_the_client_says_so_and_keeps_no_request(stack, backend):
    service = open_service(stack, backend)
    address = service.address
    service.stop()
    client = open_client(stack, address, timeout_s=0.05)
    with pytest.raises(WireError, match=r"an answer from tcp://.* within 0\.05 s, got none"):
        client.set_profile("vrm")
    open_service(stack, backend, address)
    assert open_client(stack, address).profiles() == ("arkit", "vrm")
    assert backend.set_to == []


def test_a_late_answer_is_not_taken_for_the_next_one(stack, service, backend):
    client = open_client(stack, service.address)
    assert client.ping().stream_id == "run"
    release = threading.Event()

    def slow(name):
        release.wait(PATIENCE_S)

    backend.set_profile = slow
    client._timeout_s = 0.05
    with pytest.raises(WireError, match="got none"):
        client.set_profile("vrm")
    release.set()
    client._timeout_s = PATIENCE_S
    assert client.profiles() == ("arkit", "vrm")


def test_stopping_frees_the_address_and_may_be_repeated(stack, service, backend):
    service.stop()
    service.stop()
    again = open_service(stack, backend, service.address)
    assert open_client(stack, again.address).ping().stream_id == "run"


def test_one_that_never_started_can_be_stopped(backend):
    ControlService(FREE, backend, ManualClock()).stop()


def test_a_taken_address_is_said_in_one_line(service, backend):
    with pytest.raises(WireError, match="is in use: end the other server") as caught:
        ControlService(service.address, backend, ManualClock())
    assert service.address in str(caught.value)


def test_other_machines_are_kept_out_unless_asked_for(backend):
    with pytest.raises(ConfigError, match="--insecure"):
        ControlService("tcp://0.0.0.0:*", backend, ManualClock())
    ControlService("tcp://0.0.0.0:*", backend, ManualClock(), insecure=True).stop()


def test_a_page_sets_the_server_by_the_client(client, backend):
    assert client.settings() == SETTINGS
    client.change_settings(mirror=False)
    client.change_settings("performer", smoothing="none")
    assert client.set_sink("vmc", True, {"port": "5"}).options == {"port": "5"}
    half = ShapeResponse(0.5, 0.0, 1.0)
    assert client.edit_profile({"jawOpen": half}, save_as="mine").endswith("mine.toml")
    backend.previews = True
    client.set_preview(PreviewSettings(10.0))
    ask = PreviewAsk(action_units={"AU12": 0.5}, kind=ImageKind.HEAD)
    assert client.preview(ask) == PICTURE
    assert backend.asked == [
        (None, False, None),
        ("performer", None, "none"),
        ({"jawOpen": half}, "mine", False),
        PreviewSettings(10.0),
        ask,
    ]
