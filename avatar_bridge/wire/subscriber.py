"""The receiving end of the publisher, for the command line and for tests.

libzmq connects, and connects again after the server was away; nothing here waits for a server.
"""

import math
from collections.abc import Callable, Sequence
from types import TracebackType

import zmq

from avatar_bridge.errors import ConfigError
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.address import check_address
from avatar_bridge.wire.codec import (
    ReceivedFace,
    ReceivedStatus,
    decode_face,
    decode_meta,
    decode_status,
)
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.picture_codec import ReceivedPicture, decode_picture, topic_of

Received = ReceivedFace | StreamInfo | ReceivedStatus | ReceivedPicture

QUEUE = 64  # messages that wait here: about a second of one face
# Of one message: a sender of more is cut off before it takes memory.
MAX_MESSAGE_BYTES = 16 << 20

_DECODERS: dict[bytes, Callable[[bytes], Received]] = {
    topics.FACE: decode_face,
    topics.META: decode_meta,
    topics.STATUS: decode_status,
    topics.CAMERA: decode_picture,
    topics.PREVIEW: decode_picture,
}


class Subscriber:
    """A SUB socket; used by one thread.

    Args:
        address: that a publisher binds or will bind.
        wanted: topics; each of them must be one that the codec reads.
        conflate: keep only the newest message of all. It takes one topic, since the newest of
            one would throw away another's, and suits a stream of one face.
        keys: this client's, for a publisher that has keys.

    Raises:
        ConfigError: not an address, not a topic, or several topics to conflate.
    """

    def __init__(
        self,
        address: str,
        wanted: Sequence[bytes] = (topics.FACE, topics.META, topics.STATUS),
        *,
        conflate: bool = False,
        keys: ClientKeys | None = None,
    ) -> None:
        check_address(address)
        for topic in wanted:
            if topic not in _DECODERS:
                known = ", ".join(name.decode() for name in _DECODERS)
                raise ConfigError(f"expected topics of {known}, got {topic!r}")
        if conflate and len(wanted) != 1:
            raise ConfigError(f"expected one topic to conflate, got {len(wanted)}")
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, QUEUE)
        self._socket.setsockopt(zmq.CONFLATE, int(conflate))
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
        self._socket.setsockopt(zmq.IPV6, int("[" in address))
        if keys is not None:
            keys.apply(self._socket)
        for topic in wanted:
            self._socket.setsockopt(zmq.SUBSCRIBE, topics.prefix(topic))
        try:
            self._socket.connect(address)
        except zmq.ZMQError as error:
            self.close()
            raise ConfigError(f"cannot connect to {address}: {error.strerror}") from error

    def __enter__(self) -> "Subscriber":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def receive(self, timeout_s: float) -> Received | None:
        """The next message.

        Args:
            timeout_s: seconds to wait for it; 0 takes only what is here.

        Returns:
            None if none came in time.

        Raises:
            WireError: a message that is not ours came; the next call goes on after it.
        """
        if not self._socket.poll(math.ceil(timeout_s * 1000)):
            return None
        message = self._socket.recv(zmq.NOBLOCK)
        topic, _ = topics.split(message)
        return _DECODERS[topic](message)

    def newest(self, timeout_s: float) -> tuple[Received, ...]:
        """All that is here, but only the newest of each kind and, of faces, of each face.

        Args:
            timeout_s: seconds to wait if nothing is here.

        Returns:
            In the order of arrival; empty if nothing came in time.

        Raises:
            WireError: as `receive`.
        """
        newest: dict[tuple[type, int | bytes], Received] = {}
        received = self.receive(timeout_s)
        for _ in range(QUEUE):  # a sender faster than this loop must not hold it for ever
            if received is None:
                break
            key = (type(received), _apart(received))
            newest.pop(key, None)
            newest[key] = received
            received = self.receive(0)
        return tuple(newest.values())

    def close(self) -> None:
        """Disconnect; never waits."""
        self._socket.close()
        self._context.term()


def _apart(received: Received) -> int | bytes:
    """What tells messages of one kind apart, so that none takes another's place."""
    if isinstance(received, ReceivedPicture):
        return topic_of(received.picture.kind)
    return received.state.face_id if isinstance(received, ReceivedFace) else 0
