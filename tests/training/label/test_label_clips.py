from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from fake_teacher import FakeTeacher
from rich.console import Console

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.clips import load_clip
from avatar_bridge.training.datasets.faces import CropSpec
from avatar_bridge.training.label.command import label

TASK = Path("face_landmarker.task")


def test_each_clip_has_a_landmarker_and_a_file_of_its_own(
    clips: Path, teacher: FakeTeacher, console: Console, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert label(clips, TASK, None, out, None, console, open_landmarker=teacher.open) == out
    assert sorted(path.name for path in out.iterdir()) == ["a.teacher.npz", "b.teacher.npz"]
    assert teacher.opened == [True, True]
    assert teacher.times == [0, 40, 80, 120, 160] * 2
    arrays = dict(np.load(out / "a.teacher.npz"))
    assert arrays["fps"] == 25.0
    assert arrays["landmarks"].dtype == arrays["pose"].dtype == np.float32
    assert arrays["blendshapes"].dtype == np.float16
    assert np.isnan(arrays["landmarks"][0]).all()
    np.testing.assert_array_equal(arrays["landmarks"][1:], np.broadcast_to((32, 24), (4, 70, 2)))


def test_the_loader_of_clips_reads_the_file(
    clips: Path, teacher: FakeTeacher, console: Console
) -> None:
    label(clips, TASK, None, None, None, console, open_landmarker=teacher.open)
    path = clips / "a.teacher.npz"
    arrays = dict(np.load(path))
    arrays["landmarks"][1:, :, 0] += np.linspace(-5, 5, 70)  # a face that has a size
    np.savez(path, **arrays)
    clip = load_clip(clips, "a", CropSpec(size=32, margin=1.2))
    assert clip.points.shape == (4, 70, 2)


def test_clips_that_are_done_are_kept(clips: Path, teacher: FakeTeacher) -> None:
    (clips / "a.teacher.npz").write_bytes(b"precious")
    out = StringIO()
    label(clips, TASK, None, None, 2, Console(file=out, width=400), open_landmarker=teacher.open)
    assert (clips / "a.teacher.npz").read_bytes() == b"precious"
    assert teacher.opened == [True]
    assert len(np.load(clips / "b.teacher.npz")["pose"]) == 2
    assert "kept" in out.getvalue()
    assert "a face in 1 of 2" in out.getvalue()
    label(clips, TASK, None, None, 2, Console(file=out), force=True, open_landmarker=teacher.open)
    assert len(np.load(clips / "a.teacher.npz")["pose"]) == 2


def test_a_clip_that_is_none_is_named(clips: Path, teacher: FakeTeacher, console: Console) -> None:
    (clips / "broken.mov").write_bytes(b"no clip")
    with pytest.raises(ConfigError, match=r"broken\.mov"):
        label(clips, TASK, None, None, None, console, open_landmarker=teacher.open)
    assert not (clips / "broken.teacher.npz").exists()


def test_sheets_settings_are_refused(clips: Path, console: Console) -> None:
    with pytest.raises(ConfigError, match="neither tile nor originals"):
        label(clips, TASK, 48, None, None, console)
