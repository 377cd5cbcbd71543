"""What a panel is, and the parts that several are made of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from avatar_bridge.dashboard.desk import Desk
from avatar_bridge.wire.v1 import control_pb2 as pb


class Panel:
    """Shows one part of the settings and changes it.

    A panel sets its controls to what the bridge says, and asks the bridge only for what differs
    from that: so what it sets itself asks for nothing.

    Args:
        desk: shared by all.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def show(self, settings: pb.GetSettingsResponse) -> None:
        """Show how the bridge is set now."""
        raise NotImplementedError


@contextmanager
def section(title: str, icon: str) -> Iterator[None]:
    """A titled part of the drawer."""
    with ui.element("section").classes("ab-section").props(f'aria-label="{title}"'):
        with ui.element("h2").classes("ab-section-title"):
            ui.icon(icon).props('aria-hidden="true"')
            ui.label(title)
        yield


def choice(label: str, on_change: Any) -> ui.select:
    """A list of names to choose one from."""
    return (
        ui.select([], label=label, on_change=on_change)
        .props("outlined dense options-dense behavior=menu")
        .classes("ab-field")
    )


def show_choice(control: ui.select, names: Sequence[str], current: str) -> None:
    """Set what can be chosen, and what is."""
    options = list(dict.fromkeys((*names, current) if current else names))
    if control.options != options or control.value != (current or None):
        control.set_options(options, value=current or None)


def button(text: str, icon: str, on_click: Any, *, tip: str = "", flat: bool = True) -> ui.button:
    """A button of words and an icon."""
    made = ui.button(text, icon=icon, on_click=on_click, color=None).props(
        "no-caps unelevated dense"
    )
    made.classes("ab-push" + (" ab-quiet" if flat else " ab-strong"))
    if tip:
        made.props(f'title="{tip}" aria-label="{text}: {tip}"')
    return made
