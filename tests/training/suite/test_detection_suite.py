"""The suite's tables with detectors and films that are made up."""

import csv
import io
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from avatar_bridge.clock import NS_PER_MS
from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training import cli
from avatar_bridge.training.suite.detection.candidate import ABLATIONS, Candidate, find_candidates
from avatar_bridge.training.suite.detection.films import COUPLE
from avatar_bridge.training.suite.detection.follow import Following
from avatar_bridge.training.suite.detection.overlay import draw_sheet, worst_first
from avatar_bridge.training.suite.detection.scene import Scene, SceneSet
from avatar_bridge.training.suite.detection.suite import (
    DetectionTables,
    find_faces,
    run_suite,
    set_rows,
)
from avatar_bridge.training.suite.detection.time import filled
from avatar_bridge.training.suite.detection.tracking import Tally, tracking_rows
from avatar_bridge.training.suite.detection.yunet import FILE, YuNetDetector, face_box_of
from avatar_bridge.training.suite.table import SuiteTable
from avatar_bridge.types import Detection, Image

QUIET = Console(file=io.StringIO())
BOX = np.array([10, 10, 50, 50], np.float32)


class Fixed:
    """Finds the same everywhere."""

    def __init__(self, *found: Detection) -> None:
        self._found = found

    def detect(self, image: Image) -> tuple[Detection, ...]:
        return self._found


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """One without any model."""
    (tmp_path / "manifest.toml").touch()
    return ModelStore(tmp_path)


@pytest.fixture
def scenes() -> SceneSet:
    """Two grey pictures, in only one of which there is a face."""
    grey = np.full((60, 80), 90, np.uint8)
    known = Scene("face", grey, BOX[None], groups=(frozenset({"lit"}),))
    empty = Scene("none", grey, np.zeros((0, 4), np.float32))
    return SceneSet("afw", "two pictures", (known, empty), 20, complete=True)


@pytest.fixture
def candidates() -> list[Candidate]:
    def never(min_face: int, threads: int) -> Fixed:
        raise AssertionError("opened, though it is not installed")

    good = Candidate("good", lambda face, threads: Fixed(Detection(BOX, 0.9)))
    return [good, Candidate("blind", lambda *_: Fixed()), Candidate("absent", never, "not here")]


def test_every_detector_gets_its_figures(candidates: list[Candidate], scenes: SceneSet) -> None:
    found = find_faces(candidates, scenes, None, QUIET)  # type: ignore[arg-type]
    assert found.keys() == {"good", "blind"}
    rows = {row.name: row for row in set_rows(scenes, found)}
    assert rows["recall, afw"].cells["good"].value == 100.0
    assert rows["recall, afw"].reached("blind") is False
    assert rows["precision, afw"].cells["good"].value == 50.0  # it sees a face in both
    assert rows["precision, afw"].text("blind") == "(nothing found)"
    assert rows["recall, afw, lit"].on == "1 faces"


def test_the_sheet_shows_the_worst_pictures_first(
    candidates: list[Candidate], scenes: SceneSet, tmp_path: Path
) -> None:
    verdicts = find_faces(candidates, scenes, None, QUIET)["good"]  # type: ignore[arg-type]
    assert [v.scene.name for v in worst_first(verdicts, 1)] == ["none"]
    draw_sheet(verdicts, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 0


def test_a_detector_without_its_model_stays_and_says_so(store: ModelStore, tmp_path: Path) -> None:
    found = {c.name: c for c in find_candidates(["haar", "mtcnn", ABLATIONS[0]], store, tmp_path)}
    assert list(found) == ["haar", "mtcnn", ABLATIONS[0], "YuNet"]
    assert found["haar"].missing == ""
    assert "mtcnn_pnet" in found["mtcnn"].missing
    assert ABLATIONS[0] in found[ABLATIONS[0]].missing
    assert "expected YuNet at" in found["YuNet"].missing


def test_an_unknown_detector_is_one_line(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown detector 'harr'; expected one of: haar, "):
        find_candidates(["harr"], store, tmp_path)


def test_the_command_takes_detectors(store: ModelStore, tmp_path: Path) -> None:
    command = ["evaluate", "harr", "--suite", "detection", "--data", str(tmp_path)]
    result = CliRunner().invoke(cli.app, [*command, "--models", str(store.folder)])
    assert isinstance(result.exception, ConfigError)
    assert "unknown detector 'harr'" in str(result.exception)


def test_missing_data_is_one_line(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the suite needs dlib_faces in the data folder"):
        run_suite(["haar"], store, tmp_path, tmp_path / "out", QUIET)


def test_trackers_are_told_apart_by_clips_and_couple(tmp_path: Path) -> None:
    tally = Tally(
        {
            "d0": Following(100, 100, (0.0,) * 100, (0,)),
            "d3": Following(100, 90, (0.1,) * 100, (2, 7), ghosts=3),
            COUPLE: Following(50, 40, (0.2,), (4,), switches=1),
        },
        frames=200,
        total=Counter(detect=200 * NS_PER_MS, track=100 * NS_PER_MS, analyze=9000 * NS_PER_MS),
    )
    rows = tracking_rows({"way": tally})
    said = {row.name: row.cells["way"] for row in rows}
    assert said["followed, IoU 0.6"].value == 95.0
    assert (said["followed, worst clip"].value, said["followed, worst clip"].note) == (90.0, "d3")
    assert said["found, worst"].value == 7
    assert said["ghosts"].value == 3
    assert said["two people, followed"].value == 80.0
    assert said["two people, switches"].value == 1
    assert said["beside the face net"].value == pytest.approx(1.5)
    tables = DetectionTables(SuiteTable((), ()), SuiteTable(("way",), tuple(rows)))
    tables.write(tmp_path)
    with (tmp_path / "tracking.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["way"] == "95"
    assert (tmp_path / "detection.md").is_file()


def test_a_file_that_is_no_yunet_is_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "yunet.onnx"
    broken.write_text("version https://git-lfs.github.com/spec/v1")
    with pytest.raises(ConfigError, match=r"yunet\.onnx: expected YuNet, got: ") as caught:
        YuNetDetector(broken)
    assert "\n" not in str(caught.value)


def test_yunet_finds_nothing_in_a_thin_line(data_root: Path) -> None:
    path = data_root / FILE
    if not path.is_file():
        pytest.skip(f"no {path}")
    assert YuNetDetector(path).detect(np.zeros((9, 3000, 3), np.uint8)) == ()


def test_yunets_rectangle_becomes_a_square_around_brow_and_chin() -> None:
    x0, y0, x1, y1 = face_box_of(np.array([100.0, 200.0, 80.0, 100.0]))
    assert x1 - x0 == pytest.approx(y1 - y0, abs=1e-3)
    assert x1 - x0 == pytest.approx(0.9 * math.sqrt(8000), rel=1e-5)
    assert (x0 + x1) / 2 == pytest.approx(140)
    assert 250 < (y0 + y1) / 2 < 270


@pytest.mark.parametrize("shape", [(375, 500), (480, 360), (720, 1280)])
def test_pictures_are_filled_to_size(shape: tuple[int, int]) -> None:
    assert filled(np.zeros((*shape, 3), np.uint8), (640, 480)).shape == (480, 640, 3)
