import re
from pathlib import Path

import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNITS
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.profile import load_profile, packaged_profiles
from avatar_bridge.retarget.schema import Response

EMOTION = "[emotion]\nintensity = 0.5\ntop = 3\nprotected = []\n[emotion.prototypes]\n"


@pytest.mark.parametrize("name", packaged_profiles())
def test_packaged_profiles_load_under_their_own_name(name: str) -> None:
    assert load_profile(name).name == name


def test_the_default_says_something_of_all_52() -> None:
    profile = load_profile("arkit")
    assert list(profile.shapes) == list(BLENDSHAPES)
    for unit in ACTION_UNITS:
        if unit.arkit:
            assert profile.shapes[unit.arkit][0][unit.name] == 1.0


HEAD = 'name = "x"\ntitle = ""\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            HEAD + "[shapes]\njawDrop = {AU26 = 1.0}\n" + EMOTION,
            "mine.toml:4: shapes.jawDrop: expected the name of a blendshape, got 'jawDrop'",
        ),
        (
            HEAD + "[shapes]\njawOpen = {AU77 = 1.0}\n" + EMOTION,
            "mine.toml:4: shapes.jawOpen.0.AU77: expected the name of an action unit or a cue, "
            "got 'AU77'",
        ),
        (
            HEAD + "[shapes]\njawOpen = {AU26 = 99.0}\n" + EMOTION,
            "mine.toml:4: shapes.jawOpen.0.AU26: expected less than or equal to 10, got 99.0",
        ),
        (
            HEAD
            + "[shapes]\njawOpen = [\n  {AU26 = 1.0}, # a remark\n  {AU77 = 1.0},\n]\n"
            + EMOTION,
            "mine.toml:6: shapes.jawOpen.1.AU77: expected the name of an action unit or a cue, "
            "got 'AU77'",
        ),
        (
            HEAD + "[shapes]\njawOpen = [{AU26 = 1.0}, {AU26 = 0.5}]\n" + EMOTION,
            "mine.toml:4: shapes.jawOpen: expected an input that no earlier choice has, got "
            "['AU26']",
        ),
        (
            HEAD + "[shapes]\n\njawOpen = 3\n" + EMOTION,
            "mine.toml:5: shapes.jawOpen: expected a valid tuple, got 3",
        ),
        (
            HEAD + '[shapes]\n[ceilings]\nx = "jawOpen"\n' + EMOTION,
            "mine.toml:5: ceilings.x: expected the name of a blendshape, got 'x'",
        ),
        (
            HEAD
            + '[shapes]\n[ceilings]\njawOpen = "mouthClose"\nmouthClose = "jawOpen"\n'
            + EMOTION,
            "mine.toml:5: ceilings.jawOpen: expected a shape above it, got one below itself",
        ),
        (HEAD + "[shapes]\n", "mine.toml:1: emotion: expected a value, got none"),
        (
            HEAD + "[shapes]\n" + EMOTION + "rage = {}\n",
            "mine.toml:9: emotion.prototypes.rage: expected the name of an emotion, got 'rage'",
        ),
        (
            HEAD + "colour = 3\n[shapes]\n" + EMOTION,
            "mine.toml:3: colour: expected a setting of a profile, got 'colour'",
        ),
        (
            HEAD + "extends = 'arkit'\n[response]\nears = {gain = 2.0}\n",
            "mine.toml:5: response.ears: expected the name of a blendshape, a region or all, "
            "got 'ears'",
        ),
        (
            HEAD
            + "extends = 'arkit'\n[response]\nmouth.curve = [[0.0, 0.0], [0.5, 0.9], [1.0, 0.4]]\n",
            "mine.toml:5: response.mouth.curve: expected points that never fall, got "
            "[0.0, 0.9, 0.4]",
        ),
        (
            HEAD + "extends = 'arkit'\n[response]\nmouth.curve = 'steep'\n",
            "mine.toml:5: response.mouth.curve: expected points or one of linear, ease_in, "
            "ease_out, smooth, got 'steep'",
        ),
        (
            HEAD + "extends = 'arkit'\n[locks]\nmouth = {share = 1.0}\n",
            "mine.toml:5: locks.mouth: expected the name of a blendshape without its Left or "
            "Right, got 'mouth'",
        ),
        (
            HEAD + "extends = 'arkit'\n[rivals]\nmouthPucker = {mouthFunnel = 0.5}\n",
            "mine.toml:5: rivals.mouthPucker.mouthFunnel: expected another pair, got one named "
            "already",
        ),
        (
            HEAD + "extends = 'arkit'\n[targets]\nsmile = {mouthSmile = 1.0}\n",
            "mine.toml:5: targets.smile.mouthSmile: expected the name of a blendshape, an "
            "emotion or constant, got 'mouthSmile'",
        ),
        (
            HEAD + "extends = 'arkit'\n[emotion.overrides.happiness]\nblink = 'most'\n",
            "mine.toml:5: emotion.overrides.happiness.blink: expected 'none', 'blend' or "
            "'block', got 'most'",
        ),
        (
            HEAD + "extends = 'nobody'\n",
            "mine.toml:3: extends: unknown profile 'nobody'; expected one of: arkit, cartoon",
        ),
        (HEAD + "extends = 'mine.toml'\n", "mine.toml:3: extends: expected an end, got a circle"),
        ("name = ", "mine.toml:1: expected TOML, got: Invalid value"),
    ],
)
def test_a_bad_profile_is_one_line_that_names_the_place(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        load_profile(str(path))
    assert "\n" not in str(caught.value)


def test_what_a_profile_extends_says_the_rest(tmp_path: Path) -> None:
    (tmp_path / "below.toml").write_text(
        HEAD + "extends = 'arkit'\n[response]\nmouth = {gain = 2.0}\njaw = {gain = 1.5}\n"
    )
    (tmp_path / "above.toml").write_text(
        "name = 'above'\ntitle = 'y'\nextends = 'below.toml'\n[shapes]\njawOpen = {AU26 = 0.5}\n"
        "[response]\nmouth = {limit = 0.5}\n[emotion]\ntop = 1\n"
        "[emotion.prototypes]\nanger = {browDownLeft = 0.1}\n"
    )
    arkit, profile = load_profile("arkit"), load_profile(str(tmp_path / "above.toml"))
    assert (profile.name, profile.extends) == ("above", "below.toml")
    assert profile.inputs("jawOpen", ("AU26", "AU25")) == {"AU26": 0.5}
    assert profile.shapes["tongueOut"] == arkit.shapes["tongueOut"]
    assert profile.response_of("mouthLeft", "mouth") == Response(limit=0.5)
    assert profile.response_of("jawOpen", "jaw") == Response(gain=1.5)
    assert profile.emotion.top == 1
    assert profile.emotion.intensity == arkit.emotion.intensity
    assert profile.emotion.prototypes["anger"] == {"browDownLeft": 0.1}
    assert profile.emotion.prototypes["fear"] == arkit.emotion.prototypes["fear"]


def test_targets_do_not_come_with_a_name(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("extends = 'arkit'\ntitle = ''\n")
    with pytest.raises(ConfigError, match=r"mine.toml:1: name: expected a value, got none"):
        load_profile(str(tmp_path / "mine.toml"))


def test_a_shape_goes_before_its_region_and_that_before_all() -> None:
    profile = load_profile("arkit").model_copy(
        update={
            "response": {
                "all": Response(dead_zone=0.1, gain=2.0),
                "mouth": Response(gain=3.0),
                "mouthLeft": Response(limit=0.5),
            }
        }
    )
    assert profile.response_of("mouthLeft", "mouth") == Response(dead_zone=0.1, gain=3.0, limit=0.5)
    assert profile.response_of("jawOpen", "jaw") == Response(dead_zone=0.1, gain=2.0)


def test_the_first_mix_that_can_be_read_makes_a_shape() -> None:
    profile = load_profile("arkit")
    assert profile.inputs("mouthShrugUpper", ("AU17", "AU17T")) == {"AU17T": 1.0}
    assert profile.inputs("mouthShrugUpper", ("AU17",)) == {"AU17": 0.55}
    assert profile.inputs("jawOpen", ("AU25", "AU27")) == {"AU27": 1.0}
    assert profile.inputs("jawOpen", ()) == {}


def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(ConfigError, match=r"unknown profile 'nobody'; expected one of: .*arkit"):
        load_profile("nobody")
