"""The publisher over real sockets, on free ports of this machine."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest
import zmq
from builders import make_state

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError, SinkError, WireError
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.zmq_pub import ZmqPublisher, create
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import ReceivedFace, ReceivedStatus
from avatar_bridge.wire.subscriber import Subscriber

FREE = "tcp://127.0.0.1:*"
PATIENCE_S = 10.0  # far beyond what a busy machine needs; nothing waits for it to pass
STATE = make_state(jawOpen=0.5)
STATUS = StreamStatus(30.0, (), 10, 0, "running", 1)
INFO = StreamInfo("first", "test", "arkit", "", "net", (Capability.MEASURED,) * 52, (), 30.0)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def publisher(stack: ExitStack) -> ZmqPublisher:
    return open_publisher(stack)


def open_publisher(stack: ExitStack, address: str = FREE, stream_id: str = "first") -> ZmqPublisher:
    opened = create(ManualClock(1_000), address=address, stream_id=stream_id)
    stack.callback(opened.close)
    return opened


def subscribe(stack: ExitStack, publisher: ZmqPublisher, **options) -> Subscriber:
    wanted = options.pop("wanted", (topics.FACE,))
    return stack.enter_context(Subscriber(publisher.address, wanted, **options))


def until(condition: Callable[[], bool], act: Callable[[], object] = lambda: None) -> None:
    """Act until the condition holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        act()


def joined(publisher: ZmqPublisher, subscriber: Subscriber) -> ReceivedFace:
    """Publish until the subscriber has taken the very newest message, and give that."""
    got: list[ReceivedFace] = []

    def turn() -> None:
        publisher.publish(STATE)
        got.extend(subscriber.newest(0.05))

    until(lambda: bool(got) and got[-1].seq == publisher._seq - 1, turn)
    return got[-1]


def test_a_late_subscriber_learns_all_within_one_heartbeat(stack, publisher):
    for _ in range(10):
        publisher.publish(STATE)
    publisher.describe(INFO)
    late = subscribe(stack, publisher, wanted=(topics.FACE, topics.META, topics.STATUS))
    joined_by_face = []

    def turn() -> None:
        publisher.publish(STATE)
        joined_by_face.extend(late.newest(0.05))

    until(lambda: bool(joined_by_face), turn)
    publisher.describe(INFO)  # the next heartbeat
    publisher.report(STATUS)
    kinds: dict[type, object] = {}
    until(
        lambda: len(kinds) == 2,
        lambda: kinds.update(
            {type(r): r for r in late.newest(0.05) if not isinstance(r, ReceivedFace)}
        ),
    )
    assert kinds[StreamInfo] == INFO
    status = kinds[ReceivedStatus]
    assert (status.stream_id, status.published_ns, status.status) == ("first", 1_000, STATUS)
    assert joined_by_face[-1].seq >= 10
    assert joined_by_face[-1].published_ns == 1_000


def test_messages_are_single_frames_of_topic_and_payload(stack, publisher):
    context = stack.enter_context(zmq.Context())
    socket = stack.enter_context(context.socket(zmq.SUB))
    socket.linger = 0
    socket.subscribe(b"face\x00")
    socket.connect(publisher.address)
    until(lambda: bool(socket.poll(50)), lambda: publisher.publish(STATE))
    frames = socket.recv_multipart()
    assert len(frames) == 1
    assert frames[0].startswith(b"face\x00\x08\x01")


def test_two_subscribers_get_the_same(stack, publisher):
    one, two = subscribe(stack, publisher), subscribe(stack, publisher)
    seqs: dict[Subscriber, set[int]] = {one: set(), two: set()}

    def turn() -> None:
        publisher.publish(STATE)
        for subscriber, got in seqs.items():
            got.update(received.seq for received in subscriber.newest(0.05))

    until(lambda: len(seqs[one] & seqs[two]) >= 5, turn)


def test_a_subscriber_that_never_reads_holds_up_nobody(stack, publisher):
    context = stack.enter_context(zmq.Context())
    slow = stack.enter_context(context.socket(zmq.SUB))
    slow.linger, slow.rcvhwm, slow.rcvbuf = 0, 1, 4096
    slow.subscribe(b"face\x00")
    slow.connect(publisher.address)
    until(lambda: bool(slow.poll(50)), lambda: publisher.publish(STATE))

    reader = subscribe(stack, publisher)
    joined(publisher, reader)
    count, seen = 20_000, []
    started = time.monotonic()
    for index in range(count):  # every call must come back, or the test never ends
        publisher.publish(STATE)
        if index % 50 == 0:
            seen.extend(reader.newest(0))
    assert time.monotonic() - started < PATIENCE_S
    assert len(seen) > 1  # while the other was full
    assert joined(publisher, reader).seq >= count

    backlog = 0
    while slow.poll(200):
        slow.recv()
        backlog += 1
    assert backlog < count  # what it did not take in time was dropped


def test_a_conflating_subscriber_gets_the_newest_whole(stack, publisher):
    newest = subscribe(stack, publisher, conflate=True)
    witness = subscribe(stack, publisher)
    joined(publisher, newest)
    joined(publisher, witness)
    count = 40
    passed: list[ReceivedFace] = []

    def turn() -> None:
        publisher.publish(STATE)
        passed.extend(witness.newest(0.05))

    until(lambda: len(passed) >= count, turn)
    got: list[int] = []

    def take() -> None:
        publisher.publish(STATE)
        received = newest.receive(0.05)
        if received is not None:
            assert received.state.blendshapes.weights.shape == (52,)
            got.append(received.seq)

    until(lambda: bool(got) and got[-1] == publisher._seq - 1, take)
    assert got[0] > passed[0].seq  # none of those that it was too slow for
    assert all(a < b for a, b in pairwise(got))


def test_a_subscriber_outlives_a_restart(stack, publisher):
    subscriber = subscribe(stack, publisher)
    assert joined(publisher, subscriber).stream_id == "first"
    address = publisher.address
    publisher.close()
    again = open_publisher(stack, address, "second")
    got = joined(again, subscriber)
    assert got.stream_id == "second"
    assert got.seq == again._seq - 1


def test_a_subscriber_may_come_before_the_server(stack):
    probe = open_publisher(stack)
    address = probe.address
    probe.close()
    early = stack.enter_context(Subscriber(address, (topics.FACE,)))
    assert early.receive(0) is None
    assert joined(open_publisher(stack, address), early).stream_id == "first"


def test_newest_keeps_one_of_each_face(stack, publisher):
    subscriber = subscribe(stack, publisher)
    joined(publisher, subscriber)
    got: dict[int, int] = {}

    def turn() -> None:
        for face_id in (1, 2, 1, 2):
            publisher.publish(make_state(face_id=face_id))
        faces = subscriber.newest(0.05)
        assert len(faces) == len({face.state.face_id for face in faces})
        got.update({face.state.face_id: face.seq for face in faces})

    until(lambda: got == {1: publisher._seq - 2, 2: publisher._seq - 1}, turn)


def test_a_message_that_is_not_ours_is_passed_over(stack):
    context = stack.enter_context(zmq.Context())
    other = stack.enter_context(context.socket(zmq.XPUB))
    other.linger = 0
    other.bind(FREE)
    subscriber = stack.enter_context(
        Subscriber(other.getsockopt_string(zmq.LAST_ENDPOINT), (topics.FACE,))
    )
    assert other.poll(int(PATIENCE_S * 1000))
    other.recv()  # its subscription
    other.send(b"face\x00\xff")
    other.send(b"face\x00")
    with pytest.raises(WireError, match="expected a FaceFrame, got 1 other bytes"):
        subscriber.receive(PATIENCE_S)
    with pytest.raises(WireError, match="expected schema version 1, got 0"):
        subscriber.receive(PATIENCE_S)


def test_a_taken_address_is_said_in_one_line(stack, publisher):
    with pytest.raises(SinkError, match="is in use: end the other server") as caught:
        open_publisher(stack, publisher.address)
    assert publisher.address in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_address_of_no_machine_is_said_in_one_line(stack):
    with pytest.raises(SinkError, match="tcp://no_such_card:5570 cannot be bound"):
        create(ManualClock(), address="tcp://no_such_card:5570", insecure="true")


def test_other_machines_are_kept_out_unless_asked_for(stack):
    with pytest.raises(ConfigError, match="--insecure"):
        create(ManualClock(), address="tcp://0.0.0.0:*")
    allowed = create(ManualClock(), address="tcp://0.0.0.0:*", insecure="true")
    stack.callback(allowed.close)
    with pytest.raises(ConfigError, match="expected true or false, got 'yes'"):
        create(ManualClock(), address=FREE, insecure="yes")


def test_closing_twice_is_fine_and_sending_then_is_an_error(publisher):
    publisher.close()
    publisher.close()
    with pytest.raises(SinkError, match="cannot send"):
        publisher.publish(STATE)


@pytest.mark.parametrize(
    ("wanted", "conflate", "said"),
    [
        ((b"faces",), False, "expected topics of face, meta, .*, preview, got b'faces'"),
        ((topics.FACE, topics.META), True, "expected one topic to conflate, got 2"),
    ],
)
def test_a_subscriber_refuses_what_it_cannot_do(wanted, conflate, said):
    with pytest.raises(ConfigError, match=said):
        Subscriber("tcp://127.0.0.1:5570", wanted, conflate=conflate)


def test_the_registry_knows_it():
    assert SINKS.get("zmq_pub") is create
