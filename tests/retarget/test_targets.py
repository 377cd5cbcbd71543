import numpy as np
import pytest
from builders import make_analysis, make_motion

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.unified import RENAMED, UNIFIED_OF
from avatar_bridge.facs.visemes import VISEME_TARGETS
from avatar_bridge.facs.vrm import VRM0_OF, VRM0_PRESETS, VRM1_PRESETS
from avatar_bridge.retarget.profile import load_profile, packaged_profiles
from avatar_bridge.retarget.retargeter import Retargeter
from avatar_bridge.types import EmotionScores

WITH_TARGETS = [name for name in packaged_profiles() if load_profile(name).targets]


def targets(profile: str, emotion: str = "neutral", **weights: float) -> dict[str, float]:
    retargeter = Retargeter(load_profile(profile), ())
    found = retargeter.targets(
        make_motion(**weights).blendshapes, make_analysis(emotion=emotion).emotions
    )
    return dict(zip(retargeter.target_names, found.tolist(), strict=True))


def test_the_packaged_profiles() -> None:
    assert packaged_profiles() == (
        "arkit", "cartoon", "subtle", "unified", "visemes15", "vrm0", "vrm1", "vroid",
    )  # fmt: skip
    assert WITH_TARGETS == ["unified", "visemes15", "vrm0", "vrm1", "vroid"]


@pytest.mark.parametrize(
    ("profile", "vocabulary", "left_out"),
    [
        ("vrm0", VRM0_PRESETS, {"Neutral", "Blink"}),
        ("vrm1", VRM1_PRESETS, {"neutral", "blink"}),
        ("visemes15", VISEME_TARGETS, set()),
    ],
)
def test_targets_cover_their_vocabulary(profile, vocabulary, left_out) -> None:
    assert set(load_profile(profile).targets) == set(vocabulary) - left_out


def test_vrm_0_says_what_vrm_1_says() -> None:
    old, new = load_profile("vrm0").targets, load_profile("vrm1").targets
    assert set(VRM0_OF) == set(VRM1_PRESETS) - {"surprised"}
    assert {VRM0_OF[name]: mix for name, mix in new.items() if name in VRM0_OF} == old


def test_unified_carries_all_52_and_what_mixes_them() -> None:
    found = load_profile("unified").targets
    for shape in BLENDSHAPES:
        assert found[UNIFIED_OF[shape]] == {shape: 1.0}
    assert set(RENAMED) <= set(BLENDSHAPES)
    assert targets("unified")["EyeLidLeft"] == pytest.approx(0.75)
    assert targets("unified", eyeBlinkLeft=1.0)["EyeLidLeft"] == 0.0
    assert targets("unified", eyeWideLeft=1.0)["EyeLidLeft"] == 1.0


def test_every_shape_that_shows_moves_something() -> None:
    """What a viewer looks at first must not be lost on any avatar."""
    for profile in ("vrm0", "vrm1", "vroid", "visemes15"):
        rest = targets(profile)
        for shape in ("jawOpen", "mouthFunnel", "mouthPucker"):
            assert targets(profile, **{shape: 0.8}) != rest, (profile, shape)


@pytest.mark.parametrize(
    ("weights", "vowel"),
    [
        ({"jawOpen": 0.7}, "aa"),
        ({"mouthStretchLeft": 0.8, "mouthStretchRight": 0.8}, "ih"),
        ({"mouthPucker": 0.8}, "ou"),
        ({"mouthFunnel": 0.8, "jawOpen": 0.2}, "oh"),
    ],
)
def test_a_vowel_leads_where_its_mouth_is_made(weights, vowel) -> None:
    found = targets("vrm1", **weights)
    vowels = {name: found[name] for name in ("aa", "ih", "ou", "ee", "oh")}
    assert max(vowels, key=vowels.get) == vowel
    assert vowels[vowel] > 0.5


def test_a_happy_preset_takes_from_the_blink_and_leaves_the_wire_alone() -> None:
    calm = targets("vrm1", eyeBlinkLeft=0.8, eyeLookUpLeft=1.0, eyeLookUpRight=1.0)
    happy = targets("vrm1", "happiness", eyeBlinkLeft=0.8, eyeLookUpLeft=1.0, eyeLookUpRight=1.0)
    assert calm["blinkLeft"] == pytest.approx(0.8)
    assert (happy["happy"], happy["blinkLeft"]) == (1.0, 0.0)
    assert happy["lookUp"] == calm["lookUp"] == 1.0
    retargeter = Retargeter(load_profile("vrm1"), ("AU45L", "AU12L", "AU12R"))
    seen = make_analysis({"AU45L": 0.8}, emotion="neutral")
    assert retargeter.retarget(seen).weights.max() == pytest.approx(0.8)


def test_no_targets_are_an_empty_row() -> None:
    retargeter = Retargeter(load_profile("arkit"), ())
    found = retargeter.targets(make_motion().blendshapes, EmotionScores.neutral())
    assert (retargeter.target_names, found.shape, found.dtype) == ((), (0,), np.float32)
