"""What a take may be called, and where it goes."""

from datetime import datetime

import pytest
from take_rig import START

from avatar_bridge.errors import TakeError
from avatar_bridge.takes.writer import open_take, take_name

NOON = datetime(2026, 3, 1, 12, 30, 5)


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("morning", "morning"),
        ("  Ännchen 2 ", "Ännchen 2"),
        ("../../etc/passwd", "_etc_passwd"),
        ("a/b\\c:d*e\0f", "a_b_c_d_e_f"),
        ("--out", "out"),
        ("con", "con_"),
        ("LPT1", "LPT1_"),
        ("x" * 300, "x" * 64),
        ("", "take 2026-03-01 12-30-05"),
        ("...", "take 2026-03-01 12-30-05"),
        ("\ud800", "take 2026-03-01 12-30-05"),
    ],
)
def test_a_name_is_made_one_that_every_system_takes(wanted, kept):
    assert take_name(wanted, NOON) == kept


def test_an_older_take_is_never_written_over(tmp_path):
    paths = []
    for _ in range(3):
        path, writer = open_take(tmp_path / "new" / "folder", "one", START)
        writer.finish()
        paths.append(path.name)
    assert paths == ["one.mcap", "one-2.mcap", "one-3.mcap"]


def test_pictures_of_an_older_take_keep_its_name(tmp_path):
    (tmp_path / "one.avi").touch()
    path, writer = open_take(tmp_path, "one", START)
    writer.finish()
    assert path.name == "one-2.mcap"


def test_a_folder_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TakeError, match=r"expected to write .*one\.mcap, got: "):
        open_take(tmp_path / "file" / "inside", "one", START)
