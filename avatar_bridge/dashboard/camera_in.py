"""Pictures of the browser's own camera, handed on to the bridge's source `remote`."""

import socket

import zmq
from starlette.websockets import WebSocket

from avatar_bridge.errors import WireError
from avatar_bridge.wire.camera_frame import encode_frame

_QUEUE = 1  # pictures that wait for the bridge: an older one is of no use


class CameraIn:
    """Sends pictures to a port of this machine; what nobody takes at once is dropped.

    Args:
        port: that the bridge's source listens at.

    Attributes:
        source: the bridge's address for what is sent here.
        busy: whether a browser sends already; two would show their faces in turns.
    """

    def __init__(self, port: int) -> None:
        self.source = f"remote:{port}"
        self.busy = False
        self._seq = 0
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUSH)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.SNDHWM, _QUEUE)
        self._socket.setsockopt(zmq.IMMEDIATE, 1)  # nothing waits for a bridge that does not listen
        self._socket.connect(f"tcp://127.0.0.1:{port}")

    async def take_from(self, sender: WebSocket) -> None:
        """Hand on what a browser sends, for as long as it sends; one at a time."""
        self.busy = True
        try:
            while (message := await sender.receive())["type"] != "websocket.disconnect":
                self.send(message.get("bytes") or b"")
        finally:
            self.busy = False

    def send(self, picture: bytes) -> None:
        """Hand on one JPEG or PNG file; what is none is left out."""
        try:
            self._socket.send(encode_frame(picture, seq=self._seq), zmq.NOBLOCK)
        except (WireError, zmq.Again):
            return
        self._seq += 1

    def close(self) -> None:
        """Disconnect; never waits."""
        self._socket.close()
        self._context.term()


def free_port() -> int:
    """A port of this machine that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
