"""The publisher: every face, and once a second what the stream is, to whoever subscribes.

A subscriber that does not read loses messages and holds up nobody.
"""

import zmq

from avatar_bridge.clock import Clock
from avatar_bridge.config import DEFAULT_PUBLISH
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, StreamInfo
from avatar_bridge.wire.address import bind, reason, require_loopback
from avatar_bridge.wire.codec import encode_face, encode_meta, encode_status

# Messages that wait per subscriber: two frames of four faces. More would only be stale.
QUEUE = 8


class ZmqPublisher:
    """A PUB socket.

    Args:
        clock: stamps what is sent; the one that stamped the frames.
        address: to bind, such as `tcp://127.0.0.1:5570`; port `*` takes a free one.
        stream_id: new for every run, so that clients notice a restart.
        insecure: allow addresses that other machines reach.

    Raises:
        ConfigError: not an address, or one that other machines reach.
        SinkError: the address is taken or cannot be used.
    """

    def __init__(
        self, clock: Clock, *, address: str, stream_id: str, insecure: bool = False
    ) -> None:
        require_loopback(address, insecure)
        self._clock = clock
        self._stream_id = stream_id
        self._seq = 0
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, QUEUE)
        self._socket.setsockopt(zmq.LINGER, 0)
        try:
            self._address = bind(self._socket, address)
        except zmq.ZMQError as error:
            self.close()
            raise SinkError(f"publisher: {reason(address, error)}") from error

    @property
    def address(self) -> str:
        """Where subscribers connect."""
        return self._address

    def publish(self, state: FaceState) -> None:
        message = encode_face(
            state, stream_id=self._stream_id, seq=self._seq, published_ns=self._clock.now_ns()
        )
        self._seq += 1
        self._send(message)

    def describe(self, info: StreamInfo) -> None:
        self._send(encode_meta(info))

    def report(self, status: StreamStatus) -> None:
        self._send(
            encode_status(status, stream_id=self._stream_id, published_ns=self._clock.now_ns())
        )

    def close(self) -> None:
        self._socket.close()
        self._context.term()  # at once, since nothing lingers; the port is free after it

    def _send(self, message: bytes) -> None:
        try:
            self._socket.send(message, zmq.NOBLOCK)
        except zmq.ZMQError as error:
            raise SinkError(f"publisher: cannot send: {error.strerror}") from error


def create(
    clock: Clock,
    *,
    address: str = DEFAULT_PUBLISH,
    stream_id: str = "",
    insecure: str = "false",
) -> ZmqPublisher:
    """Open the publisher.

    Args:
        clock: stamps what is sent.
        address: as `ZmqPublisher` takes it.
        stream_id: as `ZmqPublisher` takes it.
        insecure: "true" or "false".

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: the address is taken or cannot be used.
    """
    if insecure not in ("true", "false"):
        raise ConfigError(f"zmq_pub: insecure: expected true or false, got {insecure!r}")
    return ZmqPublisher(clock, address=address, stream_id=stream_id, insecure=insecure == "true")
