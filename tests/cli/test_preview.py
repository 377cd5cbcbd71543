"""The command that shows a face with another expression."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from tiny_generators import link_real_models, write_generator

from avatar_bridge.capture.performer import create
from avatar_bridge.cli.main import main
from avatar_bridge.clock import ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.inference import store
from avatar_bridge.types import Image

Run = Callable[..., int]


@pytest.fixture(scope="module")
def face() -> Image:
    """The performer, in the first picture."""
    source = create("", SourceConfig(realtime=False), ManualClock())
    frame = source.read()
    source.close()
    assert frame is not None
    return frame.image


@pytest.fixture
def preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in an empty folder, the real face nets and tiny generators installed."""
    models = tmp_path / "models"
    link_real_models(models)
    write_generator(models, "tiny")
    write_generator(models, "tiny_au", conditions=BLENDSHAPES)
    monkeypatch.setattr(store, "packaged_models", lambda: models)
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["avatar-bridge", "preview", *words])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0)

    return run


def write(path: Path, image: Image) -> str:
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return str(path)


def test_one_expression(preview: Run, tmp_path: Path, face: Image) -> None:
    name = write(tmp_path / "face.png", face)
    assert preview(name, "--emotion", "happiness", "--intensity", "0.8", "--net", "tiny") == 0
    made = cv2.imread(str(tmp_path / "face_happiness.png"))
    assert made.shape == face.shape
    changed = np.abs(made.astype(int) - face).max(axis=2) > 0
    assert 0.005 < changed.mean() < 0.4
    assert preview(name, "--emotion", "happiness", "--net", "tiny") == 2  # it is there already
    assert preview(name, "--emotion", "neutral", "--net", "tiny", "-o", "same.png") == 0
    assert np.array_equal(cv2.imread("same.png"), face)


def test_a_sheet_and_units(preview: Run, tmp_path: Path, face: Image) -> None:
    name = write(tmp_path / "face.png", face)
    assert preview(name, "--strip", "--net", "tiny", "-o", "sheet.jpg") == 0
    height, width = cv2.imread("sheet.jpg").shape[:2]
    assert 1.1 < height / width < 1.5  # seven rows of five, and the words
    assert preview(name, "--emotion", "fear", "--net", "tiny", "--head", "-o", "both.png") == 0
    assert cv2.imread("both.png").shape[1] > 1.9 * face.shape[1]
    Path("units.json").write_text(json.dumps({"AU12": 0.5, "jawOpen": 1.0}))
    Path("units.toml").write_text("AU12 = 0.5\njawOpen = 1\n")
    for file in ("units.json", "units.toml"):
        assert preview(name, "--aus", file, "--net", "tiny_au", "-o", f"{file}.png") == 0
    assert Path("units.json.png").read_bytes() == Path("units.toml.png").read_bytes()


def test_what_cannot_be_shown(
    preview: Run, tmp_path: Path, face: Image, capsys: pytest.CaptureFixture[str]
) -> None:
    name = write(tmp_path / "face.png", face)
    blank = write(tmp_path / "blank.png", np.full((200, 300, 3), 120, np.uint8))
    double = write(tmp_path / "double.png", np.hstack([face, face]))
    scale = 60 / face.shape[0]
    small = write(tmp_path / "small.png", cv2.copyMakeBorder(
        cv2.resize(face, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA),
        150, 150, 150, 150, cv2.BORDER_REPLICATE))  # fmt: skip
    (tmp_path / "broken.png").write_bytes((tmp_path / "face.png").read_bytes()[:300])
    write(tmp_path / "huge.png", np.zeros((6400, 6400), np.uint8))
    Path("bad.json").write_text('{"AU99": 1}')
    Path("words.png").write_text("not a picture")
    Path("folder.png").mkdir()
    fear = ("--emotion", "fear", "--net", "tiny")
    for words, said in (
        ((blank, *fear), "expected a face, got none"),
        ((double, *fear), "expected one face, got 2"),
        ((double, *fear, "--face", "3"), "from 1 to 2, got 3"),
        ((small, *fear), "48 pixels or more from eyes to chin, got"),
        (("broken.png", *fear), "cannot be decoded"),
        (("huge.png", *fear), "got 6400 x 6400"),
        (("words.png", *fear), "cannot be decoded"),
        (("folder.png", *fear), "expected a readable image"),
        ((name, *fear, "-o", "folder.png"), "folder.png"),
        (("none.png", *fear), "expected a readable image"),
        ((name, "--net", "tiny"), "expected one of --emotion, --aus and --strip"),
        ((name, "--emotion", "joy", "--net", "tiny"), "expected one of anger"),
        ((name, *fear, "--intensity", "2"), "expected 0 to 1, got 2"),
        ((name, "--emotion", "fear", "--net", "x"), "unknown generator 'x'"),
        ((name, *fear, "-o", "a.gif"), "expected a name that ends in"),
        ((name, *fear, "-o", "no/a.png"), "expected an existing folder"),
        ((name, *fear, "--avatar", "none.glb"), "none.glb"),
        ((name, "--aus", "bad.json", "--net", "tiny_au"), "got 'AU99'"),
    ):
        assert preview(*words) == 2, words
        errors = capsys.readouterr().err
        assert said in errors, (words, errors)
        assert "Traceback" not in errors
    assert preview(double, *fear, "--face", "2", "-o", "second.png") == 0
    made, twice = cv2.imread("second.png"), cv2.imread("double.png")
    half = face.shape[1] // 2
    assert np.array_equal(made[:, : face.shape[1] - half], twice[:, : face.shape[1] - half])
    assert not np.array_equal(made, twice)
