"""The bridge's stream as the page takes it: a subscriber in a thread, and the newest of it.

Faces are subscribed to while a browser looks on, pictures while one shows them: otherwise the
thread wakes twice a second, for what the stream is and how it does.
"""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import zmq

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import WireError
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import (
    ReceivedFace,
    ReceivedStatus,
    decode_face,
    decode_meta,
    decode_status,
)
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.picture import PreviewPicture
from avatar_bridge.wire.picture_codec import decode_picture
from avatar_bridge.wire.subscriber import MAX_MESSAGE_BYTES, QUEUE

AWAY_S = 3.0  # without a word for so long, the bridge is gone: it says how it does every second
_WAIT_MS = 200
_JOIN_S = 1.0

Key = tuple[str, int]


@dataclass
class News:
    """What came since the last look, each the newest of its kind and face."""

    faces: dict[int, ReceivedFace] = field(default_factory=dict)
    info: StreamInfo | None = None
    status: ReceivedStatus | None = None
    pictures: dict[bytes, PreviewPicture] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.faces or self.info or self.status or self.pictures)


class Feed:
    """Follows a publisher from a thread of its own, for as long as it runs.

    Args:
        address: of the publisher.
        clock: tells when the bridge went silent.
        loop: where `deliver` and `silent` are called.
        deliver: takes news.
        silent: is called when the bridge has been silent for `AWAY_S`.
        keys: that let us in, where the bridge asks for some.
    """

    def __init__(
        self,
        address: str,
        clock: Clock,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[News], None],
        silent: Callable[[], None],
        keys: ClientKeys | None = None,
    ) -> None:
        self._address = address
        self._clock = clock
        self._loop = loop
        self._deliver = deliver
        self._silent = silent
        self._keys = keys
        self._wanted: frozenset[bytes] = frozenset()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to listen; never waits for a bridge."""
        self._thread.start()

    def want(self, *, faces: bool, pictures: bool) -> None:
        """Say what to subscribe to from now on."""
        wanted = {topics.FACE} if faces else set()
        if pictures:
            wanted |= {topics.CAMERA, topics.PREVIEW}
        self._wanted = frozenset(wanted)

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join(_JOIN_S)

    def _run(self) -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as socket:
            socket.setsockopt(zmq.LINGER, 0)
            socket.setsockopt(zmq.RCVHWM, QUEUE)
            socket.setsockopt(zmq.IPV6, int("[" in self._address))
            for topic in (topics.META, topics.STATUS):
                socket.setsockopt(zmq.SUBSCRIBE, topics.prefix(topic))
            socket.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE_BYTES)
            if self._keys is not None:
                self._keys.apply(socket)
            socket.connect(self._address)
            self._follow(socket)

    def _follow(self, socket: zmq.Socket[bytes]) -> None:
        subscribed: frozenset[bytes] = frozenset()
        heard_ns, told = self._clock.now_ns(), False
        while not self._stopping.is_set():
            if (wanted := self._wanted) != subscribed:
                for topic in wanted - subscribed:
                    socket.setsockopt(zmq.SUBSCRIBE, topics.prefix(topic))
                for topic in subscribed - wanted:
                    socket.setsockopt(zmq.UNSUBSCRIBE, topics.prefix(topic))
                subscribed = wanted
            if socket.poll(_WAIT_MS):
                heard_ns, told = self._clock.now_ns(), False
                if news := _newest(socket):
                    self._call(self._deliver, news)
            elif not told and self._clock.now_ns() - heard_ns > AWAY_S * NS_PER_S:
                told = True
                self._call(self._silent)

    def _call(self, function: Callable[..., None], *given: object) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *given)
        except RuntimeError:  # the loop has ended
            self._stopping.set()


def _newest(socket: zmq.Socket[bytes]) -> News:
    """All that is here; what cannot be read is left out."""
    latest: dict[bytes, bytes] = {}
    news = News()
    for _ in range(QUEUE):  # a sender faster than this loop must not hold it for ever
        try:
            message = socket.recv(zmq.NOBLOCK)
            topic, _payload = topics.split(message)
            if topic == topics.FACE:
                face = decode_face(message)
                news.faces[face.state.face_id] = face
            else:
                latest[topic] = message
        except zmq.Again:
            break
        except WireError:
            continue
    for topic, message in latest.items():
        try:
            if topic == topics.META:
                news.info = decode_meta(message)
            elif topic == topics.STATUS:
                news.status = decode_status(message)
            else:
                news.pictures[topic] = decode_picture(message).picture
        except WireError:
            continue
    return news
