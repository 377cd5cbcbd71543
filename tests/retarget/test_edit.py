"""Profiles changed by hand: what fits, what is kept, and what a kept one says."""

import math
from pathlib import Path

import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.retarget.edit import ShapeResponse, edited, responses
from avatar_bridge.retarget.editor import ProfileEditor
from avatar_bridge.retarget.profile import (
    load_profile,
    packaged_profiles,
    profile_names,
    user_profile,
)
from avatar_bridge.retarget.solver import response_table

JAW = BLENDSHAPE_INDEX["jawOpen"]
HALF = ShapeResponse(0.5, 0.1, 0.8, (0.0, 0.0, 0.5, 0.25, 1.0, 1.0))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path))
    return tmp_path / "profiles"


@pytest.fixture
def editor() -> ProfileEditor:
    return ProfileEditor("arkit", load_profile("arkit"))


@pytest.mark.parametrize("name", packaged_profiles())
def test_what_is_told_changes_nothing_when_it_is_said(name: str) -> None:
    profile = load_profile(name)
    told = responses(profile)
    same = edited(profile, dict(zip(BLENDSHAPE_INDEX, told, strict=True)))
    assert responses(same) == told
    for shape, region in (("jawOpen", "jaw"), ("mouthSmileLeft", "mouth")):
        before = response_table(profile.response_of(shape, region))
        assert (response_table(same.response_of(shape, region)) == before).all()


def test_only_the_named_shape_changes(editor: ProfileEditor) -> None:
    before = responses(editor.profile)
    assert editor.edit({"jawOpen": HALF}) is None
    after = responses(editor.profile)
    assert after[JAW] == HALF
    assert [a for a, b in zip(after, before, strict=True) if a != b] == [HALF]
    assert editor.unsaved
    editor.edit({}, reset=True)
    assert responses(editor.profile) == before
    assert not editor.unsaved


@pytest.mark.parametrize(
    ("shape", "change", "said"),
    [
        ("jaw", HALF, "expected the name of a blendshape, got 'jaw'"),
        ("jawOpen", ShapeResponse(-1, 0, 1), r"jawOpen.gain: expected .*0, got -1"),
        ("jawOpen", ShapeResponse(11, 0, 1), r"jawOpen.gain: expected .*10, got 11"),
        ("jawOpen", ShapeResponse(1, 0.6, 1), r"jawOpen.dead_zone: expected .*0.5, got 0.6"),
        ("jawOpen", ShapeResponse(1, 0, 0), r"jawOpen.limit: expected .*0, got 0"),
        ("jawOpen", ShapeResponse(math.nan, 0, 1), r"jawOpen.gain: expected .*, got nan"),
        ("jawOpen", ShapeResponse(1, 0, 1, (0, 0, 1)), "jawOpen.curve: expected x and y by turns"),
        ("jawOpen", ShapeResponse(1, 0, 1, (0, 0, 0.5, 1)), r"jawOpen.curve: expected points from"),
        ("jawOpen", ShapeResponse(1, 0, 1, (0, 0, 1, math.inf)), r"jawOpen.curve: expected"),
    ],
)
def test_what_does_not_fit_changes_nothing(
    editor: ProfileEditor, folder: Path, shape: str, change: ShapeResponse, said: str
) -> None:
    before = editor.profile
    with pytest.raises(ConfigError, match=said) as caught:
        editor.edit({"browInnerUp": HALF, shape: change}, save_as="mine")
    assert "\n" not in str(caught.value)
    assert editor.profile is before
    assert not editor.unsaved
    assert not folder.exists()


def test_a_kept_profile_is_one_of_the_users_own(editor: ProfileEditor, folder: Path) -> None:
    editor.edit({"jawOpen": HALF})
    path = editor.edit({"browInnerUp": ShapeResponse(0.0, 0.0, 1.0)}, save_as="mine")
    assert path == folder / "mine.toml"
    assert profile_names() == (*packaged_profiles(), "mine")
    text = path.read_text(encoding="utf-8")
    assert 'extends = "arkit"' in text
    assert "jawOpen = { " in text
    assert "jawLeft" not in text
    kept = load_profile("mine")
    assert (kept.name, editor.profile, editor.unsaved) == ("mine", kept, False)
    assert responses(kept)[JAW] == HALF
    assert responses(kept)[BLENDSHAPE_INDEX["browInnerUp"]].gain == 0.0
    assert kept.shapes == load_profile("arkit").shapes


def test_what_was_kept_is_kept_again(editor: ProfileEditor) -> None:
    editor.edit({"jawOpen": HALF}, save_as="mine")
    editor.edit({"jawLeft": HALF}, save_as="mine")
    editor.edit({"jawRight": HALF}, save_as="other")
    told = responses(load_profile("other"))
    changed = [told[BLENDSHAPE_INDEX[name]] for name in ("jawOpen", "jawLeft", "jawRight")]
    assert changed == [HALF] * 3
    with pytest.raises(ConfigError, match="expected a name that other does not extend, got 'mine'"):
        editor.edit({}, save_as="mine")


@pytest.mark.parametrize("name", ["../x", "arkit", "a b", "con", "x" * 65, "ä"])
def test_a_name_is_a_files(editor: ProfileEditor, folder: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="expected a"):
        editor.edit({"jawOpen": HALF}, save_as=name)
    assert not folder.exists()


def test_what_somebody_wrote_by_hand_stays(editor: ProfileEditor) -> None:
    own = user_profile("own")
    own.parent.mkdir(parents=True)
    text = 'name = "own"\ntitle = "mine"\nextends = "arkit"\n[shapes]\njawOpen = { AU26 = 0.5 }\n'
    own.write_text(text, encoding="utf-8")
    assert load_profile("own").shapes["jawOpen"] == ({"AU26": 0.5},)
    with pytest.raises(ConfigError, match=r"own.toml says more \(shapes\)"):
        editor.edit({"jawOpen": HALF}, save_as="own")
    editor.use("own")
    with pytest.raises(ConfigError, match=r"own.toml says more \(shapes\)"):
        editor.edit({"jawOpen": HALF}, save_as="own")
    assert own.read_text(encoding="utf-8") == text


def test_a_profile_by_its_path_can_be_built_upon(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "theirs.toml"
    path.write_text('name = "theirs"\ntitle = "x"\nextends = "vrm1"\n', encoding="utf-8")
    editor = ProfileEditor(str(path), load_profile(str(path)))
    editor.edit({"jawOpen": HALF}, save_as="mine")
    assert load_profile("mine").targets == load_profile("vrm1").targets


def test_a_file_that_is_no_profile_stays(editor: ProfileEditor) -> None:
    own = user_profile("own")
    own.parent.mkdir(parents=True)
    own.write_text("response = 5\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"expected another name: own.toml is no profile"):
        editor.edit({"jawOpen": HALF}, save_as="own")
    assert own.read_text(encoding="utf-8") == "response = 5\n"
