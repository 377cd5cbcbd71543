"""Pictures of the suite's table: bars against the targets, and a map of every shape."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPES

if TYPE_CHECKING:
    from avatar_bridge.training.suite.table import Measure

_COLUMNS = 3
_FOR_WORDS = 0.5  # room beside the longest bar, in its length
_REACHED, _MISSED, _PLAIN = "#2e8b57", "#c0392b", "#7f8c9b"
_DARK = 0.35  # below this a colour of the map wants light letters


def draw_measures(readers: Sequence[str], measures: Sequence["Measure"], path: Path) -> None:
    """A panel for each measure: a bar for each reader, the target as a dashed line."""
    drawn = [m for m in measures if any(c.value is not None for c in m.cells.values())]
    rows = max(1, -(-len(drawn) // _COLUMNS))
    height = rows * (0.7 + 0.28 * len(readers))
    figure = Figure(figsize=(5.2 * _COLUMNS, height + 0.3), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(rows, _COLUMNS, squeeze=False).ravel()
    for panel in panels[len(drawn) :]:
        panel.set_axis_off()
    for panel, measure in zip(panels, drawn, strict=False):
        cells = [measure.cells.get(reader) for reader in readers]
        values = [0.0 if c is None or c.value is None else c.value for c in cells]
        colours = [
            {True: _REACHED, False: _MISSED, None: _PLAIN}[measure.reached(reader)]
            for reader in readers
        ]
        places = np.arange(len(readers))
        panel.barh(places, values, color=colours, height=0.7)
        low, top = min(0.0, *values), max(0.0, *values, measure.target or 0.0)
        span = top - low or 1.0
        for place, reader, value in zip(places, readers, values, strict=True):
            label = panel.text(
                max(value, 0.0) + 0.02 * span, place, measure.text(reader), va="center", fontsize=7
            )
            label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8})
        if measure.target is not None:
            panel.axvline(measure.target, color="black", linestyle="--", linewidth=0.9)
        panel.set_xlim(low - (0.03 * span if low else 0.0), top + _FOR_WORDS * span)
        panel.set_yticks(places, readers, fontsize=8)
        panel.invert_yaxis()
        panel.tick_params(axis="x", labelsize=7)
        unit = f", {measure.unit}" if measure.unit else ""
        panel.set_title(f"{measure.name}{unit}   {measure.goal()}", fontsize=9, loc="left")
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def draw_shapes(shapes: Mapping[str, Mapping[str, NDArray[np.floating]]], path: Path) -> None:
    """A map with a row for each shape and a column for each set and reader; grey is unknown."""
    columns = [(group, reader) for group, said in shapes.items() for reader in said]
    values = np.stack([shapes[group][reader] for group, reader in columns], axis=1)
    figure = Figure(figsize=(2.6 + 0.75 * len(columns), 13), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_facecolor("#d5d8dc")
    axes.imshow(values, cmap="RdYlGn", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(np.isfinite(values)):
        value = float(values[row, column])
        colour = "white" if value < _DARK / 2 or value > 1 - _DARK / 4 else "black"
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7, color=colour)
    axes.set_yticks(range(len(BLENDSHAPES)), BLENDSHAPES, fontsize=8)
    names = [f"{group}\n{reader}" for group, reader in columns]
    axes.set_xticks(range(len(columns)), names, fontsize=8, rotation=60)
    axes.xaxis.tick_top()
    start = 0
    for said in list(shapes.values())[:-1]:
        start += len(said)
        axes.axvline(start - 0.5, color="white", linewidth=4)
    figure.savefig(path)
