"""Where the face comes from: performer, camera, file, or the browser's own camera."""

from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk, complain
from avatar_bridge.dashboard.panels.base import Panel, button, choice, section, show_choice
from avatar_bridge.wire.v1 import control_pb2 as pb

BROWSER = "this browser's camera"
_WIDGET = 'window.__ab?.widgets["ab-camera"]'


class SourcePanel(Panel):
    """Source and mirror."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._before = "performer"
        self._sending = False  # this very page, of those that are open
        with section("Source", "videocam"):
            self._choice = choice("Face comes from", self._chosen)
            with ui.row().classes("ab-line"):
                self._path = (
                    ui.input("Or a video, a folder, an address")
                    .props('outlined dense aria-label="path or address of a source"')
                    .classes("ab-grow")
                    .on("keydown.enter", self._open)
                )
                button("Open", "arrow_forward", self._open, tip="Use this path or address")
            self._mirror = ui.switch("Mirror", on_change=self._mirrored).props("dense")
        ui.on("ab-camera-state", self._camera_told)

    def show(self, settings: pb.GetSettingsResponse) -> None:
        names = [name for name in settings.sources if not name.startswith("remote:")]
        current = settings.source
        if current == self.desk.camera.source:
            current = BROWSER
        else:
            self._before = current
        show_choice(self._choice, [*names, BROWSER], current)
        self._mirror.set_value(settings.mirror)

    async def flip(self) -> None:
        """Mirror, or no longer."""
        settings = self.desk.settings
        if settings is None:
            complain("expected the bridge to answer, got nothing")
            return
        await self._change(mirror=not settings.mirror)
        self._mirror.set_value(self.desk.settings.mirror if self.desk.settings else False)

    async def _chosen(self, event: Any) -> None:
        settings = self.desk.settings
        if settings is None or not event.value:
            return
        if event.value == BROWSER:
            if settings.source != self.desk.camera.source:
                # The browser asks its user; it tells how that went by `ab-camera-state`.
                ui.run_javascript(f"{_WIDGET}?.start()")
            return
        if event.value == settings.source:
            return
        was_browser = settings.source == self.desk.camera.source
        if await self._change(source=event.value) and was_browser:
            ui.run_javascript(f"{_WIDGET}?.stop()")

    async def _open(self) -> None:
        text = self._path.value.strip()
        if text and await self._change(source=text):
            self._path.set_value("")

    async def _mirrored(self, event: Any) -> None:
        if self.desk.settings is not None and event.value != self.desk.settings.mirror:
            await self._change(mirror=event.value)

    async def _camera_told(self, event: Any) -> None:
        told = event.args if isinstance(event.args, dict) else {}
        settings, own = self.desk.settings, self.desk.camera.source
        if told.get("error"):
            complain(f"camera: {str(told['error'])[:200]}")
        if settings is None:
            return
        sent, self._sending = self._sending, bool(told.get("running"))
        if self._sending and settings.source != own:
            await self._change(source=own)
        elif sent and not self._sending and settings.source == own:
            await self._change(source=self._before)
        if self.desk.settings is not None:
            self.show(self.desk.settings)

    async def _change(self, **values: Any) -> bool:
        asked = pb.ChangeSettingsRequest(**values)
        name = values.get("source", "")
        said = f"source: {BROWSER if name == self.desk.camera.source else name}" if name else ""
        changed = await self.desk.change(said, change_settings=asked) is not None
        if self.desk.settings is not None:
            self.show(self.desk.settings)
        return changed
