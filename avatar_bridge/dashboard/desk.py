"""What all panels of the page share: how the bridge is set, and how to change it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from nicegui import Client, ui

from avatar_bridge.control.client import RequestRefusedError
from avatar_bridge.dashboard.camera_in import CameraIn
from avatar_bridge.dashboard.hub import Hub
from avatar_bridge.dashboard.remote import Remote
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.wire.v1 import control_pb2 as pb

T = TypeVar("T")

POLL_S = 2.0  # between two looks at the settings, which other programs may change, too
_DONE_MS, _ERROR_MS = 2500, 7000


class Desk:
    """One for the whole process; used by the loop's thread.

    Args:
        hub: knows the stream.
        remote: asks the control service.
        camera: takes pictures of browsers.

    Attributes:
        settings: as the bridge last said; None while it does not answer.
    """

    def __init__(self, hub: Hub, remote: Remote, camera: CameraIn) -> None:
        self.hub = hub
        self.remote = remote
        self.camera = camera
        self.settings: pb.GetSettingsResponse | None = None
        self._asking = asyncio.Lock()

    async def follow(self) -> None:
        """Keep the settings up to date while somebody looks; never ends."""
        while True:
            if any(client.has_socket_connection for client in Client.instances.values()):
                await self.refresh()
            await asyncio.sleep(POLL_S)

    async def refresh(self) -> None:
        """Ask how the bridge is set."""
        async with self._asking:
            try:
                answer = await self.remote.request(get_settings=pb.GetSettingsRequest())
                self.settings = answer.get_settings
            except AvatarBridgeError:  # the page says so where it shows the stream
                self.settings = None

    async def change(self, done: str = "", **body: object) -> pb.ControlResponse | None:
        """Send a request and say how it went; gives its answer, or None where it failed."""
        return await self.attempt(lambda: self.remote.request(**body), done)

    async def attempt(self, what: Callable[[], Awaitable[T]], done: str = "") -> T | None:
        """Do something that may fail, and say in one line how it went."""
        try:
            result = await what()
        except AvatarBridgeError as error:
            complain(error)
            with contextlib.suppress(AvatarBridgeError):
                await self.refresh()
            return None
        if done:
            notify(done)
        await self.refresh()
        return result


def reason(error: Exception) -> str:
    """An error in one line for people."""
    said = " ".join(str(error).split())
    if isinstance(error, RequestRefusedError):
        return said.removeprefix(f"{error.code}: ")
    return said


def notify(said: str) -> None:
    """Tell that something went well."""
    ui.notify(said, position="bottom-left", timeout=_DONE_MS, classes="ab-note")


def complain(error: Exception | str) -> None:
    """Tell what went wrong."""
    said = error if isinstance(error, str) else reason(error)
    ui.notify(
        said,
        position="bottom-left",
        timeout=_ERROR_MS,
        classes="ab-note ab-note-bad",
        close_button="Close",
    )
