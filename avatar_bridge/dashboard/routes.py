"""What the page's scripts talk to, beside NiceGUI's own: the stream, avatars, camera pictures."""

import asyncio
from pathlib import Path
from urllib.parse import unquote

import nicegui
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException  # of a form that is none
from starlette.requests import ClientDisconnect
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive

from avatar_bridge.avatar.head import head_glb
from avatar_bridge.dashboard.avatars import BUILT_IN, MOST_BYTES, Avatar, AvatarShelf
from avatar_bridge.dashboard.camera_in import CameraIn
from avatar_bridge.dashboard.hub import Hub
from avatar_bridge.dashboard.stage import STAGE_PAGE
from avatar_bridge.dashboard.viewers import Viewer
from avatar_bridge.errors import ConfigError

STATIC = Path(__file__).with_name("static")
_GLB = "model/gltf-binary"
_TOO_LARGE = f"expected a file of at most {MOST_BYTES >> 20} MB, got more"
_BUSY = "expected one file at a time, got another one: try again when it is there"
_LONGEST_S = 120.0  # that a file may take, which nobody else can send meanwhile
_TOO_SLOW = f"expected a file within {_LONGEST_S:.0f} s, got only a part of it"
_FULL_CLOSE = 1013
_FORM_EXTRA = 1 << 16  # bytes of a form around the file itself


class _TooLargeError(Exception):
    """More bytes than are taken."""


class BuiltInHead:
    """The built-in head as a file, made once, which takes a moment."""

    def __init__(self) -> None:
        self._made: asyncio.Future[bytes] | None = None

    async def get(self) -> bytes:
        """The bytes of a GLB file; whoever asks first has it made."""
        if self._made is None:
            self._made = asyncio.ensure_future(run_in_threadpool(head_glb))
        return await asyncio.shield(self._made)


def add_routes(
    app: FastAPI, hub: Hub, shelf: AvatarShelf, camera: CameraIn, built_in: BuiltInHead
) -> None:
    """Add them; before NiceGUI is mounted, which takes all other paths."""
    storing = asyncio.Lock()  # one file at a time, so that many do not fill the disk
    app.mount("/static/ab", StaticFiles(directory=STATIC), name="page")
    app.mount("/static/three", StaticFiles(directory=three_folder()), name="three")

    @app.websocket("/live")
    async def live(socket: WebSocket) -> None:
        if hub.full:
            await socket.close(_FULL_CLOSE, "too many pages are open")
            return
        await socket.accept()
        await hub.welcome(Viewer(socket, pictures=socket.query_params.get("pictures") != "0"))

    @app.websocket("/camera-in")
    async def camera_in(socket: WebSocket) -> None:
        if camera.busy:
            await socket.close(_FULL_CLOSE, "another browser's camera is in use")
            return
        await socket.accept()
        await camera.take_from(socket)

    @app.get("/stage")
    async def stage() -> Response:
        return HTMLResponse(STAGE_PAGE)

    @app.get("/head.glb")
    async def head() -> Response:
        return Response(await built_in.get(), media_type=_GLB)

    @app.get("/avatar/{key}.glb")
    async def dropped(key: str) -> Response:
        path = shelf.find(key)
        if path is None:
            return JSONResponse({"error": "this avatar is no longer here"}, status_code=404)
        return FileResponse(path, media_type=_GLB)

    @app.post("/avatar")
    async def drop(request: Request) -> Response:
        if storing.locked():
            return JSONResponse({"error": _BUSY}, 429, headers={"connection": "close"})
        path = shelf.part()
        try:
            async with storing, asyncio.timeout(_LONGEST_S):
                name = await _store(request, path)
                avatar = await run_in_threadpool(shelf.take, path, name)
        except TimeoutError:
            path.unlink(missing_ok=True)
            return JSONResponse({"error": _TOO_SLOW}, 408, headers={"connection": "close"})
        except _TooLargeError:
            path.unlink(missing_ok=True)
            # Else the server would read the rest, too, to have the connection for a next request.
            return JSONResponse({"error": _TOO_LARGE}, 413, headers={"connection": "close"})
        except (ConfigError, HTTPException, ClientDisconnect) as error:
            path.unlink(missing_ok=True)
            said = error.detail if isinstance(error, HTTPException) else str(error)
            said = " ".join(said.split()) or "expected a whole file"
            return JSONResponse({"error": said}, status_code=400)
        hub.show(avatar)
        return _told(avatar)

    @app.delete("/avatar")
    async def put_away() -> Response:
        hub.show(BUILT_IN)
        return _told(BUILT_IN)


def three_folder() -> Path:
    """Where NiceGUI keeps its bundle of three.js, which the page draws with."""
    place = Path(nicegui.__file__).parent / "elements" / "scene" / "dist"
    if not (place / "index.js").is_file():
        raise ConfigError(
            f"expected three.js in NiceGUI {nicegui.__version__}, got none at {place}"
        )
    return place


def _told(avatar: Avatar) -> Response:
    return JSONResponse({**avatar.report, "url": avatar.url, "name": avatar.name})


async def _store(request: Request, path: Path) -> str:
    """Write what is sent to a file; gives the name that its owner has for it."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > MOST_BYTES + _FORM_EXTRA:
        raise _TooLargeError
    request = Request(request.scope, _limited(request.receive))
    if request.headers.get("content-type", "").startswith("multipart/"):
        async with request.form(max_files=1, max_fields=4) as form:
            sent = next((v for v in form.values() if isinstance(v, UploadFile)), None)
            if sent is None:
                raise ConfigError("expected a file, got a form without one")
            with path.open("wb") as file:
                while part := await sent.read(1 << 20):
                    file.write(part)
            return sent.filename or "avatar"
    with path.open("wb") as file:
        async for part in request.stream():
            file.write(part)
    return unquote(request.headers.get("x-filename", "avatar"))


def _limited(receive: Receive) -> Receive:
    """Receives as before, until more came than is taken."""
    taken = 0

    async def received() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BYTES + _FORM_EXTRA:
            raise _TooLargeError
        return message

    return received
