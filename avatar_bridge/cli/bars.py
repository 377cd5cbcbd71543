"""The live view in a terminal: 52 bars, the emotion and the head."""

import math

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.geometry import head_angles
from avatar_bridge.types import FaceState

_COLUMNS = 3
_BAR = 12  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_MARKS = {Capability.MEASURED: " ", Capability.DERIVED: "~", Capability.UNSUPPORTED: "-"}


def bar(value: float, width: int = _BAR) -> str:
    """A bar of block characters for a value in [0, 1]."""
    eighths = round(max(0.0, min(1.0, value)) * width * 8)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(width)


def face_view(
    state: FaceState | None, capabilities: tuple[Capability, ...] | None, headline: str
) -> RenderableType:
    """Everything about one face.

    Args:
        state: what to show, or None while nothing has come.
        capabilities: marks derived (~) and unsupported (-) shapes, where known.
        headline: a line above the bars.
    """
    if state is None:
        return Text(f"{headline}\nwaiting for the first frame …", style="dim")
    return Group(Text(headline, style="bold"), _summary(state), _shapes(state, capabilities))


def _summary(state: FaceState) -> Text:
    yaw, pitch, roll = (math.degrees(angle) for angle in head_angles(state.head_pose))
    top = int(state.emotions.probabilities.argmax())
    valence, arousal = state.emotions.valence_arousal
    seen = "tracked" if state.tracked else "no face"
    return Text(
        f"face {state.face_id} {seen} {state.confidence:.2f}   "
        f"{EMOTIONS[top]} {state.emotions.probabilities[top]:.2f}  "
        f"valence {valence:+.2f}  arousal {arousal:+.2f}   "
        f"head {yaw:+.0f}° {-pitch:+.0f}° {-roll:+.0f}°  {-state.head_pose.position[2]:.2f} m",
        style="green" if state.tracked else "yellow",
    )


def _shapes(state: FaceState, capabilities: tuple[Capability, ...] | None) -> RenderableType:
    rows = math.ceil(len(BLENDSHAPES) / _COLUMNS)
    tables = []
    for column in range(_COLUMNS):
        table = Table.grid(padding=(0, 1))
        for index in range(column * rows, min((column + 1) * rows, len(BLENDSHAPES))):
            weight = float(state.blendshapes.weights[index])
            mark = _MARKS[capabilities[index]] if capabilities else " "
            style = "cyan" if weight > 0.05 else "dim"
            name = Text(f"{mark}{BLENDSHAPES[index]}", style=style)
            table.add_row(name, Text(bar(weight), style=style), f"{weight:.2f}")
        tables.append(table)
    return Columns(tables, padding=(0, 2))
