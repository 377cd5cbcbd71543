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


def test_links_in_a_circle_and_what_is_hidden_or_no_file_are_left_out(tmp_path: Path) -> None:
    make(tmp_path, "deep/a.mp4", ".trash/b.mp4", "deep/._a.mp4")
    (tmp_path / "folder.mp4").mkdir()
    for name in ("x", "y", "z"):  # each doubles the ways of a walk that follows links
        (tmp_path / "deep" / name).symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.mp4").symlink_to(tmp_path / "self.mp4")
    only = (tmp_path / "deep" / "a.mp4",)
    assert find_videos([str(tmp_path)]) == only
    assert find_videos([f"{tmp_path}/**/*.mp4"]) == only


@pytest.mark.parametrize("pattern", ["**.mp4", "a" * 5000, "a/" + "b" * 300 + "/*.mp4"])
def test_a_pattern_that_means_nothing_is_told(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match="expected a video, a folder of videos or a pattern"):
        find_videos([f"{tmp_path}/{pattern}"])


def test_no_two_videos_share_a_take(tmp_path: Path) -> None:
    sources = [tmp_path / name for name in ("a.mp4", "a.mov", "a.mp4.mov", "b.mp4", "b.mp4.mov")]
    outputs = [job.output.name for job in plan(sources, tmp_path, ".mcap")]
    assert len(set(outputs)) == len(sources)
