"""Pictures that a program sends over ZeroMQ, in place of a camera.

The newest one counts: older ones that wait are skipped. A message that is none is counted, told
once and skipped; it ends nothing, since anyone on this machine can send. Pictures are stamped when
they arrive: whose clock the sender has is not known here.
"""

import logging
import threading

import zmq

from avatar_bridge.capture.base import Source
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError, ConfigError, WireError
from avatar_bridge.types import Frame
from avatar_bridge.wire.address import bind, is_loopback, reason, require_loopback
from avatar_bridge.wire.camera_frame import MAX_FRAME_BYTES, decode_frame, unpack
from avatar_bridge.wire.curve import ServerKeys
from avatar_bridge.wire.curve_files import load_server_keys

LOOPBACK = "127.0.0.1"
WAIT_MS = 100  # for a picture, before looking whether the source was closed
SILENCE_S = 1.0  # without a picture for so long, it counts as waiting
QUEUE = 2  # pictures that wait per sender; the sender drops what is more
_FRAMING = 1 << 10  # what a message has beside its picture

_log = logging.getLogger(__name__)


class RemoteSource:
    """A PULL socket that senders connect to.

    Args:
        address: to bind, such as `tcp://127.0.0.1:5572`; port `*` takes a free one.
        clock: stamps the pictures.
        insecure: allow addresses that other machines reach.
        keys: let in their guests alone, on any address; None lets in everyone.

    Raises:
        CaptureError: not an address, one that other machines reach, or one that is taken.
    """

    fps = 0.0  # the sender's, which it does not say
    frame_count: int | None = None

    def __init__(
        self,
        address: str,
        clock: Clock,
        *,
        insecure: bool = False,
        keys: ServerKeys | None = None,
    ) -> None:
        try:
            require_loopback(address, insecure or keys is not None)
        except ConfigError as error:
            raise CaptureError(f"remote: {error}") from error
        self._clock = clock
        self._closed = threading.Event()
        self._using = threading.Lock()  # the socket, which is closed by another thread
        self._heard_ns: int | None = None
        self._index = self._bad = 0
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PULL)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, QUEUE)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES + _FRAMING)
        if keys is not None:
            keys.guard(self._context, self._socket)
        try:
            self.address = bind(self._socket, address)
        except zmq.ZMQError as error:
            self._release()
            raise CaptureError(f"remote: {reason(address, error)}") from error
        self.label = f"pictures sent to {self.address.removeprefix('tcp://')}"

    @property
    def state(self) -> str:
        """Whether it gets pictures, and how many messages were of no use."""
        if self._closed.is_set():
            return "closed"
        heard_ns = self._heard_ns
        silent = heard_ns is None or self._clock.now_ns() - heard_ns > SILENCE_S * NS_PER_S
        said = "waiting" if silent else "running"
        return f"{said}, {self._bad} bad messages" if self._bad else said

    def read(self) -> Frame | None:
        while not self._closed.is_set():
            message = self._newest()
            if message is None:
                continue
            now_ns = self._clock.now_ns()
            try:
                image = unpack(decode_frame(message))
            except WireError as error:
                self._skip(error)
                continue
            self._heard_ns = now_ns
            self._index += 1
            return Frame(image, self._index - 1, now_ns)
        return None

    def close(self) -> None:
        self._closed.set()
        with self._using:
            self._release()

    def _newest(self) -> bytes | None:
        """The message that came last, or None for now."""
        newest: bytes | None = None
        with self._using:
            if self._closed.is_set() or not self._socket.poll(WAIT_MS):
                return None
            for _ in range(QUEUE + 1):  # a flood would keep it here for ever
                try:
                    *more, last = self._socket.recv_multipart(zmq.NOBLOCK)
                except zmq.ZMQError:  # no more for now
                    break
                newest = b"" if more else last  # of many parts it is no picture
        return newest

    def _skip(self, error: WireError) -> None:
        self._bad += 1
        if self._bad == 1:
            _log.warning("%s: skipped a message, and will do so silently: %s", self.label, error)

    def _release(self) -> None:
        self._socket.close()
        self._context.term()


def create(target: str, config: SourceConfig, clock: Clock) -> Source:
    """Take pictures from programs.

    Args:
        target: PORT or HOST:PORT; a port alone is of this machine.
        config: `insecure` and `keys` of it; on this machine senders need no keys.
        clock: stamps the pictures.

    Raises:
        CaptureError: no such address, one that other machines reach, or one that is taken.
    """
    host, _, port = target.rpartition(":")
    address = f"tcp://{host or LOOPBACK}:{port}"
    try:
        keys = None if is_loopback(address) else load_server_keys(config.keys)
    except ConfigError as error:
        raise CaptureError(f"remote: {error}") from error
    return RemoteSource(address, clock, insecure=config.insecure, keys=keys)
