"""The publisher: every face, and once a second what the stream is, to whoever subscribes.

A subscriber that does not read loses messages and holds up nobody.
"""

from collections import Counter
from dataclasses import replace

import zmq

from avatar_bridge.clock import Clock
from avatar_bridge.config import DEFAULT_PUBLISH
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.sinks.pictures import CameraPictures, Marks, PictureForm, Watchers
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Frame, StreamInfo
from avatar_bridge.wire.address import bind, reason, require_loopback
from avatar_bridge.wire.codec import encode_face, encode_meta, encode_status
from avatar_bridge.wire.curve import ServerKeys
from avatar_bridge.wire.curve_files import load_server_keys
from avatar_bridge.wire.picture import PreviewPicture
from avatar_bridge.wire.picture_codec import encode_picture, topic_of

# Messages that wait per subscriber: two frames of four faces. More would only be stale.
QUEUE = 8
# Of what subscribers send: the handshake and the names of topics.
MAX_REQUEST_BYTES = 4096
MOST_REQUESTS = 64  # of subscribers, read at once


class ZmqPublisher:
    """A PUB socket, or an XPUB that tells who subscribes where the camera's pictures are shared.

    Args:
        clock: stamps what is sent; the one that stamped the frames.
        address: to bind, such as `tcp://127.0.0.1:5570`; port `*` takes a free one.
        stream_id: new for every run, so that clients notice a restart.
        insecure: allow addresses that other machines reach.
        keys: let in their guests alone, on any address; None lets in everyone.
        camera: how the source's pictures go out to whoever subscribes to them; None shares none.

    Raises:
        ConfigError: not an address, or one that other machines reach.
        SinkError: the address is taken or cannot be used.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        address: str,
        stream_id: str,
        insecure: bool = False,
        keys: ServerKeys | None = None,
        camera: PictureForm | None = None,
    ) -> None:
        require_loopback(address, insecure or keys is not None)
        self._clock = clock
        self._stream_id = stream_id
        self._seq = 0
        self._pictures: Counter[bytes] = Counter()  # sent, by topic
        self._camera = CameraPictures(camera, clock) if camera else None
        self._watchers = Watchers()
        self._marks = Marks()
        self._packed: PreviewPicture | None = None  # waits for all faces of its frame
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.XPUB if camera else zmq.PUB)
        self._socket.setsockopt(zmq.SNDHWM, QUEUE)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)
        if keys is not None:
            keys.guard(self._context, self._socket)
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
        if self._camera:
            self._marks.note(state)
            self._share(self._camera)

    def see(self, frame: Frame) -> None:
        """Share a picture of the source soon, if somebody watches."""
        if self._camera:
            self._camera.see(frame)

    def show(self, picture: PreviewPicture) -> None:
        """Send a picture at once."""
        topic = topic_of(picture.kind)
        self._send(
            encode_picture(
                picture,
                stream_id=self._stream_id,
                seq=self._pictures[topic],
                published_ns=self._clock.now_ns(),
            )
        )
        self._pictures[topic] += 1

    def describe(self, info: StreamInfo) -> None:
        self._send(encode_meta(info))

    def report(self, status: StreamStatus) -> None:
        self._send(
            encode_status(status, stream_id=self._stream_id, published_ns=self._clock.now_ns())
        )

    def close(self) -> None:
        if self._camera:
            self._camera.close()
        self._socket.close()
        self._context.term()  # at once, since nothing lingers; the port is free after it

    def _share(self, camera: CameraPictures) -> None:
        """Send the camera's newest picture, if there is one and somebody watches."""
        for _ in range(MOST_REQUESTS):
            try:
                self._watchers.note(self._socket.recv(zmq.NOBLOCK))
            except zmq.ZMQError:  # no more for now
                break
        camera.watched = self._watchers.any
        self._packed = camera.take() or self._packed
        if self._packed and self._marks.done(self._packed.captured_ns):
            points = self._marks.of(self._packed.captured_ns)
            self.show(replace(self._packed, points=points))
            self._packed = None

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
    keys: str | ServerKeys | None = None,
    camera: PictureForm | None = None,
) -> ZmqPublisher:
    """Open the publisher.

    Args:
        clock: stamps what is sent.
        address: as `ZmqPublisher` takes it.
        stream_id: as `ZmqPublisher` takes it.
        insecure: "true" or "false".
        keys: as `ZmqPublisher` takes them, or the name or path of a folder of keys.
        camera: as `ZmqPublisher` takes it; no text is any.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: the address is taken or cannot be used.
    """
    if insecure not in ("true", "false"):
        raise ConfigError(f"zmq_pub: insecure: expected true or false, got {insecure!r}")
    return ZmqPublisher(
        clock,
        address=address,
        stream_id=stream_id,
        insecure=insecure == "true",
        keys=load_server_keys(keys) if isinstance(keys, str) else keys,
        camera=camera,
    )
