"""The relay over real sockets: streams, keys, requests, and watchers that do not read."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import zmq
from builders import make_state
from spied_backend import INFO, SpiedBackend

from avatar_bridge.clock import SystemClock
from avatar_bridge.control.client import ControlClient
from avatar_bridge.control.service import ControlService
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.relay import Counts, Relay, Upstream
from avatar_bridge.sinks.pictures import PictureForm
from avatar_bridge.sinks.zmq_pub import ZmqPublisher, create
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.curve import ClientKeys, Guests, ServerKeys, new_pair
from avatar_bridge.wire.picture import ImageKind, PreviewPicture
from avatar_bridge.wire.picture_codec import ReceivedPicture
from avatar_bridge.wire.subscriber import Subscriber
from avatar_bridge.wire.v1 import control_pb2 as pb

FREE = "tcp://127.0.0.1:*"
PATIENCE_S = 10.0
STATE = make_state(jawOpen=0.5)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def publisher(stack: ExitStack, stream_id: str = "run", **options: object) -> ZmqPublisher:
    opened = create(SystemClock(), address=FREE, stream_id=stream_id, **options)  # type: ignore[arg-type]
    stack.callback(opened.close)
    return opened


def relaying(stack: ExitStack, *upstreams: Upstream, **options: object) -> Relay:
    relay = Relay(upstreams, FREE, SystemClock(), **options)  # type: ignore[arg-type]
    thread = threading.Thread(target=relay.run, daemon=True)
    thread.start()
    stack.callback(thread.join, PATIENCE_S)
    stack.callback(relay.stop)
    return relay


def until(condition: Callable[[], bool], act: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        act()


def heard(subscriber: Subscriber, *publishers: ZmqPublisher) -> list[ReceivedFace]:
    """What a subscriber gets until it has had a face of each publisher."""
    got: list[ReceivedFace] = []

    def turn() -> None:
        for each in publishers:
            each.publish(STATE)
        got.extend(r for r in subscriber.newest(0.02) if isinstance(r, ReceivedFace))

    until(lambda: len({face.stream_id for face in got}) == len(publishers), turn)
    return got


def server_keys() -> ServerKeys:
    return ServerKeys(*new_pair(), Guests())


def service(
    stack: ExitStack, keys: ServerKeys | None = None
) -> tuple[ControlService, SpiedBackend]:
    backend = SpiedBackend()
    opened = ControlService(FREE, backend, SystemClock(), keys=keys)  # type: ignore[arg-type]
    stack.callback(opened.stop)
    opened.start()
    return opened, backend


def test_two_streams_come_out_of_one_address_as_they_were(stack: ExitStack) -> None:
    one, two = publisher(stack, "one"), publisher(stack, "two")
    relay = relaying(stack, Upstream(one.address), Upstream(two.address))
    watcher = stack.enter_context(Subscriber(relay.address, (topics.FACE, topics.META)))
    faces = heard(watcher, one, two)
    assert (faces[-1].state.blendshapes.weights == STATE.blendshapes.weights).all()
    got: list[object] = []

    def describe() -> None:
        one.describe(INFO)
        got.extend(watcher.newest(0.02))

    until(lambda: any(isinstance(each, StreamInfo) for each in got), describe)
    assert INFO in got
    assert relay.counts.messages >= len(faces)
    assert relay.counts.topics == 2


@pytest.mark.parametrize("pictures", [False, True])
def test_pictures_stay_on_this_machine_unless_it_is_said(stack: ExitStack, pictures: bool) -> None:
    source = publisher(stack, camera=PictureForm())
    beyond = Relay(
        [Upstream(source.address)],
        "tcp://0.0.0.0:*",
        SystemClock(),
        insecure=True,
        pictures=pictures,
    )
    thread = threading.Thread(target=beyond.run, daemon=True)
    thread.start()
    stack.callback(thread.join, PATIENCE_S)
    stack.callback(beyond.stop)
    near = relaying(stack, Upstream(source.address))
    wanted = (topics.FACE, topics.CAMERA, topics.PREVIEW)
    got: dict[str, list[object]] = {"near": [], "far": []}
    address = beyond.address.replace("0.0.0.0", "127.0.0.1")
    far = stack.enter_context(Subscriber(address, wanted))
    close = stack.enter_context(Subscriber(near.address, wanted))
    shown = [PreviewPicture(b"jpg", 2, 2, 1, kind) for kind in ImageKind]

    def turn() -> None:
        for picture in shown:
            source.show(picture)
        source.publish(STATE)
        got["near"] += close.newest(0.02)
        got["far"] += far.newest(0.02)

    def kinds(where: str) -> set[ImageKind]:
        return {each.picture.kind for each in got[where] if isinstance(each, ReceivedPicture)}

    def faces(where: str) -> int:
        return sum(isinstance(each, ReceivedFace) for each in got[where])

    until(lambda: len(kinds("near")) >= 2 and faces("far") > 5, turn)
    assert bool(kinds("far")) is pictures


def test_only_what_somebody_wants_is_taken(stack: ExitStack) -> None:
    source = publisher(stack)
    relay = relaying(stack, Upstream(source.address))
    with Subscriber(relay.address, (topics.META,)) as watcher:
        got: list[object] = []

        def turn() -> None:
            source.publish(STATE)
            source.describe(INFO)
            got.extend(watcher.newest(0.02))

        until(lambda: bool(got), turn)
        assert got == [INFO] * len(got)
    until(lambda: relay.counts.topics == 0, lambda: time.sleep(0.01))


def test_keys_inward_and_plain_loopback_outward(stack: ExitStack) -> None:
    keys = server_keys()
    source, (control, backend) = publisher(stack, keys=keys), service(stack, keys)
    own = keys.guest()
    relay = relaying(
        stack,
        Upstream(source.address, own),
        control=(Upstream(control.address, own), FREE),
    )
    engine = stack.enter_context(Subscriber(relay.address, (topics.FACE,)))
    assert heard(engine, source)
    asking = ControlClient(relay.control_address, SystemClock(), timeout_s=PATIENCE_S)
    with asking as client:
        client.set_profile("vrm")
        assert backend.profile == "vrm"
        assert client.profiles() == ("arkit", "vrm")
    assert relay.counts.requests == 2


def test_keys_outward_keep_strangers_out(stack: ExitStack) -> None:
    source, keys = publisher(stack), server_keys()
    control, backend = service(stack)
    relay = relaying(
        stack, Upstream(source.address), control=(Upstream(control.address), FREE), keys=keys
    )
    for stranger in (None, ClientKeys(*new_pair(), keys.public)):
        with Subscriber(relay.address, (topics.FACE,), keys=stranger) as watcher:
            for _ in range(20):
                source.publish(STATE)
                assert watcher.receive(0.01) is None
        asking = ControlClient(relay.control_address, SystemClock(), timeout_s=0.2, keys=stranger)
        with asking as client, pytest.raises(WireError, match="got none"):
            client.set_profile("vrm")
    guest = keys.guest()
    with Subscriber(relay.address, (topics.FACE,), keys=guest) as watcher:
        assert heard(watcher, source)
    asking = ControlClient(relay.control_address, SystemClock(), timeout_s=PATIENCE_S, keys=guest)
    with asking as client:
        assert client.info() == INFO
    assert backend.profile == "arkit"


def test_answers_come_in_the_manner_of_the_request(stack: ExitStack) -> None:
    control, _ = service(stack)
    source = publisher(stack)
    relay = relaying(stack, Upstream(source.address), control=(Upstream(control.address), FREE))
    second = relaying(
        stack, Upstream(source.address), control=(Upstream(relay.control_address), FREE)
    )
    context = stack.enter_context(zmq.Context())
    ask = pb.ControlRequest(schema_version=1, request_id=7, ping=pb.PingRequest())
    for address in (relay.control_address, second.control_address):
        for kind in (zmq.REQ, zmq.DEALER):
            socket = stack.enter_context(context.socket(kind))
            socket.linger, socket.rcvtimeo = 0, int(PATIENCE_S * 1000)
            socket.connect(address)
            socket.send(ask.SerializeToString())
            (answer,) = socket.recv_multipart()
            assert pb.ControlResponse.FromString(answer).request_id == 7


def test_a_watcher_that_never_reads_holds_up_nobody(stack: ExitStack) -> None:
    source = publisher(stack)
    relay = relaying(stack, Upstream(source.address))
    context = stack.enter_context(zmq.Context())
    slow = stack.enter_context(context.socket(zmq.SUB))
    slow.linger, slow.rcvhwm, slow.rcvbuf = 0, 1, 4096
    slow.subscribe(b"face\x00")
    slow.connect(relay.address)
    until(lambda: bool(slow.poll(20)), lambda: source.publish(STATE))
    reader = stack.enter_context(Subscriber(relay.address, (topics.FACE,)))
    heard(reader, source)
    late: list[int] = []
    for seq in range(3000):
        source.publish(STATE)
        time.sleep(0.0003)
        faces = reader.newest(0)
        if faces:
            late.append(seq - faces[-1].seq)
    heard(reader, source)
    assert len(late) > 100  # it went on all the while


def test_it_outlives_a_server(stack: ExitStack) -> None:
    first = publisher(stack, "first")
    relay = relaying(stack, Upstream(first.address))
    watcher = stack.enter_context(Subscriber(relay.address, (topics.FACE,)))
    heard(watcher, first)
    first.close()
    again = create(SystemClock(), address=first.address, stream_id="second")
    stack.callback(again.close)
    assert heard(watcher, again)[-1].stream_id == "second"


def test_what_cannot_be_relayed_is_one_line(stack: ExitStack) -> None:
    source = publisher(stack)
    with pytest.raises(ConfigError, match="--keys, or allow it with --insecure"):
        Relay([Upstream(source.address)], "tcp://0.0.0.0:*", SystemClock())
    with pytest.raises(ConfigError, match="--keys"):
        Relay(
            [Upstream(source.address)],
            FREE,
            SystemClock(),
            control=(Upstream(FREE), "tcp://*:5571"),
        )
    with pytest.raises(WireError, match=r"relay: tcp://.* is in use"):
        Relay([Upstream(source.address)], source.address, SystemClock())
    with pytest.raises(ConfigError, match="expected an address like"):
        Relay([Upstream("nowhere")], FREE, SystemClock())
    assert Counts() == Counts(0, 0, 0, 0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_on_a_signal_with_code_0(
    stack: ExitStack, tmp_path: Path, number: signal.Signals
) -> None:
    source = publisher(stack)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "avatar_bridge", "relay"),
            *("--from", source.address, "--to", FREE, "--stats", "0.2"),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    stack.callback(process.kill)
    assert process.stderr is not None
    stack.callback(process.stderr.close)
    line = process.stderr.readline()
    address = line.split(" to ")[1].split(";")[0]
    with Subscriber(address, (topics.FACE,)) as watcher:
        heard(watcher, source)
    assert "messages/s" in process.stderr.readline()
    process.send_signal(number)
    assert process.wait(6 * PATIENCE_S) == 0  # a busy machine takes long to end an interpreter
    assert "messages relayed" in process.stderr.read()
