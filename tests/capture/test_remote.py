"""Pictures from a program, over real sockets on free ports of this machine."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.capture.address import open_source
from avatar_bridge.capture.remote import RemoteSource
from avatar_bridge.clock import ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.wire.camera_frame import CameraFrame, decode_frame, encode_frame, unpack
from avatar_bridge.wire.curve_files import KeyFolder, load_client_keys
from avatar_bridge.wire.v1 import face_pb2, frame_pb2

FREE = "tcp://127.0.0.1:*"
PATIENCE_MS = 10_000


def picture(grey: int, kind: str = ".png", size: tuple[int, int] = (6, 8)) -> bytes:
    return cv2.imencode(kind, np.full((*size, 3), grey, np.uint8))[1].tobytes()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def source(stack: ExitStack) -> RemoteSource:
    opened = RemoteSource(FREE, ManualClock(7_000))
    stack.callback(opened.close)
    return opened


@pytest.fixture
def sender(stack: ExitStack, source: RemoteSource) -> zmq.Socket:
    context = stack.enter_context(zmq.Context())
    socket = stack.enter_context(context.socket(zmq.PUSH))
    socket.linger = 0
    socket.sndtimeo = PATIENCE_MS
    socket.connect(source.address)
    return socket


def test_pictures_arrive_with_the_time_of_their_arrival(source, sender) -> None:
    assert source.state == "waiting"
    for index, (grey, kind) in enumerate([(10, ".png"), (200, ".jpg")]):
        sender.send(encode_frame(picture(grey, kind), seq=index, captured_ns=99))
        frame = source.read()
        assert frame is not None
        assert (frame.index, frame.captured_ns, frame.size) == (index, 7_000, (8, 6))
        assert abs(int(frame.image[3, 3, 0]) - grey) <= 2
    assert source.state == "running"
    assert source.label == f"pictures sent to {source.address.removeprefix('tcp://')}"


def test_the_newest_picture_counts(source, sender) -> None:
    for grey in range(3):
        sender.send(encode_frame(picture(grey), seq=grey))
    greys: list[int] = []
    while not greys or greys[-1] != 2:
        frame = source.read()
        assert frame is not None
        greys.append(int(frame.image[0, 0, 0]))
    assert greys == sorted(set(greys))


def test_what_is_no_picture_is_counted_and_told_once(source, sender, caplog) -> None:
    bomb = frame_pb2.CameraFrame(
        schema_version=1,
        format=face_pb2.IMAGE_FORMAT_PNG,
        data=b"\x89PNG\r\n\x1a\n"
        + (13).to_bytes(4, "big")
        + b"IHDR"
        # width and height, and what else a header has
        + (60_000).to_bytes(4, "big") * 2
        + bytes(9),
    ).SerializeToString()
    torn = frame_pb2.CameraFrame(
        schema_version=1, format=face_pb2.IMAGE_FORMAT_PNG, data=picture(1)[:40]
    ).SerializeToString()
    got: list = []
    reader = threading.Thread(target=lambda: got.append(source.read()))
    reader.start()
    with caplog.at_level(logging.WARNING):
        for bad, message in enumerate((b"no", b"", bomb, torn), 1):
            sender.send(message)
            while source._bad < bad:
                reader.join(0.01)
        sender.send_multipart([b"a", b"b"])
        while source._bad < 5:
            reader.join(0.01)
        sender.send(encode_frame(picture(5), seq=0))
        reader.join(PATIENCE_MS / 1000)
    assert got[0].image[0, 0, 0] == 5
    assert source.state == "running, 5 bad messages"
    assert len(caplog.records) == 1
    assert "skipped a message" in caplog.text


def test_closing_ends_a_reader(source) -> None:
    got: list = []
    reader = threading.Thread(target=lambda: got.append(source.read()))
    reader.start()
    source.close()
    reader.join(PATIENCE_MS / 1000)
    assert got == [None]
    assert source.state == "closed"


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("remote:0.0.0.0:5572", "remote: expected an address of this machine"),
        ("remote:door", "remote: expected an address like"),
        ("remote:", "remote: expected an address like"),
    ],
)
def test_an_address_that_is_none_of_this_machine_is_refused(uri: str, said: str) -> None:
    with pytest.raises(CaptureError, match=said):
        open_source(SourceConfig(uri=uri), ManualClock())


def test_a_port_that_is_taken_is_told(source) -> None:
    port = source.address.rpartition(":")[2]
    with pytest.raises(CaptureError, match="is in use"):
        open_source(SourceConfig(uri=f"remote:{port}"), ManualClock())
    opened = open_source(SourceConfig(uri="remote:0.0.0.0:*", insecure=True), ManualClock())
    opened.close()


def test_a_frame_goes_there_and_back() -> None:
    data = picture(9)
    sent = encode_frame(data, seq=4, captured_ns=-3)
    assert decode_frame(sent) == CameraFrame(4, -3, data)
    assert unpack(decode_frame(sent)).shape == (6, 8, 3)
    with pytest.raises(WireError, match="expected a JPEG or PNG picture, got 3 other bytes"):
        encode_frame(b"gif", seq=0)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_a_frame_or_a_wire_error(data: bytes) -> None:
    message = frame_pb2.CameraFrame(schema_version=1, format=face_pb2.IMAGE_FORMAT_JPEG, data=data)
    for payload in (data, message.SerializeToString()):
        try:
            unpack(decode_frame(payload))
        except WireError:
            continue


def test_with_keys_other_machines_may_send_if_they_are_let_in(
    stack: ExitStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path))
    keys = KeyFolder().new_server()
    config = SourceConfig(uri="remote:0.0.0.0:*", keys="default")
    with pytest.raises(CaptureError, match="others could watch"):
        open_source(SourceConfig(uri=config.uri), ManualClock())
    source = open_source(config, ManualClock())
    stack.callback(source.close)
    address = f"tcp://127.0.0.1:{source.label.rpartition(':')[2]}"
    context = stack.enter_context(zmq.Context())
    stranger, known = (stack.enter_context(context.socket(zmq.PUSH)) for _ in range(2))
    guest = load_client_keys(str(KeyFolder().new_client("phone")))
    assert guest is not None
    assert guest.server == keys.public
    guest.apply(known)
    for socket in (stranger, known):
        socket.linger, socket.immediate = 0, 1
        socket.connect(address)
    assert known.poll(PATIENCE_MS, zmq.POLLOUT)
    known.send(encode_frame(picture(10), seq=0))
    frame = source.read()
    assert frame is not None
    assert frame.size == (8, 6)
    assert not stranger.poll(200, zmq.POLLOUT)
