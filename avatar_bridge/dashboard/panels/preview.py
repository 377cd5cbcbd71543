"""A picture of the face with an expression: live, or an emotion as strong as asked."""

from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk
from avatar_bridge.dashboard.panels.base import Panel, choice, show_choice
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.wire.v1 import control_pb2 as pb
from avatar_bridge.wire.v1 import face_pb2

LIVE, UNITS = "live", "action units"
_FPS = 8.0
_FACE, _HEAD = "my face", "built-in head"
_KINDS = {_FACE: face_pb2.IMAGE_KIND_GENERATED, _HEAD: face_pb2.IMAGE_KIND_HEAD}


class PreviewPanel(Panel):
    """The picture and what it shows."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._on = False
        ui.element("div").props("id=ab-preview")
        with ui.element("div").classes("ab-preview-side"):
            self._switch = ui.switch("Show a preview", on_change=self._turned).props("dense")
            self._emotion = choice("Expression", self._apply)
            self._emotion.set_options([LIVE, *EMOTIONS, UNITS], value=LIVE)
            self._kind = choice("Drawn on", self._apply)
            self._kind.set_options(list(_KINDS), value=_FACE)
            self._net = choice("Generator", self._apply)
            ui.label("Intensity").classes("ab-hint-line")
            self._intensity = (
                ui.slider(min=0.0, max=1.0, step=0.05, value=0.8)
                .props('label aria-label="intensity of the emotion"')
                .on("change", self._apply)
            )

    def show(self, settings: pb.GetSettingsResponse) -> None:
        self._on = settings.HasField("preview") and settings.preview.fps > 0
        self._switch.set_value(self._on)
        self._net.set_visibility(len(settings.generators) > 1)
        if not settings.generators and not self._on and self._kind.value == _FACE:
            self._kind.set_value(_HEAD)  # without a generator only the head can be drawn
        if settings.generators:
            current = self._net.value or settings.generators[0]
            show_choice(self._net, settings.generators, current)

    async def _turned(self, event: Any) -> None:
        if event.value != self._on:
            await self._send(event.value)

    async def _apply(self) -> None:
        if self._on:
            await self._send(True)

    async def _send(self, on: bool) -> None:
        asked = pb.SetPreviewRequest(
            fps=_FPS if on else 0.0,
            emotion=self._emotion.value or LIVE,
            intensity=self._intensity.value,
            kind=_KINDS[self._kind.value or _FACE],
            net=self._net.value or "",
        )
        if await self.desk.change(set_preview=asked) is None:
            self._switch.set_value(self._on)
        elif self.desk.settings is not None:
            self.show(self.desk.settings)
