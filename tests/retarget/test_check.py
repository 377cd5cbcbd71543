from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.retarget.check import Finding, State, check, fallbacks, known_shapes
from avatar_bridge.retarget.profile import load_profile

ARKIT = load_profile("arkit")


def findings(profile, names, still=()) -> dict[str, Finding]:
    return {finding.name: finding for finding in check(profile, names, still)}


def test_an_avatar_with_all_52_matches_all() -> None:
    found = findings(ARKIT, BLENDSHAPES)
    assert {finding.state for finding in found.values()} == {State.MATCHED}
    assert not any(finding.fallback for finding in found.values())


def test_what_an_avatar_has_lacks_and_moves_instead() -> None:
    names = ["jawOpen", "mouthSmile_L", "mouthSmile", "Fcl_EYE_Close", "tongueOut", "mouthPucker"]
    found = findings(ARKIT, names, still={"tongueOut"})
    assert found["jawOpen"] == Finding("jawOpen", State.MATCHED, "jawOpen")
    assert found["mouthSmileLeft"] == Finding("mouthSmileLeft", State.ALIASED, "mouthSmile_L")
    assert found["mouthSmileRight"].fallback == ("mouthSmile",)
    assert found["eyeBlinkLeft"].fallback == found["eyeBlinkRight"].fallback == ("Fcl_EYE_Close",)
    assert found["tongueOut"] == Finding("tongueOut", State.STILL, "tongueOut")
    assert found["mouthFunnel"] == Finding("mouthFunnel", State.MISSING, "", ("mouthPucker",))
    assert found["jawLeft"] == Finding("jawLeft", State.MISSING)


def test_a_vroid_face_has_something_for_what_shows() -> None:
    names = list(load_profile("vroid").targets)
    near = fallbacks(names, ())
    assert near["jawOpen"] == "Fcl_MTH_A"
    assert (near["eyeBlinkLeft"], near["eyeBlinkRight"]) == ("Fcl_EYE_Close_L", "Fcl_EYE_Close_R")
    assert near["mouthSmileLeft"] == near["mouthSmileRight"] == "Fcl_MTH_Fun"
    assert near["browInnerUp"] == "Fcl_BRW_Sorrow"
    assert known_shapes(names, ()) == {}


def test_targets_are_looked_for_where_a_profile_has_them() -> None:
    found = findings(load_profile("vrm1"), ["HAPPY", "jawOpen", "blinkLeft"], still={"blinkLeft"})
    assert found["happy"].state is State.ALIASED
    assert found["aa"] == Finding("aa", State.MISSING, "", ("jawOpen",))
    assert found["blinkLeft"].state is State.STILL
    assert "eyeBlinkLeft" not in found
