"""A relay: takes streams from other addresses or machines and hands them on, and control requests.

Engines speak plain ZeroMQ only. A relay on an engine's own machine takes the encrypted stream and
gives it to loopback; and one relay serves many watchers for the price of one.

Queues are short, so nothing grows old here: what a subscriber does not take in time is dropped
for it alone. Messages go on as they are, without being read, but for the name that a fleet sets
before each: a relay of one performer takes that off.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import zmq

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.control.rates import Rates, busy
from avatar_bridge.control.service import MAX_FRAMES, MAX_REQUEST_BYTES
from avatar_bridge.control.service import QUEUE as REQUESTS
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.sinks.zmq_pub import MAX_REQUEST_BYTES as MAX_TOPIC_BYTES
from avatar_bridge.sinks.zmq_pub import QUEUE
from avatar_bridge.wire.address import (
    bind,
    check_address,
    is_loopback,
    reason,
    require_loopback,
)
from avatar_bridge.wire.curve import ClientKeys, ServerKeys, sender
from avatar_bridge.wire.subscriber import MAX_MESSAGE_BYTES
from avatar_bridge.wire.topics import CAMERA, PREVIEW, under

_LOOK_MS = 100  # without any message, before looking whether to stop
_TURN = 64  # messages of one socket before the others have theirs

_Socket = zmq.Socket[bytes]


@dataclass(frozen=True, slots=True)
class Upstream:
    """A stream that is taken: where it is published, and the keys for it, if it wants any."""

    address: str
    keys: ClientKeys | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What went through so far.

    Attributes:
        messages: of the streams.
        octets: of the streams' messages.
        topics: that somebody subscribes to now.
        requests: that were asked of the control service.
    """

    messages: int = 0
    octets: int = 0
    topics: int = 0
    requests: int = 0


class Relay:
    """Runs once, in the thread that calls `run`.

    Args:
        upstreams: the streams that are taken; their messages come out of one address.
        address: to bind, such as `tcp://127.0.0.1:5570`; port `*` takes a free one.
        clock: paces reports and requests.
        control: a control service, and the address to bind for its clients; None for none.
        keys: let in their guests alone, on any address; None lets in everyone.
        insecure: allow addresses that other machines reach.
        performer: of a fleet's merged stream, whose messages alone are taken, and go out as if a
            bridge of their own sent them; empty takes all as they are.
        pictures: whether pictures of the face go on, too, where other machines reach the address.

    Raises:
        ConfigError: not an address, or one that other machines reach.
        WireError: an address is taken or cannot be used.
    """

    def __init__(
        self,
        upstreams: Sequence[Upstream],
        address: str,
        clock: Clock,
        *,
        control: tuple[Upstream, str] | None = None,
        keys: ServerKeys | None = None,
        insecure: bool = False,
        performer: str = "",
        pictures: bool = False,
    ) -> None:
        if not upstreams:
            raise ConfigError("expected a stream to relay, got none")
        for bound in (address, *(control[1:] if control else ())):
            require_loopback(bound, insecure or keys is not None)
        self._clock = clock
        self._rates = Rates(clock)
        self._under = under(performer) if performer else b""
        self._hidden = () if pictures or is_loopback(address) else (CAMERA, PREVIEW)
        self._counts = Counts()
        self._stopping = threading.Event()
        self._context = zmq.Context()
        self._context.setsockopt(zmq.LINGER, 0)  # for the sockets below
        self._source = self._socket(zmq.XSUB, QUEUE, MAX_MESSAGE_BYTES)
        self._outlet = self._socket(zmq.XPUB, QUEUE, MAX_TOPIC_BYTES)
        self._router = self._socket(zmq.ROUTER, REQUESTS, MAX_REQUEST_BYTES)
        self._dealer = self._socket(zmq.DEALER, REQUESTS, MAX_MESSAGE_BYTES)
        self._dealer.setsockopt(zmq.IMMEDIATE, 1)  # no request waits for a service that is away
        if keys is not None:
            keys.guard(self._context, self._outlet, self._router)
        try:
            self._address = _bound(self._outlet, address)
            self._control_address = _bound(self._router, control[1]) if control else ""
            for upstream in upstreams:
                _connect(self._source, upstream)
            if control:
                _connect(self._dealer, control[0])
        except (ConfigError, WireError):
            self.close()
            raise

    def _socket(self, kind: int, queue: int, most_bytes: int) -> _Socket:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.RCVHWM, queue)
        socket.setsockopt(zmq.SNDHWM, queue)
        socket.setsockopt(zmq.MAXMSGSIZE, most_bytes)
        return socket

    @property
    def address(self) -> str:
        """Where subscribers connect."""
        return self._address

    @property
    def control_address(self) -> str:
        """Where control requests are answered; empty for nowhere."""
        return self._control_address

    @property
    def counts(self) -> Counts:
        """What went through so far."""
        return self._counts

    def stop(self) -> None:
        """Ask `run` to come back soon; from any thread or signal handler."""
        self._stopping.set()

    def run(self, report: Callable[[Counts], None] | None = None, every_s: float = 10.0) -> None:
        """Hand on until `stop` is called, and close.

        Args:
            report: told the counts now and then, in this thread.
            every_s: seconds between two reports.
        """
        ways: dict[_Socket, Callable[[list[Any]], None]] = {
            self._source: self._publish,
            self._outlet: self._subscribe,
            self._router: self._ask,
            self._dealer: self._answer,
        }
        poller = zmq.Poller()
        for socket in ways:
            poller.register(socket, zmq.POLLIN)
        next_ns = self._clock.now_ns() + round(every_s * NS_PER_S)
        try:
            while not self._stopping.is_set():
                for socket, _ in poller.poll(_LOOK_MS):
                    _drain(socket, ways[socket], copy=socket is not self._router)
                if report is not None and self._clock.now_ns() >= next_ns:
                    report(self._counts)
                    next_ns = self._clock.now_ns() + round(every_s * NS_PER_S)
        finally:
            self.close()

    def close(self) -> None:
        """Disconnect; never waits."""
        for socket in (self._source, self._outlet, self._router, self._dealer):
            socket.close()
        self._context.term()

    def _publish(self, frames: list[bytes]) -> None:
        first = frames[0].removeprefix(self._under)
        if first[: first.find(b"\x00")].rpartition(b"/")[2] in self._hidden:
            return
        self._outlet.send_multipart([first, *frames[1:]], zmq.NOBLOCK)
        self._count(messages=1, octets=sum(map(len, frames)))

    def _subscribe(self, frames: list[bytes]) -> None:
        # One byte says whether a topic is wanted first, or by nobody any more.
        wanted, topic = frames[0][:1], frames[0][1:]
        if len(frames) > 1 or wanted not in (b"\x00", b"\x01"):
            return  # a publisher has no use for anything else
        self._source.send(wanted + self._under + topic, zmq.NOBLOCK)
        self._count(topics=1 if wanted == b"\x01" else -1)

    def _ask(self, received: list[zmq.Frame]) -> None:
        client, *way, payload = (frame.bytes for frame in received)
        many = len(received) > MAX_FRAMES
        if many or not self._rates.allows(sender(received[-1], client)):
            self._router.send_multipart([client, *way[:MAX_FRAMES], busy(payload)], zmq.NOBLOCK)
            return
        # What stands before an empty frame comes back with the answer.
        self._dealer.send_multipart([client, *way, b"", payload], zmq.NOBLOCK)
        self._count(requests=1)

    def _answer(self, frames: list[bytes]) -> None:
        if len(frames) >= 3:
            *way, _, payload = frames
            self._router.send_multipart([*way, payload], zmq.NOBLOCK)

    def _count(
        self, *, messages: int = 0, octets: int = 0, topics: int = 0, requests: int = 0
    ) -> None:
        so_far = self._counts
        self._counts = Counts(
            so_far.messages + messages,
            so_far.octets + octets,
            so_far.topics + topics,
            so_far.requests + requests,
        )


def _drain(socket: _Socket, hand_on: Callable[[list[Any]], None], *, copy: bool) -> None:
    for _ in range(_TURN):
        try:
            frames = socket.recv_multipart(zmq.NOBLOCK, copy)
        except zmq.Again:
            return
        try:
            hand_on(frames)
        except zmq.ZMQError:  # nobody takes it at once: it is dropped, and the next one is fresher
            continue


def _bound(socket: _Socket, address: str) -> str:
    try:
        return bind(socket, address)
    except zmq.ZMQError as error:
        raise WireError(f"relay: {reason(address, error)}") from error


def _connect(socket: _Socket, upstream: Upstream) -> None:
    address = check_address(upstream.address)
    socket.setsockopt(zmq.IPV6, int("[" in address))
    if upstream.keys is not None:
        upstream.keys.apply(socket)
    try:
        socket.connect(address)
    except zmq.ZMQError as error:
        raise WireError(f"cannot connect to {address}: {zmq.strerror(error.errno or 0)}") from error
