"""The control service: a ROUTER socket in a thread of its own."""

import logging
import threading

import zmq

from avatar_bridge.clock import Clock
from avatar_bridge.control.base import Backend
from avatar_bridge.control.handler import MAX_IMAGE_BYTES, Handler
from avatar_bridge.control.rates import Rates, busy
from avatar_bridge.errors import WireError
from avatar_bridge.wire.address import bind, is_loopback, reason, require_loopback
from avatar_bridge.wire.curve import ServerKeys, sender

# A client that sends more is disconnected before its message takes memory.
MAX_REQUEST_BYTES = MAX_IMAGE_BYTES + (1 << 16)
QUEUE = 16  # requests that wait per client, and answers that it has not fetched
MAX_FRAMES = 8  # of a request that came through relays

_BELL = "inproc://stop"
_JOIN_S = 2.0

_log = logging.getLogger(__name__)


class ControlService:
    """Answers each request once, from `start` until `stop`; runs once.

    Args:
        address: to bind, such as `tcp://127.0.0.1:5571`; port `*` takes a free one.
        backend: does what is requested, in the service's thread.
        clock: the one that stamps the stream.
        insecure: allow addresses that other machines reach.
        keys: let in their guests alone, on any address; None lets in everyone.
        pictures_beyond: whether clients on other machines may have pictures of the source's face.

    Raises:
        ConfigError: not an address, or one that other machines reach.
        WireError: the address is taken or cannot be used.
    """

    def __init__(
        self,
        address: str,
        backend: Backend,
        clock: Clock,
        *,
        insecure: bool = False,
        keys: ServerKeys | None = None,
        pictures_beyond: bool = False,
    ) -> None:
        require_loopback(address, insecure or keys is not None)
        self._far = not is_loopback(address)
        self._handler = Handler(backend, clock, pictures_beyond=pictures_beyond)
        self._rates = Rates(clock)
        self._context = zmq.Context()
        self._context.setsockopt(zmq.LINGER, 0)  # for the sockets below
        self._router = self._context.socket(zmq.ROUTER)
        self._router.setsockopt(zmq.MAXMSGSIZE, MAX_REQUEST_BYTES)
        self._router.setsockopt(zmq.RCVHWM, QUEUE)
        self._router.setsockopt(zmq.SNDHWM, QUEUE)
        self._bell = self._context.socket(zmq.PAIR)  # rung to wake the thread for its end
        self._ear = self._context.socket(zmq.PAIR)
        self._bell.bind(_BELL)
        self._ear.connect(_BELL)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        if keys is not None:
            keys.guard(self._context, self._router)
        try:
            self._address = bind(self._router, address)
        except zmq.ZMQError as error:
            self._release()
            raise WireError(f"control service: {reason(address, error)}") from error

    @property
    def address(self) -> str:
        """Where clients connect."""
        return self._address

    def start(self) -> None:
        """Begin to answer; requests that came since the service was made have waited."""
        self._thread.start()

    def stop(self) -> None:
        """End after the request in hand and free the address; may be called again."""
        if self._context.closed:
            return
        if self._thread.is_alive():
            self._bell.send(b"", zmq.NOBLOCK)
            self._thread.join(_JOIN_S)
            if self._thread.is_alive():
                _log.warning("a control request did not end in time")
                return  # its thread holds the sockets
        self._release()

    def _release(self) -> None:
        for socket in (self._router, self._bell, self._ear):
            socket.close()
        self._context.term()

    def _serve(self) -> None:
        poller = zmq.Poller()
        poller.register(self._router, zmq.POLLIN)
        poller.register(self._ear, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if self._ear in ready:
                return
            try:
                self._answer_one()
            except zmq.ZMQError as error:  # this client's loss, not the others'
                _log.warning("a control request was lost: %s", error)

    def _answer_one(self) -> None:
        received = self._router.recv_multipart(zmq.NOBLOCK, copy=False)
        client, *frames = (frame.bytes for frame in received)
        way, payload = _opened(frames)
        if self._rates.allows(sender(received[-1], client)):
            # Whoever is behind a relay may be anywhere.
            answer = self._handler.answer(payload, far=self._far or len(way) > 1)
        else:
            answer = busy(payload)
        self._router.send_multipart([client, *way, answer], zmq.NOBLOCK)


def _opened(frames: list[bytes]) -> tuple[list[bytes], bytes]:
    """The way back, which ends with an empty frame as a REQ or a relay sends it, and the request.

    What has no such frame, or too long a way, is answered as what it is: no request.
    """
    if len(frames) == 1:
        return [], frames[0]
    if 2 <= len(frames) <= MAX_FRAMES and not frames[-2]:
        return frames[:-1], frames[-1]
    return [], b""
