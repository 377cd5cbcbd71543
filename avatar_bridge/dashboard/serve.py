"""Everything that the page's process runs, put together."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator
from typing import TextIO

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from avatar_bridge.clock import SystemClock
from avatar_bridge.dashboard.avatars import AvatarShelf
from avatar_bridge.dashboard.camera_in import CameraIn, free_port
from avatar_bridge.dashboard.desk import Desk
from avatar_bridge.dashboard.guard import Guard
from avatar_bridge.dashboard.hub import Hub
from avatar_bridge.dashboard.page import MARK, TITLE, add_page
from avatar_bridge.dashboard.remote import Remote
from avatar_bridge.dashboard.routes import BuiltInHead, add_routes
from avatar_bridge.dashboard.settings import Place, Server

_LARGEST_MESSAGE = 8 << 20  # bytes of a WebSocket's message: a camera's picture
_CLOSE_S = 1


def serve(listener: socket.socket, place: Place, bridge: Server, parent: TextIO) -> None:
    """Serve the page until the parent's end of the pipe is closed.

    Args:
        listener: a bound socket that listens.
        place: where that is.
        bridge: what the page shows.
        parent: standard input; its end is ours.
    """
    clock = SystemClock()
    hub = Hub(bridge, clock)
    shelf = AvatarShelf()
    built_in = BuiltInHead()
    camera = CameraIn(free_port())
    remote = Remote(bridge.control, clock, bridge.keys)
    desk = Desk(hub, remote, camera)

    @contextlib.asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        hub.start()
        making = asyncio.create_task(built_in.get())  # before the first page asks for it
        following = asyncio.create_task(desk.follow())
        try:
            yield
        finally:
            following.cancel()
            making.cancel()
            hub.stop()

    app = FastAPI(openapi_url=None, lifespan=life)
    add_routes(app, hub, shelf, camera, built_in)
    add_page(desk)
    ui.run_with(
        app,
        title=TITLE,
        favicon=MARK,
        dark=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30.0,
    )
    guarded = Guard(app, port=place.port, names=_names(place.host), token=place.token)
    server = uvicorn.Server(
        uvicorn.Config(
            guarded,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws_max_size=_LARGEST_MESSAGE,
            ws_per_message_deflate=False,  # pictures are packed, and weights are small
            timeout_graceful_shutdown=_CLOSE_S,
        )
    )

    def watch() -> None:
        while parent.readline():
            pass
        server.should_exit = True

    threading.Thread(target=watch, name="parent", daemon=True).start()
    try:
        asyncio.run(server.serve([listener]))
    finally:
        camera.close()
        remote.close()
        shelf.close()


def _names(host: str) -> tuple[str, ...]:
    """Names that a browser may know this machine by."""
    own = socket.gethostname().lower()
    return (host.lower(), own, f"{own}.local")
