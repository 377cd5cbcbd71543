"""The browsers that look on: each gets the newest of everything, no faster than it takes it."""

import asyncio
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

Key = tuple[str, int]  # kind of message, and face
MOST = 32


class Viewer:
    """One connection, and what it has still to get: the newest of each kind and face.

    Args:
        socket: accepted.
        pictures: whether it shows pictures.
    """

    def __init__(self, socket: WebSocket, *, pictures: bool) -> None:
        self._socket = socket
        self.pictures = pictures
        self._pending: dict[Key, str | bytes] = {}
        self._news = asyncio.Event()

    def offer(self, key: Key, message: str | bytes) -> None:
        """Replace what it has not got yet."""
        if isinstance(message, str) or self.pictures:
            self._pending[key] = message
            self._news.set()

    async def serve(self) -> None:
        """Send for as long as the connection lasts."""
        sending = asyncio.create_task(self._send())
        try:
            while (await self._socket.receive())["type"] != "websocket.disconnect":
                pass  # what it says is of no interest, but that it is there
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending  # RuntimeError: it was about to send when the browser left

    async def _send(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._pending:
                message = self._pending.pop(next(iter(self._pending)))
                if isinstance(message, str):
                    await self._socket.send_text(message)
                else:
                    await self._socket.send_bytes(message)


class Viewers:
    """All connections, and what a new one is told first; used by the loop's thread alone."""

    def __init__(self) -> None:
        self._open: set[Viewer] = set()
        self._standing: dict[Key, str] = {}

    def __len__(self) -> int:
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether there is no place for another."""
        return len(self._open) >= MOST

    @property
    def pictures(self) -> bool:
        """Whether one of them shows pictures."""
        return any(viewer.pictures for viewer in self._open)

    def tell(self, key: Key, message: str | bytes, *, keep: bool = False) -> None:
        """Give a message to all; those to keep are told to whoever comes later, too."""
        if keep and isinstance(message, str):
            self._standing[key] = message
        for viewer in self._open:
            viewer.offer(key, message)

    def forget(self, key: Key) -> None:
        """Tell it to nobody who comes later."""
        self._standing.pop(key, None)

    async def welcome(self, viewer: Viewer) -> None:
        """Serve one for as long as it stays."""
        for key, message in self._standing.items():
            viewer.offer(key, message)
        self._open.add(viewer)
        try:
            await viewer.serve()
        finally:
            self._open.discard(viewer)
