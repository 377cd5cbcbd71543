import threading
from collections.abc import Iterator

import pytest
import zmq
from builders import make_state

from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.fleet.merge import Merger
from avatar_bridge.fleet.order import order_with_keys
from avatar_bridge.relay import Relay, Upstream
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.wire.codec import ReceivedFace, decode_face
from avatar_bridge.wire.curve import ClientKeys, ServerKeys
from avatar_bridge.wire.subscriber import Subscriber

CLOCK = SystemClock()
ANYWHERE = "tcp://127.0.0.1:*"
WAIT_MS = 20
TRIES = 200


@pytest.fixture
def merger() -> Iterator[Merger]:
    merger = Merger(ANYWHERE, CLOCK)
    yield merger
    merger.close()


@pytest.fixture
def audience(merger: Merger) -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(merger.address)
        yield socket


def publisher(keys: ServerKeys | None = None) -> ZmqPublisher:
    return ZmqPublisher(CLOCK, address=ANYWHERE, stream_id="s", keys=keys)


def hear(
    merger: Merger, audience: "zmq.Socket[bytes]", senders: list[ZmqPublisher], tries: int = TRIES
) -> bytes | None:
    """Publish until something gets through."""
    for _ in range(tries):
        for sender in senders:
            sender.publish(make_state())
        merger.forward(0.0)
        if audience.poll(WAIT_MS):
            return audience.recv()
    return None


def test_each_goes_out_under_its_own_name(merger: Merger, audience: "zmq.Socket[bytes]") -> None:
    alice, bob = publisher(), publisher()
    merger.follow("alice", alice.address, None)
    merger.follow("bob", bob.address, None)
    audience.setsockopt(zmq.SUBSCRIBE, b"bob/face")
    message = hear(merger, audience, [alice, bob])
    assert message is not None
    name, _, rest = message.partition(b"/")
    assert name == b"bob"
    assert decode_face(rest).state.tracked
    for sender in (alice, bob):
        sender.close()


def test_a_performer_that_moves_is_followed(merger: Merger, audience: "zmq.Socket[bytes]") -> None:
    before, after = publisher(), publisher()
    audience.setsockopt(zmq.SUBSCRIBE, b"alice/face")
    merger.follow("alice", before.address, None)
    assert hear(merger, audience, [before])
    before.close()
    merger.follow("alice", after.address, None)
    assert hear(merger, audience, [after])
    after.close()


def test_what_a_performer_says_of_itself_is_kept(merger: Merger) -> None:
    alice = publisher()
    merger.follow("alice", alice.address, None)
    told = StreamStatus(59.0, (), 10, 1, "running", 1)
    for _ in range(TRIES):
        alice.report(told)
        merger.forward(WAIT_MS / 1000)
        if merger.heard("alice").status:
            break
    heard = merger.heard("alice")
    assert heard.status is not None
    assert heard.status.fps == 59.0
    assert not heard.silent
    assert merger.heard("nobody").silent
    alice.close()


def test_a_performer_behind_keys_is_heard_by_the_right_ones_only(
    merger: Merger, audience: "zmq.Socket[bytes]"
) -> None:
    order, right = order_with_keys("{}", ANYWHERE)
    _, other = order_with_keys("{}", ANYWHERE)
    wrong = ClientKeys(other.public, other.secret, right.server)
    alice = publisher(order.keys)
    audience.setsockopt(zmq.SUBSCRIBE, b"")
    merger.follow("rogue", alice.address, wrong)
    assert hear(merger, audience, [alice], tries=15) is None
    merger.follow("alice", alice.address, right)
    message = hear(merger, audience, [alice])
    assert message is not None
    assert message.startswith(b"alice/")
    alice.close()


def test_an_address_that_is_taken_or_far_is_told(merger: Merger) -> None:
    with pytest.raises(SinkError, match="in use"):
        Merger(merger.address, CLOCK)
    with pytest.raises(ConfigError, match="expected an address of this machine"):
        Merger("tcp://0.0.0.0:*", CLOCK)


def test_a_relay_of_one_performer_is_like_a_bridge_of_its_own(merger: Merger) -> None:
    alice, bob = publisher(), publisher()
    merger.follow("alice", alice.address, None)
    merger.follow("bob", bob.address, None)
    relay = Relay([Upstream(merger.address)], ANYWHERE, CLOCK, performer="bob")
    relaying = threading.Thread(target=relay.run)
    relaying.start()
    try:
        with Subscriber(relay.address) as subscriber:
            heard = None
            for _ in range(TRIES):
                alice.publish(make_state(face_id=1))
                bob.publish(make_state(face_id=2))
                merger.forward(0.0)
                heard = subscriber.receive(WAIT_MS / 1000)
                if heard is not None:
                    break
        assert isinstance(heard, ReceivedFace)
        assert heard.state.face_id == 2
    finally:
        relay.stop()
        relaying.join()
    for sender in (alice, bob):
        sender.close()


def test_a_thousand_performers_find_room(merger: Merger) -> None:
    resource = pytest.importorskip("resource", reason="limits of open files are those of POSIX")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("the system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    try:
        for number in range(1100):
            merger.follow(f"p{number}", "inproc://nobody", None)
    finally:
        merger.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
