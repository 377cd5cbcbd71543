"""The outputs beside the publisher: on or off, how they do, and their options."""

from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk, complain
from avatar_bridge.dashboard.panels.base import Panel, section
from avatar_bridge.wire.v1 import control_pb2 as pb

_TITLES = {
    "vmc": "VMC: VSeeFace, VNyan, Warudo",
    "vts": "VTube Studio",
    "ifacialmocap": "iFacialMocap",
    "livelink": "Live Link Face: Unreal",
    "vrchat": "VRChat",
    "openseeface": "OpenSeeFace",
    "websocket": "WebSocket: web, OBS",
    "virtualcam": "Virtual camera",
}


class OutputsPanel(Panel):
    """A row for each output that can be turned on."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._rows: dict[str, _Row] = {}
        with section("Outputs", "sensors"):
            self._place = ui.column().classes("ab-rows")

    def show(self, settings: pb.GetSettingsResponse) -> None:
        names = [sink.name for sink in settings.sinks]
        if names != list(self._rows):
            self._place.clear()
            with self._place:
                self._rows = {name: _Row(self.desk, name) for name in names}
        for sink in settings.sinks:
            self._rows[sink.name].show(sink)


class _Row:
    """One output."""

    def __init__(self, desk: Desk, name: str) -> None:
        self._desk = desk
        self._name = name
        self._on = False
        title = _TITLES.get(name, name)
        with ui.element("div").classes("ab-output"):
            self._switch = ui.switch(title, on_change=self._turned).props("dense")
            self._state = ui.label().classes("ab-hint-line")
            self._options = (
                ui.input(placeholder="options: key=value, key=value")
                .props(f'dense borderless aria-label="options of {title}"')
                .classes("ab-options")
            )

    def show(self, sink: pb.SinkState) -> None:
        self._on = sink.on
        self._switch.set_value(sink.on)
        self._state.set_text(sink.state)
        if sink.on or not self._options.value:
            self._options.set_value(", ".join(f"{k}={v}" for k, v in sorted(sink.options.items())))
        self._options.set_enabled(not sink.on)
        self._options.set_visibility(bool(self._options.value) or not sink.on)

    async def _turned(self, event: Any) -> None:
        if event.value == self._on:
            return
        try:
            options = {} if self._on else parse_options(self._options.value)
        except ValueError as error:
            complain(str(error))
            self._switch.set_value(self._on)
            return
        asked = pb.SetSinkRequest(name=self._name, on=event.value, options=options)
        said = f"{self._name}: {'on' if event.value else 'off'}"
        answer = await self._desk.change(said, set_sink=asked)
        if answer is not None:
            self.show(answer.set_sink.sink)
        else:
            self._switch.set_value(self._on)


def parse_options(text: str) -> dict[str, str]:
    """Options as they are typed: `key=value` with commas between.

    Raises:
        ValueError: a part that is none; its text is for people.
    """
    options = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, equals, value = part.partition("=")
        if not equals or not key.strip():
            raise ValueError(f"expected key=value, got {part!r}")
        options[key.strip()] = value.strip()
    return options
