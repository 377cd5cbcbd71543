from pathlib import Path

import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNITS
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.profile import load_profile, profile_names

EMOTION = "[emotion]\nstrength = 0.5\ntop = 3\nprotected = []\n[emotion.prototypes]\n"


@pytest.mark.parametrize("name", profile_names())
def test_packaged_profiles_load_under_their_own_name(name: str) -> None:
    assert load_profile(name).name == name


def test_the_default_says_something_of_all_52() -> None:
    profile = load_profile("arkit")
    assert list(profile.shapes) == list(BLENDSHAPES)
    for unit in ACTION_UNITS:
        if unit.arkit:
            assert profile.shapes[unit.arkit][0][unit.name] == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('name = "x"\ntitle = ""\n[shapes]\njawDrop = {AU26 = 1.0}\n' + EMOTION, "'jawDrop'"),
        ('name = "x"\ntitle = ""\n[shapes]\njawOpen = {AU77 = 1.0}\n' + EMOTION, "'AU77'"),
        ('name = "x"\ntitle = ""\n[shapes]\njawOpen = {AU26 = 99.0}\n' + EMOTION, "less than"),
        (
            'name = "x"\ntitle = ""\n[shapes]\njawOpen = [{AU26 = 1.0}, {AU77 = 1.0}]\n' + EMOTION,
            "'AU77'",
        ),
        (
            'name = "x"\ntitle = ""\n[shapes]\njawOpen = [{AU26 = 1.0}, {AU26 = 0.5}]\n' + EMOTION,
            r"jawOpen: expected an input that no earlier choice has, got \['AU26'\]",
        ),
        ('name = "x"\ntitle = ""\n[shapes]\njawOpen = 3\n' + EMOTION, "shapes.jawOpen: .*tuple"),
        ('name = "x"\ntitle = ""\n[shapes]\n[ceilings]\nx = "jawOpen"\n' + EMOTION, "'x'"),
        ('name = "x"\ntitle = ""\n[shapes]\n', "emotion: Field required"),
        ('name = "x"\ntitle = ""\n[shapes]\n' + EMOTION + "rage = {}\n", "'rage'"),
        ("name = ", "expected TOML"),
    ],
)
def test_a_bad_profile_is_one_line_that_names_the_place(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message) as caught:
        load_profile(str(path))
    assert "\n" not in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_the_first_mix_that_can_be_read_makes_a_shape() -> None:
    profile = load_profile("arkit")
    assert profile.inputs("mouthShrugUpper", ("AU17", "AU17T")) == {"AU17T": 1.0}
    assert profile.inputs("mouthShrugUpper", ("AU17",)) == {"AU17": 0.55}
    assert profile.inputs("jawOpen", ("AU25", "AU27")) == {"AU27": 1.0}
    assert profile.inputs("jawOpen", ()) == {}


def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(ConfigError, match=r"unknown profile 'nobody'; expected one of: .*arkit"):
        load_profile("nobody")
