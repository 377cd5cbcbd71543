from pathlib import Path

import pytest

from avatar_bridge.batch.job import find_videos, plan
from avatar_bridge.errors import ConfigError


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"film")


def test_a_folder_a_pattern_and_a_name_find_each_file_once(tmp_path: Path) -> None:
    make(tmp_path, "a.mp4", "deep/b.mov", "deep/notes.txt", "deep/er/c.MKV")
    found = find_videos([str(tmp_path), f"{tmp_path}/**/*.mov", str(tmp_path / "a.mp4")])
    assert [path.name for path in found] == ["a.mp4", "b.mov", "c.MKV"]


def test_a_name_with_brackets_is_no_pattern(tmp_path: Path) -> None:
    make(tmp_path, "take [1].mp4")
    assert [path.name for path in find_videos([str(tmp_path / "take [1].mp4")])] == ["take [1].mp4"]


def test_what_names_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected a video, a folder of videos or a pattern"):
        find_videos([f"{tmp_path}/*.mp4"])


def test_takes_lie_as_their_videos_do(tmp_path: Path) -> None:
    sources = [tmp_path / "x/one.mp4", tmp_path / "x/y/two.mp4", tmp_path / "x/y/two.mov"]
    jobs = plan(sources, tmp_path / "out", ".mcap")
    assert [str(job.output.relative_to(tmp_path / "out")) for job in jobs] == [
        "one.mcap",
        "y/two.mp4.mcap",
        "y/two.mov.mcap",
    ]
