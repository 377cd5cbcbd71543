"""How each shape answers: the editor of gain, dead zone, limit and curve, and its profile."""

import json
import math
from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk
from avatar_bridge.dashboard.panels.base import Panel, button
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.wire.v1 import control_pb2 as pb

# The editor starts when its tab is shown for the first time.
_WHEN_THERE = """(async () => {
  for (let tries = 0; tries < 60; tries++) {
    const widget = window.__ab?.widgets["ab-curve"];
    if (widget) return widget.set(%s);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
})()"""
_MOST_POINTS = 64


class ResponsePanel(Panel):
    """The curve's canvas, and what becomes of what was changed there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shape = ""
        ui.element("div").props("id=ab-curve")
        with ui.element("div").classes("ab-curve-side"):
            self._unsaved = ui.label().classes("ab-hint-line").props('role="status"')
            self._name = ui.input("Profile's name").props("outlined dense").classes("ab-field")
            with ui.row().classes("ab-line"):
                button("Save", "save", self._save, flat=False)
                button("Take back", "restart_alt", self._reset, tip="Undo all that is not saved")
        ui.on("ab-shape", self._opened)
        ui.on("ab-response", self._changed, throttle=0.1)

    def show(self, settings: pb.GetSettingsResponse) -> None:
        self._unsaved.set_text(
            f"changed, and not saved: {settings.profile}"
            if settings.unsaved
            else f"as the profile {settings.profile} has it"
        )

    def _opened(self, event: Any) -> None:
        name = event.args if isinstance(event.args, str) else ""
        if name in BLENDSHAPES:
            self._shape = name
            self._tell()

    def _tell(self) -> None:
        """Give the editor what the bridge has."""
        settings = self.desk.settings
        if settings is None or not self._shape or not settings.responses:
            return
        response = settings.responses[BLENDSHAPES.index(self._shape)]
        said = json.dumps(
            {
                "name": self._shape,
                "gain": round(response.gain, 4),
                "dead_zone": round(response.dead_zone, 4),
                "limit": round(response.limit, 4),
                "curve": [round(number, 4) for number in response.curve],
            }
        )
        ui.run_javascript(_WHEN_THERE % said)

    async def _changed(self, event: Any) -> None:
        read = read_response(event.args)
        if read is None:
            return
        name, response = read
        await self.desk.change(edit_profile=pb.EditProfileRequest(responses={name: response}))
        self._again()

    async def _save(self) -> None:
        name = self._name.value.strip()
        asked = pb.EditProfileRequest(save_as=name or "mine")
        answer = await self.desk.change(edit_profile=asked)
        if answer is None:
            return
        await self.desk.change(
            f"saved {answer.edit_profile.path}",
            set_profile=pb.SetProfileRequest(name=name or "mine"),
        )
        self._again()

    async def _reset(self) -> None:
        await self.desk.change("as it was", edit_profile=pb.EditProfileRequest(reset=True))
        self._again()
        self._tell()

    def _again(self) -> None:
        if self.desk.settings is not None:
            self.show(self.desk.settings)


def read_response(said: object) -> tuple[str, pb.ShapeResponse] | None:
    """What the editor says, or None for what is no response of a shape."""
    if not isinstance(said, dict) or said.get("name") not in BLENDSHAPES:
        return None
    curve = said.get("curve") or []
    numbers = [said.get("gain", 1), said.get("dead_zone", 0), said.get("limit", 1), *curve]
    if len(curve) > 2 * _MOST_POINTS or not all(
        isinstance(number, int | float) and math.isfinite(number) for number in numbers
    ):
        return None
    gain, dead_zone, limit, *points = numbers
    return said["name"], pb.ShapeResponse(gain=gain, dead_zone=dead_zone, limit=limit, curve=points)
