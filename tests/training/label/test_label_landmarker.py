import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from rich.console import Console

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.training.label.command import label
from avatar_bridge.training.label.landmarker import NAMES, _reading, open_mediapipe
from avatar_bridge.training.label.points import MESH_POINTS, POINTS_OF_MESH

ROWS = 24  # of the stored labels that are made anew


def result(names: tuple[str, ...] = NAMES, points: int = MESH_POINTS) -> SimpleNamespace:
    return SimpleNamespace(
        face_landmarks=[[SimpleNamespace(x=i / 1000, y=i / 500) for i in range(points)]],
        face_blendshapes=[[SimpleNamespace(category_name=name, score=0.5) for name in names]],
        facial_transformation_matrixes=[np.eye(4)],
    )


def test_fractions_of_the_picture_become_pixels_of_the_70_points() -> None:
    reading = _reading(result(), 1000, 500)
    assert reading is not None
    np.testing.assert_allclose(reading.points[:, 0], POINTS_OF_MESH, rtol=1e-5)
    np.testing.assert_allclose(reading.points[:, 1], POINTS_OF_MESH, rtol=1e-5)
    assert reading.blendshapes.tolist() == [0.5] * 52


def test_no_face_is_none() -> None:
    assert _reading(SimpleNamespace(face_landmarks=[]), 10, 10) is None


@pytest.mark.parametrize("other", [result(NAMES[1:]), result(NAMES[::-1]), result(points=468)])
def test_another_model_is_refused(other: SimpleNamespace) -> None:
    with pytest.raises(ModelError, match="expected 478 points"):
        _reading(other, 10, 10)


def test_a_missing_package_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = tmp_path / "face_landmarker.task"
    task.touch()
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with (
        pytest.raises(ConfigError, match="pip install mediapipe") as raised,
        open_mediapipe(task, False),
    ):
        pass
    assert "\n" not in str(raised.value)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file at"), open_mediapipe(tmp_path / "no", False):
        pass


def test_nothing_here_needs_torch() -> None:
    code = "import avatar_bridge.training.label.command, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe", reason="needs mediapipe")
    task = tmp_path / "face_landmarker.task"
    task.write_bytes(b"no model")
    with (
        pytest.raises(ConfigError, match="expected a Face Landmarker"),
        open_mediapipe(task, False),
    ):
        pass


@pytest.mark.parametrize(
    ("folder", "file", "tile"),
    [("fer2013", "teacher.npz", 48), ("clips", "d0.teacher.npz", None)],
)
def test_the_stored_labels_are_made_anew(
    data_root: Path, tmp_path: Path, console: Console, folder: str, file: str, tile: int | None
) -> None:
    pytest.importorskip("mediapipe", reason="needs mediapipe")
    task = data_root / "peers" / "face_landmarker.task"
    source = data_root / folder
    if not task.is_file() or not (source / file).is_file():
        pytest.skip(f"needs {task} and {source / file}")
    if tile is None:
        source = tmp_path / "one"
        source.mkdir()
        shutil.copy(data_root / folder / "d0.mp4", source)
    label(source, task, tile, tmp_path / "out", ROWS, console)
    made, stored = np.load(tmp_path / "out" / file), np.load(data_root / folder / file)
    # Another processor may round the nets otherwise; here they agree to the last bit.
    for name, off in (("landmarks", 0.05), ("blendshapes", 0.01), ("pose", 0.05)):
        np.testing.assert_allclose(made[name], stored[name][:ROWS], atol=off)
