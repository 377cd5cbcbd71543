"""Calibration: guided step by step, with a countdown and what to do; saved names; undo."""

import asyncio
from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk, complain, notify, reason
from avatar_bridge.dashboard.panels.base import Panel, button, choice, section, show_choice
from avatar_bridge.errors import AvatarBridgeError
from avatar_bridge.retarget.measure import NEUTRAL, steps
from avatar_bridge.wire.v1 import control_pb2 as pb

COUNTDOWN = 3  # seconds to get ready for a step
_TRIES = 3  # of a step
_NONE = "none"
_PAUSE_S = 0.7  # in which a person sees that a step is done


class CalibrationPanel(Panel):
    """What is in use, and the way to a new one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        with section("Your face", "face"):
            self._choice = choice("Calibration", self._use)
            with ui.row().classes("ab-line"):
                button("Calibrate", "center_focus_strong", self.open, flat=False)
                button("Undo", "undo", self._undo, tip="Back to the calibration before")
        self._guide = Guide(desk)

    def show(self, settings: pb.GetSettingsResponse) -> None:
        show_choice(self._choice, [_NONE, *settings.calibrations], settings.calibration or _NONE)

    def open(self) -> None:
        """Show the guide."""
        self._guide.open()

    async def _use(self, event: Any) -> None:
        settings = self.desk.settings
        if settings is None or event.value in (None, settings.calibration or _NONE):
            return
        if event.value == _NONE:
            await self.desk.attempt(
                lambda: self.desk.remote.ask(lambda client: client.clear_calibration()),
            )
        else:
            await self.desk.attempt(
                lambda: self.desk.remote.ask(lambda client: client.use_calibration(event.value)),
                f"calibration: {event.value}",
            )
        self._again()

    async def _undo(self) -> None:
        name = await self.desk.attempt(
            lambda: self.desk.remote.ask(lambda client: client.undo_calibration())
        )
        if name is not None:
            notify(f"calibration: {name or _NONE}")
        self._again()

    def _again(self) -> None:
        if self.desk.settings is not None:
            self.show(self.desk.settings)


class Guide:
    """A dialog that leads through the steps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._says = steps()
        self._task: asyncio.Task[None] | None = None
        with ui.dialog() as self._dialog, ui.card().classes("ab-dialog ab-guide"):
            ui.label("Calibrate").classes("ab-dialog-title")
            self._count = ui.label().classes("ab-count").props('aria-live="assertive"')
            self._say = ui.label().classes("ab-say").props('aria-live="polite"')
            self._dots = ui.row().classes("ab-dots")
            with self._dots:
                self._marks = {
                    step: ui.label(step.replace("_", " ")).classes("ab-dot") for step in self._says
                }
            self._name = ui.input("Keep it as (empty: for this run only)").props("outlined dense")
            self._name.classes("ab-field")
            with ui.row().classes("ab-line ab-end"):
                self._close = button("Close", "close", self._dialog.close)
                self._quick = button("Rest only", "self_improvement", lambda: self._go([NEUTRAL]))
                self._full = button(
                    "All six steps", "checklist", lambda: self._go(list(self._says)), flat=False
                )
        self._dialog.on("hide", self._stop)

    def open(self) -> None:
        """Show it, at its beginning."""
        self._count.set_text("")
        self._say.set_text(
            "Sit as you will sit, the camera in front of you. Each step takes a second, and you "
            "get three to make ready."
        )
        for mark in self._marks.values():
            mark.classes(replace="ab-dot")
        self._busy(False)
        self._dialog.open()

    def _go(self, wanted: list[str]) -> None:
        self._stop()
        self._task = asyncio.create_task(self._measure(wanted))

    def _stop(self) -> None:
        if self._task:
            self._task.cancel()
            self._task = None

    async def _measure(self, wanted: list[str]) -> None:
        with self._dialog:
            self._busy(True)
            try:
                for step in wanted:
                    await self._step(step)
            except AvatarBridgeError as error:
                self._count.set_text("")
                self._say.set_text(reason(error))
                complain(error)
            else:
                self._count.set_text("✓")
                self._say.set_text("Done. The avatar now starts from your own face.")
            self._busy(False)
            await self._desk.refresh()

    async def _step(self, step: str) -> None:
        """Count down and measure, a few times if need be.

        Raises:
            AvatarBridgeError: it cannot be measured.
        """
        mark, name = self._marks[step], self._name.value.strip()
        mark.classes(replace="ab-dot ab-now")
        for attempt in range(1, _TRIES + 1):
            self._say.set_text(self._says[step])
            for left in range(COUNTDOWN, 0, -1):
                self._count.set_text(str(left))
                await asyncio.sleep(1.0)
            self._count.set_text("hold")
            try:
                await self._desk.remote.ask(lambda client: client.calibrate(step, name))
            except AvatarBridgeError as error:
                if attempt == _TRIES:
                    raise
                self._count.set_text("again")
                self._say.set_text(reason(error))
                await asyncio.sleep(3 * _PAUSE_S)
                continue
            mark.classes(replace="ab-dot ab-done")
            self._count.set_text("✓")
            await asyncio.sleep(_PAUSE_S)
            return

    def _busy(self, busy: bool) -> None:
        for each in (self._quick, self._full, self._name):
            each.set_enabled(not busy)
