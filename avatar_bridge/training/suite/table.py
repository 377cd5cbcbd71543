"""The suite's table: rows are measures, columns are readers."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.suite.draw import draw_measures, draw_shapes

_HEADINGS = ("measure", "unit", "target", "measured on")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure.

    Attributes:
        value: None where there is none.
        note: what has to be known of it, in few words.
    """

    value: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """One row.

    Attributes:
        name: of what is measured.
        unit: of the figures; empty for a correlation or a share of 1.
        on: what it is measured on.
        cells: by the name of the reader; a reader that is not there has no figure.
        target: the figure to reach, or None where there is no goal.
        more_is_better: whether a good figure lies above the target.
        digits: shown behind the point.
    """

    name: str
    unit: str
    on: str
    cells: Mapping[str, Cell]
    target: float | None = None
    more_is_better: bool = True
    digits: int = 3

    def reached(self, reader: str) -> bool | None:
        """Whether a reader reaches the target; None where nobody can say."""
        value = self.cells.get(reader, Cell()).value
        if value is None or self.target is None:
            return None
        return value >= self.target if self.more_is_better else value <= self.target

    def text(self, reader: str) -> str:
        """A reader's cell as text."""
        cell = self.cells.get(reader, Cell())
        if cell.value is None:
            return f"({cell.note})" if cell.note else ""
        shown = f"{cell.value:.{self.digits}f}"
        return f"{shown} ({cell.note})" if cell.note else shown

    def goal(self) -> str:
        """The target as text."""
        if self.target is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {self.target:g}"


@dataclass(frozen=True, slots=True, eq=False)
class SuiteTable:
    """Everything that was measured.

    Attributes:
        readers: names of the columns.
        measures: the rows.
        shapes: what was measured shape by shape: set → reader → (52,) in canonical order, NaN
            where a shape does not move in that set.
    """

    readers: tuple[str, ...]
    measures: tuple[Measure, ...]
    shapes: Mapping[str, Mapping[str, NDArray[np.floating]]] = field(default_factory=dict)


def write(table: SuiteTable, out: Path, name: str = "face") -> None:
    """Leave `NAME.csv`, `.md` and `.png` in a folder, and the same of the shapes if there are any.

    The files of the shapes are `NAME_shapes.csv` and `.png`.
    """
    out.mkdir(parents=True, exist_ok=True)
    notes = [f"{reader} note" for reader in table.readers]
    rows = [[*_HEADINGS, *(x for pair in zip(table.readers, notes, strict=True) for x in pair)]]
    for measure in table.measures:
        line = [measure.name, measure.unit, measure.goal(), measure.on]
        for reader in table.readers:
            cell = measure.cells.get(reader, Cell())
            line += ["" if cell.value is None else f"{cell.value:.6g}", cell.note]
        rows.append(line)
    _write_csv(out / f"{name}.csv", rows)
    (out / f"{name}.md").write_text(_markdown(table), encoding="utf-8")
    draw_measures(table.readers, table.measures, out / f"{name}.png")
    if table.shapes:
        _write_shapes(table, out / f"{name}_shapes")


def _write_csv(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def _markdown(table: SuiteTable) -> str:
    lines = [[*_HEADINGS, *table.readers], ["---"] * (len(_HEADINGS) + len(table.readers))]
    for measure in table.measures:
        cells = []
        for reader in table.readers:
            text = measure.text(reader)
            cells.append(f"**{text}**" if measure.reached(reader) else text)
        lines.append([measure.name, measure.unit, measure.goal(), measure.on, *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _write_shapes(table: SuiteTable, path: Path) -> None:
    columns = [(group, reader) for group, said in table.shapes.items() for reader in said]
    rows = [["shape", *(f"{group}: {reader}" for group, reader in columns)]]
    for index, shape in enumerate(BLENDSHAPES):
        values = [float(table.shapes[group][reader][index]) for group, reader in columns]
        rows.append([shape, *("" if np.isnan(v) else f"{v:.4f}" for v in values)])
    _write_csv(path.with_suffix(".csv"), rows)
    draw_shapes(table.shapes, path.with_suffix(".png"))


def show(table: SuiteTable, console: Console) -> None:
    """Print the table: green where a target is reached, red where it is missed."""
    shown = Table("measure", "target", *table.readers)
    for measure in table.measures:
        cells = []
        for reader in table.readers:
            style = {True: "green", False: "red", None: ""}[measure.reached(reader)]
            cells.append(Text(measure.text(reader), style))
        name = f"{measure.name}, {measure.unit}" if measure.unit else measure.name
        shown.add_row(name, measure.goal(), *cells)
    console.print(shown)
