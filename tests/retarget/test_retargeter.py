import numpy as np
import pytest
from builders import make_analysis

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNITS
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, Capability
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.retarget.profile import load_profile
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.types import Blendshapes

ALL_UNITS = tuple(unit.name for unit in ACTION_UNITS)


def retargeter(units: tuple[str, ...] = ALL_UNITS) -> Retargeter:
    return Retargeter(load_profile("arkit"), units)


def weight(shapes: Blendshapes, name: str) -> float:
    return float(shapes.weights[BLENDSHAPE_INDEX[name]])


@pytest.mark.parametrize("unit", [u for u in ACTION_UNITS if u.arkit], ids=lambda u: u.name)
def test_a_unit_moves_its_own_shape(unit) -> None:
    shapes = retargeter().retarget(make_analysis({unit.name: 0.8, "AU26": 0.8}))
    assert weight(shapes, unit.arkit) == pytest.approx(0.8)


@pytest.mark.parametrize("unit", [u for u in ACTION_UNITS if u.arkit], ids=lambda u: u.name)
def test_one_side_leaves_the_other_alone(unit) -> None:
    shapes = retargeter().retarget(make_analysis({unit.name: 1.0}))
    other = {"Left": "Right", "Right": "Left"}
    own = next((side for side in other if unit.arkit.endswith(side)), None)
    for name in BLENDSHAPES:
        if own and name.endswith(other[own]):
            assert weight(shapes, name) == 0.0


def test_a_face_at_rest_gives_zeros() -> None:
    assert not retargeter().retarget(make_analysis()).weights.any()


def test_everything_at_once_stays_in_range() -> None:
    shapes = retargeter().retarget(make_analysis(dict.fromkeys(ALL_UNITS, 1.0)))
    assert shapes.weights.min() >= 0
    assert shapes.weights.max() <= 1


def test_mouth_close_never_exceeds_jaw_open() -> None:
    shapes = retargeter().retarget(make_analysis({"AU8": 0.9, "AU26": 0.3}))
    assert weight(shapes, "mouthClose") == pytest.approx(0.3)


def test_the_mouth_moves_sideways_by_a_cue_where_no_unit_says_so() -> None:
    seen = make_analysis({"MouthR": 0.3}, cues={"mouthShiftLeft": 0.1})
    by_cue = retargeter(("AU12L",)).retarget(seen)
    assert weight(by_cue, "mouthLeft") == pytest.approx(0.53)
    assert weight(by_cue, "mouthRight") == 0.0
    by_unit = retargeter().retarget(seen)
    assert weight(by_unit, "mouthLeft") == 0.0
    assert weight(by_unit, "mouthRight") == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("shape", "own", "lesser"),
    [
        ("cheekSquintLeft", "AU6L", ("AU12L", 0.2)),
        ("noseSneerRight", "AU9R", ("AU10R", 0.2)),
        ("eyeSquintLeft", "AU7L", ("AU6L", 0.3)),
        ("browDownRight", "AU4R", ("AU9R", 0.15)),
        ("mouthUpperUpLeft", "AU10L", ("AU9L", 0.25)),
        ("mouthLowerDownLeft", "AU16L", ("AU25", 0.4)),
        ("mouthShrugUpper", "AU17T", ("AU17", 0.55)),
        ("jawOpen", "AU26", ("AU25", 0.1)),
    ],
)
def test_a_lesser_sign_speaks_only_for_a_unit_that_is_not_read(
    shape: str, own: str, lesser: tuple[str, float]
) -> None:
    sign, gain = lesser
    seen = make_analysis({sign: 1.0})
    assert weight(retargeter().retarget(seen), shape) == 0.0
    with_shapes = {unit.name for unit in ACTION_UNITS if unit.arkit}
    blind = retargeter(tuple(with_shapes - {own} | {sign}))
    assert weight(blind.retarget(seen), shape) == pytest.approx(gain)
    assert blind.capabilities[BLENDSHAPE_INDEX[shape]] is Capability.DERIVED
    assert retargeter().capabilities[BLENDSHAPE_INDEX[shape]] is Capability.MEASURED


def test_a_unit_with_a_shape_of_its_own_moves_no_other() -> None:
    for unit in ACTION_UNITS:
        if unit.arkit:
            shapes = retargeter().map({**dict.fromkeys(ALL_UNITS, 0.0), unit.name: 1.0}, {})
            moved = [name for name in BLENDSHAPES if weight(shapes, name)]
            assert moved == ([unit.arkit] if unit.arkit != "mouthClose" else [])


def test_capabilities_tell_what_a_net_can_read() -> None:
    few = retargeter(("AU12L", "AU12R", "AU17"))
    found = dict(zip(BLENDSHAPES, few.capabilities, strict=True))
    assert found["mouthSmileLeft"] is Capability.MEASURED
    assert found["mouthLeft"] is Capability.MEASURED  # by cue
    assert found["mouthShrugUpper"] is Capability.DERIVED
    assert found["noseSneerLeft"] is Capability.DERIVED  # by emotion
    assert found["tongueOut"] is Capability.UNSUPPORTED
    assert set(retargeter().capabilities) == {Capability.MEASURED}


def test_what_nothing_can_move_is_unsupported() -> None:
    profile = load_profile("arkit")
    silent = profile.model_copy(
        update={"emotion": profile.emotion.model_copy(update={"intensity": 0.0})}
    )
    assert set(Retargeter(silent, ()).capabilities) == {
        Capability.UNSUPPORTED,
        Capability.MEASURED,  # mouthLeft and mouthRight, by cue
    }
    closed = dict(zip(BLENDSHAPES, retargeter(("AU8",)).capabilities, strict=True))
    assert closed["mouthClose"] is Capability.UNSUPPORTED  # it may not exceed jawOpen


def test_one_sided_units_count_more_than_both_sides_at_once() -> None:
    for units in ({"AU12": 0.5, "AU12L": 0.1}, {"AU12L": 0.1, "AU12": 0.5}):
        shapes = retargeter().map(units, {})
        assert weight(shapes, "mouthSmileLeft") == pytest.approx(0.1)
        assert weight(shapes, "mouthSmileRight") == pytest.approx(0.5)


def test_an_emotion_speaks_only_where_the_units_are_silent() -> None:
    happy = make_analysis(emotion="happiness")
    sure = retargeter().retarget(happy)
    assert weight(sure, "mouthSmileLeft") == 0.0
    blind = retargeter(("AU45L", "AU45R")).retarget(happy)
    assert weight(blind, "mouthSmileLeft") == pytest.approx(0.6)
    assert weight(blind, "cheekSquintLeft") > 0.3


@pytest.mark.parametrize("emotion", [name for name in EMOTIONS if name != "neutral"])
def test_no_emotion_touches_blink_jaw_or_gaze(emotion: str) -> None:
    shapes = retargeter(()).map({}, {emotion: 1.0})
    assert shapes.weights.max() > 0.3
    for name in BLENDSHAPES:
        if name.startswith(("eyeBlink", "eyeLook", "jaw", "tongue")) or name == "mouthClose":
            assert weight(shapes, name) == 0.0


def test_map_takes_units_without_a_side() -> None:
    shapes = retargeter().map({"AU12": 0.5}, {})
    assert weight(shapes, "mouthSmileLeft") == weight(shapes, "mouthSmileRight") == 0.5


def test_map_lets_emotions_fill_what_was_not_given() -> None:
    shapes = retargeter().map({"AU12L": 0.1}, {"happiness": 1.0})
    assert weight(shapes, "mouthSmileLeft") == pytest.approx(0.1)
    assert weight(shapes, "mouthSmileRight") == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("units", "emotions", "message"),
    [
        ({"AU99": 0.5}, {}, "such as AU12 or AU12L, got 'AU99'"),
        ({"AU12": 1.5}, {}, "AU12: expected an intensity of 0 to 1, got 1.5"),
        ({"AU12": float("nan")}, {}, "got nan"),
        ({}, {"joy": 0.5}, "got 'joy'"),
        ({}, {"fear": -0.1}, "fear: expected a probability of 0 to 1, got -0.1"),
    ],
)
def test_map_refuses_what_it_does_not_know(units, emotions, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        retargeter().map(units, emotions)


def test_a_doubtful_face_lets_the_emotion_in() -> None:
    doubtful = retargeter().retarget(make_analysis(emotion="happiness", presence=0.5))
    assert weight(doubtful, "mouthSmileLeft") == pytest.approx(0.3, abs=1e-3)
    assert np.all(doubtful.weights <= 1)
