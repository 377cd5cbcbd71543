from pathlib import Path

import cv2
import numpy as np
import pytest
from fake_teacher import BRIGHT, TILE, FakeTeacher
from rich.console import Console

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.teacher import read_teacher
from avatar_bridge.training.label.command import label
from avatar_bridge.training.label.landmarker import NAMES

TASK = Path("face_landmarker.task")


def test_rows_of_the_labels_are_read_in_order(
    sheets: Path, teacher: FakeTeacher, console: Console, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "folder"
    path = label(sheets, TASK, TILE, out, None, console, open_landmarker=teacher.open)
    assert path == out / "teacher.npz"
    arrays = dict(np.load(path))
    assert arrays["landmarks"].shape == (6, 70, 2)
    assert arrays["blendshapes"].shape == (6, 52)
    for name in ("landmarks", "blendshapes", "pose"):
        assert arrays[name].dtype == np.float16
        assert np.isnan(arrays[name][1::2]).all()
    np.testing.assert_array_equal(arrays["landmarks"][::2], TILE / 2)  # the tile's own pixels
    assert arrays["blendshape_names"].tolist() == list(NAMES)
    assert teacher.opened == [False]
    assert read_teacher(path, 6)[1].shape == (6, 70, 2)
    assert [one.name for one in out.iterdir()] == ["teacher.npz"]


def test_without_labels_all_tiles_are_read(
    sheets: Path, teacher: FakeTeacher, console: Console
) -> None:
    (sheets / "labels.npz").unlink()
    path = label(sheets, TASK, TILE, None, None, console, open_landmarker=teacher.open)
    assert path == sheets / "teacher.npz"
    assert len(np.load(path)["pose"]) == 8


def test_limit_stops_early(sheets: Path, teacher: FakeTeacher, console: Console) -> None:
    path = label(sheets, TASK, TILE, None, 3, console, open_landmarker=teacher.open)
    assert len(np.load(path)["pose"]) == len(teacher.shapes) == 3


def test_a_file_is_overwritten_only_by_force(
    sheets: Path, teacher: FakeTeacher, console: Console
) -> None:
    path = sheets / "teacher.npz"
    path.write_bytes(b"precious")
    with pytest.raises(ConfigError, match="expected a new file"):
        label(sheets, TASK, TILE, None, None, console, open_landmarker=teacher.open)
    assert path.read_bytes() == b"precious"
    assert not teacher.opened
    label(sheets, TASK, TILE, None, None, console, force=True, open_landmarker=teacher.open)
    assert len(np.load(path)["pose"]) == 6


def test_a_run_that_fails_leaves_no_file(
    sheets: Path, teacher: FakeTeacher, console: Console, tmp_path: Path
) -> None:
    teacher.fail_at = 4
    with pytest.raises(RuntimeError, match="fell ill"):
        label(sheets, TASK, TILE, tmp_path / "out", None, console, open_landmarker=teacher.open)
    assert not list((tmp_path / "out").iterdir())


def test_originals_are_read_in_place_of_tiles(
    sheets: Path, teacher: FakeTeacher, console: Console, tmp_path: Path
) -> None:
    originals = tmp_path / "originals"
    originals.mkdir()
    for row in range(6):
        cv2.imwrite(str(originals / f"{row}.png"), np.full((200, 100, 3), BRIGHT, np.uint8))
    path = label(
        sheets, TASK, TILE, None, None, console, originals=originals, open_landmarker=teacher.open
    )
    assert teacher.shapes == [(200, 100, 3)] * 6
    np.testing.assert_array_equal(np.load(path)["landmarks"], TILE / 2)
    (originals / "3.png").unlink()
    with pytest.raises(ConfigError, match=r"expected a picture at .*3\.png"):
        label(
            sheets,
            TASK,
            TILE,
            None,
            None,
            console,
            originals=originals,
            force=True,
            open_landmarker=teacher.open,
        )


def test_rows_without_a_tile_are_refused_at_once(
    sheets: Path, teacher: FakeTeacher, console: Console
) -> None:
    np.savez(sheets / "labels.npz", emotion=np.zeros(9, np.uint8))
    with pytest.raises(ConfigError, match="expected 9 tiles of 48 px, got 8"):
        label(sheets, TASK, TILE, None, None, console, open_landmarker=teacher.open)
    assert not teacher.opened


@pytest.mark.parametrize(
    ("tile", "limit", "message"),
    [
        (None, None, "side of its tiles"),
        (0, None, "at least 1 px"),
        (50, None, "sheet of 50 px tiles"),
        (TILE, 0, "limit: expected at least 1"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    sheets: Path,
    teacher: FakeTeacher,
    console: Console,
    tile: int | None,
    limit: int | None,
    message: str,
) -> None:
    with pytest.raises(ConfigError, match=message):
        label(sheets, TASK, tile, None, limit, console, open_landmarker=teacher.open)


def test_a_folder_of_neither_kind_is_refused(tmp_path: Path, console: Console) -> None:
    with pytest.raises(ConfigError, match="got neither"):
        label(tmp_path, TASK, TILE, None, None, console)
    with pytest.raises(ConfigError, match="expected a folder"):
        label(tmp_path / "none", TASK, TILE, None, None, console)


def test_a_folder_that_cannot_be_written_is_named(
    sheets: Path, teacher: FakeTeacher, console: Console, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="--out names another"):
        label(sheets, TASK, TILE, tmp_path / "file", None, console, open_landmarker=teacher.open)
    assert not teacher.opened
