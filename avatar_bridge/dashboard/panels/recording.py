"""Recording what is published: start, stop, and where it went."""

from pathlib import Path

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk, notify
from avatar_bridge.dashboard.panels.base import Panel, button, section
from avatar_bridge.wire.v1 import control_pb2 as pb

_START, _STOP = "Record", "Stop"


class RecordingPanel(Panel):
    """A name, a button, and the last file; and the button of the header.

    Args:
        desk: shared by all.
        header: shows whether a recording runs, and starts and stops it, too.
    """

    def __init__(self, desk: Desk, header: ui.button) -> None:
        super().__init__(desk)
        self._header = header
        self._running = False
        with section("Recording", "fiber_manual_record"):
            with ui.row().classes("ab-line"):
                self._name = ui.input("Name of the take").props("outlined dense").classes("ab-grow")
                self._button = button(_START, "fiber_manual_record", self.toggle)
            self._said = ui.label().classes("ab-hint-line").props('role="status"')
        header.on_click(self.toggle)

    def show(self, settings: pb.GetSettingsResponse) -> None:
        said = settings.recording
        self._mark(said.startswith("recording ") and " failed: " not in said)
        if said:
            self._said.set_text(said)

    async def toggle(self) -> None:
        """Start, or stop."""
        if self._running:
            await self._stop()
        else:
            await self._start()

    async def _start(self) -> None:
        path = await self.desk.attempt(
            lambda: self.desk.remote.ask(lambda client: client.start_recording(self._name.value))
        )
        if path is not None:
            self._mark(True)
            self._said.set_text(f"recording {Path(path).name}")
            notify(f"recording {path}")

    async def _stop(self) -> None:
        take = await self.desk.attempt(
            lambda: self.desk.remote.ask(lambda client: client.stop_recording())
        )
        self._mark(False)
        if take is not None:
            lost = f", {take.dropped} lost" if take.dropped else ""
            self._said.set_text(f"{take.path}: {take.frames} frames{lost}")
            notify(f"saved {take.path}: {take.frames} frames{lost}")

    def _mark(self, running: bool) -> None:
        if running == self._running:
            return
        self._running = running
        for each in (self._button, self._header):
            each.set_text(_STOP if running else _START)
            each.set_icon("stop" if running else "fiber_manual_record")
            each.classes(add="ab-live" if running else "", remove="" if running else "ab-live")
            each.props(f'aria-pressed="{str(running).lower()}"')
