import json
import tomllib
from pathlib import Path

import pytest
from glb import make_glb
from typer.testing import CliRunner

from avatar_bridge.cli.profile import app
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.profile import load_profile, packaged_profiles


def said(*arguments: object) -> str:
    result = CliRunner().invoke(
        app,
        [str(a) for a in arguments],
        env={"COLUMNS": "120", "AVATAR_BRIDGE_CONFIG": "no-folder"},
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_list_names_all_profiles() -> None:
    text = said("list")
    assert all(name in text for name in packaged_profiles())
    assert [row["name"] for row in json.loads(said("list", "--json"))] == list(packaged_profiles())


@pytest.mark.parametrize("name", packaged_profiles())
def test_show_says_all_of_a_profile(name: str) -> None:
    text = said("show", name)
    assert all(shape in text for shape in BLENDSHAPES)
    assert all(target in text for target in load_profile(name).targets)
    assert json.loads(said("show", name, "--json"))["name"] == name


def test_check_lists_what_an_avatar_has(tmp_path: Path) -> None:
    path = make_glb(tmp_path / "a.glb", ["jawOpen", "MouthSmile_L", "Fcl_EYE_Close_R"])
    text = said("check", path)
    assert "1 matched, 1 aliased, 0 still, 50 missing" in text
    found = json.loads(said("check", path, "--json"))
    rows = {row["name"]: row for row in found["findings"]}
    assert rows["mouthSmileLeft"]["state"] == "aliased"
    assert rows["eyeBlinkRight"]["fallback"] == ["Fcl_EYE_Close_R"]
    assert found["suited"]["arkit"] == pytest.approx(2 / 52)


def test_check_of_a_vrm_looks_at_its_expressions(tmp_path: Path) -> None:
    extensions = {"VRMC_vrm": {"expressions": {"preset": {"happy": {}, "aa": {}}}}}
    path = make_glb(tmp_path / "a.vrm", ["x"], extensions=extensions)
    text = said("check", path, "--profile", "vrm1")
    assert "VRM 1, 1 shapes, 2 expressions" in text
    assert "2 matched" in text


def test_fit_writes_a_profile(tmp_path: Path) -> None:
    path, out = make_glb(tmp_path / "a.glb", ["JawOpen", "Fcl_MTH_Fun"]), tmp_path / "mine.toml"
    text = said("fit", path, "-o", out)
    assert "jawOpen" in text
    profile = load_profile(str(out))
    assert profile.targets["JawOpen"] == {"jawOpen": 1.0}
    assert profile.targets["Fcl_MTH_Fun"] == {"mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}
    assert tomllib.loads(out.read_text())["extends"] == "arkit"


@pytest.mark.parametrize("kind", ["toml", "json"])
def test_fit_learns_from_examples(tmp_path: Path, kind: str) -> None:
    path, out = make_glb(tmp_path / "a.glb", ["Gape", "Fun"]), tmp_path / "mine.toml"
    poses = tmp_path / f"poses.{kind}"
    if kind == "toml":
        poses.write_text("[[pose]]\narkit = {jawOpen = 1.0}\navatar = {Gape = 0.6}\n")
    else:
        poses.write_text('{"pose": [{"arkit": {"jawOpen": 1}, "avatar": {"Gape": 0.6}}]}')
    said("fit", path, "--examples", poses, "-o", out)
    assert load_profile(str(out)).targets["Gape"]["jawOpen"] == pytest.approx(0.6, abs=0.05)


def test_fit_names_shapes_of_any_script_and_says_which_are_not_there(tmp_path: Path) -> None:
    path, out = make_glb(tmp_path / "a.glb", ["😀", 'a"b\\c']), tmp_path / "mine.toml"
    poses = tmp_path / "poses.json"
    said_of = {"😀": 1, 'a"b\\c': 0.5, "Gappe": 0.5}
    poses.write_text(json.dumps({"pose": [{"arkit": {"jawOpen": 1}, "avatar": said_of}]}))
    text = said("fit", path, "--examples", poses, "-o", out)
    assert "has no Gappe" in text
    assert {"😀", 'a"b\\c'} <= set(load_profile(str(out)).targets)


def test_fit_leaves_expressions_alone_too(tmp_path: Path) -> None:
    extensions = {"VRMC_vrm": {"expressions": {"custom": {"jawOpen": {}, "mouthClose": {}}}}}
    path = make_glb(tmp_path / "a.vrm", ["x"], extensions=extensions)
    said("fit", path, "--without", "jaw*", "-o", tmp_path / "mine.toml")
    assert set(load_profile(str(tmp_path / "mine.toml")).targets) == {"mouthClose"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "{dir}/none.glb"), "expected a readable avatar at"),
        (("check", "{dir}/broken.glb"), "broken.glb: expected glTF"),
        (("check", "{dir}/broken.glb", "--profile", "nobody"), "expected glTF"),
        (("check", "{dir}/whole.glb", "--profile", "nobody"), "unknown profile 'nobody'"),
        (("fit", "{dir}/empty.glb", "-o", "{dir}/x.toml"), "expected shapes that move, got none"),
        (("fit", "{dir}/whole.glb", "-o", "{dir}/no/x.toml"), "expected to write"),
        (("fit", "{dir}/whole.glb", "-o", "{dir}/x.txt"), "expected the name of a .toml file"),
        (
            ("fit", "{dir}/whole.glb", "--examples", "{dir}/bad.toml", "-o", "{dir}/x.toml"),
            "pose.0.arkit.jaw.*: expected the name of a blendshape",
        ),
        (("show", "nobody"), "unknown profile 'nobody'"),
        (("show", "{dir}/deep.toml"), "deep.toml: expected TOML"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, arguments, message: str) -> None:
    (tmp_path / "broken.glb").write_bytes(b"nothing")
    (tmp_path / "bad.toml").write_text("[[pose]]\narkit = {jaw = 1.0}\navatar = {}\n")
    (tmp_path / "deep.toml").write_text("a = " + "[" * 3000 + "]" * 3000)
    make_glb(tmp_path / "whole.glb", ["jawOpen"])
    make_glb(tmp_path / "empty.glb", [])
    with pytest.raises(ConfigError, match=message) as caught:
        said(*(a.format(dir=tmp_path) for a in arguments))
    assert "\n" not in str(caught.value)
