"""The camera's pictures on the wire: only for whoever watches, small, and not too often."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

import cv2
import numpy as np
import pytest
from builders import make_state

from avatar_bridge.clock import ManualClock
from avatar_bridge.config import Config
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.outputs import open_publisher
from avatar_bridge.sinks import pictures
from avatar_bridge.sinks.pictures import (
    MOST_FRAMES,
    CameraPictures,
    Marks,
    PictureForm,
    Watchers,
    pack,
)
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.types import Frame
from avatar_bridge.wire import topics
from avatar_bridge.wire.picture import ImageKind, PreviewPicture
from avatar_bridge.wire.picture_codec import ReceivedPicture, decode_picture, encode_picture
from avatar_bridge.wire.subscriber import Subscriber

PATIENCE_S = 10.0
MADE = PreviewPicture(b"jpg", 4, 3, 5, ImageKind.HEAD, 2, 8, 6, "fear", 0.5, "net")


def frame(index: int = 0, size: tuple[int, int] = (480, 640)) -> Frame:
    return Frame(np.full((*size, 3), 100, np.uint8), index, 1_000 + index)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def publisher(stack: ExitStack, clock: ManualClock) -> ZmqPublisher:
    form = PictureForm(width=64, fps=20.0)
    opened = ZmqPublisher(clock, address="tcp://127.0.0.1:*", stream_id="run", camera=form)
    stack.callback(opened.close)
    return opened


def test_nothing_is_packed_while_nobody_watches(stack, publisher, clock, monkeypatch) -> None:
    packed: list[Frame] = []
    monkeypatch.setattr(
        pictures, "pack", lambda frame, width: packed.append(frame) or pack(frame, width)
    )
    stack.enter_context(Subscriber(publisher.address, (topics.FACE, topics.PREVIEW)))

    def turn(index: int) -> None:
        clock.sleep(0.1)
        publisher.see(Frame(frame(index).image, index, clock.now_ns()))
        publisher.publish(make_state(captured_ns=clock.now_ns()))

    for index in range(20):
        turn(index)
        time.sleep(0.005)
    assert packed == []
    watcher = stack.enter_context(Subscriber(publisher.address, (topics.CAMERA,)))
    got: list[ReceivedPicture] = []
    deadline = time.monotonic() + PATIENCE_S
    while len(got) < 2:
        assert time.monotonic() < deadline, "no picture came"
        turn(99)
        got += watcher.newest(0.02)
    first = got[0]
    assert (first.stream_id, first.picture.kind) == ("run", ImageKind.CAMERA)
    assert got[1].seq > first.seq
    assert (first.picture.width, first.picture.height) == (64, 48)
    assert (first.picture.source_width, first.picture.source_height) == (640, 480)
    shape = cv2.imdecode(np.frombuffer(first.picture.image, np.uint8), cv2.IMREAD_COLOR).shape
    assert shape == (48, 64, 3)
    assert first.picture.points.keys() == {1}, "the points of its own frame"
    watcher.close()
    deadline = time.monotonic() + PATIENCE_S
    while publisher._camera.watched:
        assert time.monotonic() < deadline, "nobody noticed that the watcher left"
        turn(100)


def test_pictures_go_out_at_most_so_often(clock) -> None:
    camera = CameraPictures(PictureForm(fps=20.0), clock)
    seen: list[int] = []
    camera._worker.close()
    camera._worker.newest = type("Box", (), {"put": lambda self, f: seen.append(f.index)})()
    camera.watched = True
    for index in range(61):
        camera.see(frame(index, (2, 2)))
        clock.sleep(1 / 30)
    assert 39 <= len(seen) <= 41, "2 s at 20 a second"
    clock.sleep(10)
    before = len(seen)
    for index in range(3):
        camera.see(frame(index, (2, 2)))
    assert len(seen) == before + 2, "a pause is not made up for"


def test_a_small_picture_stays_as_it_is() -> None:
    packed = pack(frame(size=(30, 40)), 480)
    assert (packed.width, packed.height, packed.source_width) == (40, 30, 0)


@pytest.mark.parametrize(
    ("messages", "watched"),
    [
        ([], False),
        ([b"\x01camera\x00"], True),
        ([b"\x01"], True),
        ([b"\x01face\x00", b"\x01preview\x00", b"\x01cameras", b"hello", b""], False),
        ([b"\x01cam", b"\x01camera\x00", b"\x00cam"], True),
        ([b"\x01camera\x00", b"\x00camera\x00"], False),
    ],
)
def test_watchers_are_told_by_what_they_subscribe_to(messages: list[bytes], watched: bool) -> None:
    watchers = Watchers()
    for message in messages:
        watchers.note(message)
    assert watchers.any is watched


def test_a_made_picture_goes_out_by_its_own_topic(stack, publisher) -> None:
    watcher = stack.enter_context(Subscriber(publisher.address, (topics.PREVIEW,)))
    got: tuple[ReceivedPicture, ...] = ()
    deadline = time.monotonic() + PATIENCE_S
    while not got:
        assert time.monotonic() < deadline, "no picture came"
        publisher.show(MADE)
        got = watcher.newest(0.02)
    assert got[0].picture == MADE


def test_a_picture_of_another_topic_or_format_is_refused() -> None:
    message = encode_picture(MADE, stream_id="run", seq=1, published_ns=2)
    assert decode_picture(message) == ReceivedPicture("run", 1, 2, MADE)
    with pytest.raises(WireError, match="expected a picture of topic camera"):
        decode_picture(topics.join(topics.CAMERA, topics.split(message)[1]))
    with pytest.raises(WireError, match="a value does not fit"):
        encode_picture(MADE, stream_id="run", seq=-1, published_ns=2)
    with pytest.raises(WireError, match="expected schema version"):
        decode_picture(topics.join(topics.CAMERA, b""))


def test_pictures_are_not_shared_beyond_this_machine_by_accident(stack, clock) -> None:
    wire = {"publish": "tcp://0.0.0.0:*", "insecure": True, "share_camera": True}
    with pytest.raises(ConfigError, match=r"allow it with wire\.share_camera_beyond"):
        open_publisher(Config.model_validate({"wire": wire}), clock, "run", stack)
    wire["share_camera_beyond"] = True
    assert open_publisher(Config.model_validate({"wire": wire}), clock, "run", stack)


def test_a_picture_has_the_points_of_its_own_frame() -> None:
    marks = Marks()
    left, right = make_state(face_id=1, captured_ns=7), make_state(face_id=2, captured_ns=7)
    marks.note(left)
    assert not marks.done(7), "another face of the frame may come"
    marks.note(right)
    marks.note(make_state(face_id=1, captured_ns=8))
    assert marks.done(7)
    assert marks.of(7).keys() == {1, 2}
    assert marks.of(6) == {}, "a frame that was left out"
    for captured_ns in range(9, 9 + MOST_FRAMES):
        marks.note(make_state(captured_ns=captured_ns))
    assert marks.of(7) == {}, "nothing is kept for ever"
