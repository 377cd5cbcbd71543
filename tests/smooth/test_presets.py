import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.smooth import load_smoothing, smoothing_names
from avatar_bridge.smooth.noise import net_noise
from avatar_bridge.smooth.preset import load_preset, preset_names
from avatar_bridge.smooth.regions import GROUPS, REGION_OF, REGIONS, VALUES

BALANCED = (
    resources.files("avatar_bridge.smooth").joinpath("presets/balanced.toml").read_text("utf-8")
)


def test_the_names_are_the_presets_and_none() -> None:
    assert preset_names() == ("balanced", "responsive", "steady")
    assert smoothing_names() == ("balanced", "responsive", "steady", "none")


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_tunes_every_region(name: str) -> None:
    preset = load_preset(name)
    assert preset.name == name
    assert preset.title
    assert preset.regions.keys() == set(REGIONS)


def test_every_value_has_a_region() -> None:
    assert len(REGION_OF) == VALUES == len(GROUPS.of)
    assert set(REGION_OF) | {"head_orientation"} == set(REGIONS)


def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(
        ConfigError, match=r"unknown smoothing 'butter'; expected one of: balanced, .*, none, or"
    ):
        load_smoothing("butter")


def test_a_file_of_ones_own_is_a_preset(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BALANCED, encoding="utf-8")
    load_smoothing(str(path))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (r"\[regions\.jaw\]", "[regions.jaws]", r"regions: expected one of blink, .*, got 'jaws'"),
        (r"\[regions\.jaw\][^\[]*", "", r"regions: expected a table for every .* none for 'jaw'"),
        (r"min_cutoff = .*", "min_cutoff = 0", r"regions\.blink\.min_cutoff: .* got 0"),
        (r"beta = .*", 'beta = "much"', r"regions\.blink\.beta: .* got 'much'"),
        (r"rest = .*", "", r"regions\.blink\.rest: Field required"),
        (r"margin = .*", "margin = 2.0", r"emotion\.margin: .* got 2\.0"),
        (r"title = .*", "", r"title: Field required"),
    ],
)
def test_a_wrong_preset_is_told_in_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    text, changes = re.subn(old, new, BALANCED, count=1)
    assert changes == 1
    tomllib.loads(text)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=f"mine.toml: {says}") as caught:
        load_smoothing(str(path))
    assert "\n" not in str(caught.value)


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("name = 'x'\nregions\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="line 2"):
        load_smoothing(str(path))


@pytest.mark.parametrize("command", ["run", "track", "demo", "bench"])
def test_every_command_that_tracks_offers_it(command: str) -> None:
    from avatar_bridge.cli.main import app

    said = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert "--smoothing" in re.sub(r"\x1b\[[0-9;]*m", "", said.output)


def test_the_noise_of_the_net_is_known_and_the_same_on_both_sides() -> None:
    noise = net_noise()
    assert noise.values.shape == (VALUES,)
    assert 0 < noise.values.min() <= noise.values.max() < 0.1
    assert 0 < noise.turn < 0.1
    for index, name in enumerate(BLENDSHAPES):
        assert noise.values[index] == noise.values[BLENDSHAPE_INDEX[mirrored(name)]]
