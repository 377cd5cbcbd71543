"""Tables of numbers with a header, as capture tools write them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import TakeError


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The columns that were asked for.

    Attributes:
        text: cells by column.
        numbers: (F, N) columns as asked for; NaN where a cell is empty. Those
            of `also` come last, and only if all are there.
        complete: whether those of `also` were all there.
    """

    text: dict[str, list[str]]
    numbers: NDArray[np.float64]
    complete: bool


def read_table(
    path: Path, *, text: tuple[str, ...], numbers: tuple[str, ...], also: tuple[str, ...] = ()
) -> Table:
    """Read some columns; others are skipped.

    Args:
        path: of a CSV file with a header.
        text: names of columns of text, in lower case, as all names here: a header is read so.
        numbers: names of columns of numbers.
        also: names of columns of numbers that may be missing.

    Raises:
        TakeError: unreadable, a column missing, a row that is too short, or no number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise TakeError(f"expected a readable take at {path}, got: {error.strerror}") from error
    except (ValueError, csv.Error) as error:
        raise TakeError(f"{path}: expected a table with a header, got: {error}") from error
    place = {name.strip().lower(): index for index, name in enumerate(header)}
    for name in (*text, *numbers):
        if name not in place:
            raise TakeError(f"{path}: expected a column {name}, got none")
    if not rows:
        raise TakeError(f"{path}: expected at least one row, got none")
    complete = all(name in place for name in also)
    wanted = (*numbers, *(also if complete else ()))
    columns = [place[name] for name in wanted]
    values = np.empty((len(rows), len(wanted)), np.float64)
    cells: dict[str, list[str]] = {name: [] for name in text}
    for line, row in enumerate(rows):
        try:
            for name, column in cells.items():
                column.append(row[place[name]])
            values[line] = [float(row[column]) if row[column] else np.nan for column in columns]
        except (IndexError, ValueError) as error:
            raise TakeError(
                f"{path}: row {line + 1}: expected a whole row of numbers, got: {error}"
            ) from error
    if np.isinf(values).any():
        raise TakeError(f"{path}: expected finite numbers, got others")
    return Table(cells, values, complete)
