"""Many publishers in, one out: each message under its performer's name.

A message `face` of the performer `alice` goes out as topic `alice/face`, so that a subscriber takes
one performer, or one topic of all by looking at what follows the stroke. Bytes are not unpacked,
but for `status`, which says how a performer is.
"""

from dataclasses import dataclass, field

import zmq

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import SinkError, WireError
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.wire import topics
from avatar_bridge.wire.address import bind, reason, require_loopback
from avatar_bridge.wire.codec import decode_status
from avatar_bridge.wire.curve import ClientKeys, ServerKeys

QUEUE = 16  # messages that wait per performer and per subscriber
MAX_MESSAGE_BYTES = 16 << 20
MAX_REQUEST_BYTES = 4096  # of what subscribers send
SILENCE_S = 2.0
_ROUND = 2 * QUEUE  # messages of one performer before the others get their turn
_TOPICS = (topics.FACE, topics.META, topics.STATUS, topics.PREVIEW)


@dataclass(slots=True)
class _Line:
    """One performer's."""

    socket: "zmq.Socket[bytes]"
    address: str
    messages: int = 0
    heard_ns: int = 0
    status: StreamStatus | None = field(default=None)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of a performer.

    Attributes:
        messages: since it was followed.
        silent: whether none came lately.
        status: the newest that it sent.
    """

    messages: int
    silent: bool
    status: StreamStatus | None


class Merger:
    """Forwards; used by one thread.

    Args:
        address: to bind.
        clock: tells silence.
        insecure: allow addresses that other machines reach.
        keys: let in their guests alone; None lets in everyone.

    Raises:
        ConfigError: not an address, or one that other machines reach.
        SinkError: the address is taken or cannot be used.
    """

    def __init__(
        self, address: str, clock: Clock, *, insecure: bool = False, keys: ServerKeys | None = None
    ) -> None:
        require_loopback(address, insecure or keys is not None)
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        self._context = zmq.Context()
        self._context.set(zmq.MAX_SOCKETS, self._context.get(zmq.SOCKET_LIMIT))
        self._poller = zmq.Poller()
        self._out = self._context.socket(zmq.PUB)
        self._out.setsockopt(zmq.LINGER, 0)
        self._out.setsockopt(zmq.SNDHWM, QUEUE)
        self._out.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)
        if keys is not None:
            keys.guard(self._context, self._out)
        try:
            self._address = bind(self._out, address)
        except zmq.ZMQError as error:
            self.close()
            raise SinkError(f"fleet: {reason(address, error)}") from error

    @property
    def address(self) -> str:
        """Where subscribers connect."""
        return self._address

    def follow(self, name: str, address: str, keys: ClientKeys | None) -> None:
        """Take a performer's messages from here on; an empty address takes none.

        Raises:
            SinkError: there are more of them than this process may open sockets.
        """
        line = self._lines.get(name)
        if line is not None:
            if line.address == address:
                return
            self._poller.unregister(line.socket)
            line.socket.close(0)
            del self._lines[name]
        if not address:
            return
        try:
            socket = self._context.socket(zmq.SUB)
        except zmq.ZMQError as error:
            raise SinkError(
                f"fleet: expected room for {name}, the {len(self._lines) + 1}th performer, "
                f"got: {error.strerror} (`ulimit -n` says how many files a process may open)"
            ) from error
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVHWM, QUEUE)
        socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        socket.setsockopt(zmq.IPV6, int("[" in address))
        if keys is not None:
            keys.apply(socket)
        for topic in _TOPICS:
            socket.setsockopt(zmq.SUBSCRIBE, topics.prefix(topic))
        socket.connect(address)
        self._poller.register(socket, zmq.POLLIN)
        self._lines[name] = _Line(socket, address)

    def forward(self, timeout_s: float) -> int:
        """Forward what is here, or what comes first; gives how many messages that were."""
        ready = dict(self._poller.poll(round(timeout_s * 1000)))
        return sum(
            self._drain(name, line) for name, line in self._lines.items() if line.socket in ready
        )

    def _drain(self, name: str, line: _Line) -> int:
        count = 0
        under = topics.under(name)
        while count < _ROUND:
            try:
                message = line.socket.recv(zmq.NOBLOCK)
            except zmq.ZMQError:
                break
            count += 1
            if message.startswith(topics.prefix(topics.STATUS)):
                try:
                    line.status = decode_status(message).status
                except WireError:
                    continue
            self._out.send(under + message, zmq.NOBLOCK)
        line.messages += count
        line.heard_ns = self._clock.now_ns()
        return count

    def heard(self, name: str) -> Heard:
        """What came of a performer so far."""
        line = self._lines.get(name)
        if line is None:
            return Heard(0, True, None)
        silent = self._clock.now_ns() - line.heard_ns > SILENCE_S * NS_PER_S
        return Heard(line.messages, silent, line.status)

    def close(self) -> None:
        """Disconnect and free the address; may be called again."""
        for line in self._lines.values():
            line.socket.close(0)
        self._lines.clear()
        self._out.close(0)
        self._context.term()
