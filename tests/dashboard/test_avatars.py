"""Avatars that were dropped in, whole and hostile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from glb import make_glb
from scene_glb import make_avatar

from avatar_bridge.dashboard.avatars import BUILT_IN, AvatarShelf
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES


@pytest.fixture
def shelf() -> Iterator[AvatarShelf]:
    opened = AvatarShelf()
    yield opened
    opened.close()


def drop(shelf: AvatarShelf, data: bytes) -> Path:
    path = shelf.part()
    path.write_bytes(data)
    return path


def glb(tmp_path: Path, *morphs: str) -> bytes:
    return make_avatar(tmp_path / "a.glb", morphs).read_bytes()


def test_what_an_avatar_has_is_told_by_its_own_names(shelf: AvatarShelf, tmp_path: Path) -> None:
    morphs = ("JawOpen", "mouthSmile_L", "Blink", "Hat")
    avatar = shelf.take(drop(shelf, glb(tmp_path, *morphs)), "C:\\me\\Ada.glb")
    report = avatar.report
    assert avatar.name == "Ada.glb"
    assert report["matched"] == ["jawOpen", "mouthSmileLeft"]
    assert report["map"]["jawOpen"] == ["JawOpen"]
    assert report["map"]["mouthSmileLeft"] == ["mouthSmile_L"]
    assert report["instead"]["eyeBlinkLeft"] == report["map"]["eyeBlinkLeft"] == ["Blink"]
    assert set(report["missing"]) == set(BLENDSHAPES) - set(report["matched"])
    key = avatar.url.removeprefix("/avatar/").removesuffix(".glb")
    kept = shelf.find(key)
    assert kept is not None
    assert kept.is_file()


def test_the_built_in_head_has_all() -> None:
    assert BUILT_IN.report["matched"] == list(BLENDSHAPES)
    assert not BUILT_IN.report["missing"]


@pytest.mark.parametrize(
    "data",
    [b"", b"glTF", b"GIF89a", b"glTF\2\0\0\0\xff\xff\xff\xff", b"<script>alert(1)</script>"],
)
def test_what_is_no_avatar_gets_one_line_and_is_gone(shelf: AvatarShelf, data: bytes) -> None:
    path = drop(shelf, data)
    with pytest.raises(ConfigError) as said:
        shelf.take(path, "../../etc/<b>\npasswd\x1b[2J")
    assert "<b>passwd[2J" in str(said.value)
    assert str(path.parent) not in str(said.value)
    assert "\n" not in str(said.value)
    assert not path.exists()


def test_an_avatar_that_cannot_move_is_refused(shelf: AvatarShelf, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="morph targets"):
        shelf.take(drop(shelf, glb(tmp_path)), "stone.glb")


def test_an_avatar_that_stands_nowhere_is_refused(shelf: AvatarShelf, tmp_path: Path) -> None:
    data = make_glb(tmp_path / "a.glb", ["jawOpen"]).read_bytes()
    with pytest.raises(ConfigError, match=r"lost\.glb: expected an avatar in a scene"):
        shelf.take(drop(shelf, data), "lost.glb")


def test_only_the_last_few_are_kept(shelf: AvatarShelf, tmp_path: Path) -> None:
    data = glb(tmp_path, "jawOpen")
    urls = [shelf.take(drop(shelf, data), "a.glb").url for _ in range(12)]
    keys = [url.removeprefix("/avatar/").removesuffix(".glb") for url in urls]
    assert [shelf.find(key) is not None for key in keys] == [False] * 4 + [True] * 8
    assert shelf.find("../../etc/passwd") is None
