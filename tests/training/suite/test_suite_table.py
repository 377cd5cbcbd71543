import csv
import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from rich.console import Console

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.suite.face import gap, run_suite
from avatar_bridge.training.suite.table import Cell, Measure, SuiteTable, show, write


@pytest.fixture(scope="module")
def table() -> SuiteTable:
    r = np.full(52, np.nan)
    r[:3] = (1.0, 0.25, -0.5)
    return SuiteTable(
        readers=("small", "large"),
        measures=(
            Measure("true shapes", "mean r", "faces", {"small": Cell(0.5), "large": Cell(0.9)},
                    0.88),
            Measure("points", "%", "AFW", {"small": Cell(4.5, "2 not found")}, 4.5,
                    more_is_better=False, digits=2),
            Measure("lost", "", "clips", {"small": Cell(-0.01), "large": Cell(note="unknown")}),
        ),
        shapes={"drawn r": {"small": r, "large": np.zeros(52)}},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(table: SuiteTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is written of the table, in a folder that was not there."""
    folder = tmp_path_factory.mktemp("suite") / "out"
    write(table, folder)
    return folder


def test_targets_are_reached_from_their_own_side(table: SuiteTable) -> None:
    shapes, points, lost = table.measures
    assert [shapes.reached(r) for r in table.readers] == [False, True]
    assert [points.reached(r) for r in table.readers] == [True, None]
    assert lost.reached("small") is None
    assert (shapes.goal(), points.goal(), lost.goal()) == ("≥ 0.88", "≤ 4.5", "")


def test_the_csv_has_every_figure_and_note(folder: Path) -> None:
    with (folder / "face.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["large"] for row in rows] == ["0.9", "", ""]
    assert rows[1]["small"] == "4.5"
    assert rows[1]["small note"] == "2 not found"
    assert rows[0]["target"] == "≥ 0.88"
    with (folder / "face_shapes.csv").open(newline="", encoding="utf-8") as file:
        shapes = list(csv.DictReader(file))
    assert len(shapes) == 52
    assert shapes[0]["shape"] == "eyeBlinkLeft"
    assert float(shapes[2]["drawn r: small"]) == -0.5
    assert shapes[3]["drawn r: small"] == ""


def test_the_markdown_marks_what_is_reached(folder: Path) -> None:
    lines = (folder / "face.md").read_text(encoding="utf-8").splitlines()
    assert lines[2] == "| true shapes | mean r | ≥ 0.88 | faces | 0.500 | **0.900** |"
    assert lines[3].endswith("| **4.50 (2 not found)** |  |")
    assert lines[4].endswith("| -0.010 | (unknown) |")


def test_the_pictures_can_be_read(folder: Path) -> None:
    for name in ("face.png", "face_shapes.png"):
        picture = cv2.imread(str(folder / name))
        assert picture is not None
        assert min(picture.shape[:2]) > 100
        assert picture.std() > 5


def test_the_table_is_shown(table: SuiteTable) -> None:
    console = Console(width=120, file=io.StringIO())
    show(table, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "true shapes, mean r" in text
    assert "4.50 (2 not found)" in text


def test_the_gap_is_over_what_both_can_judge() -> None:
    drawn, real = np.full(52, 0.5), np.full(52, np.nan)
    real[:2] = (0.9, 0.7)
    drawn[1] = np.nan
    (cell,) = gap({"net": drawn}, {"net": real}).values()
    assert cell.value == pytest.approx(-0.4)
    assert cell.note == "1 shapes"


def test_an_unknown_net_is_named_with_the_choices(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text("")
    store, console = ModelStore(tmp_path), Console(quiet=True)
    with pytest.raises(ConfigError, match="unknown face net 'x'; expected one of: none"):
        run_suite(["x"], store, tmp_path, tmp_path, console)
    with pytest.raises(ConfigError, match="at least one face net"):
        run_suite([], store, tmp_path, tmp_path, console)


def test_missing_data_is_named(tmp_path: Path) -> None:
    store = ModelStore()
    face = next(n for n in store.names() if store.find(n).card.task == "face")
    with pytest.raises(ConfigError, match="the suite needs clips in the data folder"):
        run_suite([face], store, tmp_path, tmp_path, Console(quiet=True))
