import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.retarget.crosstalk import Ceilings, Locks, Rivals
from avatar_bridge.retarget.schema import Lock


def weights(**values: float) -> np.ndarray:
    return np.array([values.get(name, 0.0) for name in BLENDSHAPES], np.float32)


def of(found: np.ndarray, *names: str) -> list[float]:
    return [float(found[BLENDSHAPE_INDEX[name]]) for name in names]


@pytest.mark.parametrize(
    ("smile", "frown", "expected"),
    [
        (0.8, 0.0, (0.8, 0.0)),
        (0.8, 0.1, (0.8, 0.0)),
        (0.8, 0.5, (0.8, 0.2)),
        (0.5, 0.8, (0.2, 0.8)),
        (0.6, 0.6, (0.6, 0.6)),
    ],
)
def test_the_smaller_rival_gives_way(smile, frown, expected) -> None:
    rivals = Rivals({"mouthSmileLeft": {"mouthFrownLeft": 1.0}})
    found = rivals.apply(weights(mouthSmileLeft=smile, mouthFrownLeft=frown, jawOpen=0.3))
    assert of(found, "mouthSmileLeft", "mouthFrownLeft") == pytest.approx(expected)
    assert of(found, "jawOpen") == pytest.approx([0.3])


def test_a_share_is_how_hard_it_pushes() -> None:
    rivals = Rivals({"mouthFunnel": {"mouthPucker": 0.5}})
    found = rivals.apply(weights(mouthFunnel=0.8, mouthPucker=0.6))
    assert of(found, "mouthFunnel", "mouthPucker") == pytest.approx([0.8, 0.5])


def test_two_rivals_of_one_shape_push_at_once() -> None:
    rivals = Rivals({"jawOpen": {"mouthFunnel": 0.5, "mouthPucker": 0.5}})
    found = rivals.apply(weights(jawOpen=0.5, mouthFunnel=0.7, mouthPucker=0.9))
    assert of(found, "jawOpen") == pytest.approx([0.5 - 0.1 - 0.2])


@pytest.mark.parametrize(
    ("to", "share", "expected"),
    [
        ("mean", 1.0, (0.5, 0.5)),
        ("mean", 0.5, (0.4, 0.6)),
        ("max", 1.0, (0.7, 0.7)),
        ("max", 0.5, (0.5, 0.7)),
        ("max", 0.0, (0.3, 0.7)),
    ],
)
def test_locked_sides_go_together(to, share, expected) -> None:
    locks = Locks({"eyeBlink": Lock(to=to, share=share)})
    for pair in (("eyeBlinkLeft", "eyeBlinkRight"), ("eyeBlinkRight", "eyeBlinkLeft")):
        found = locks.apply(weights(**dict(zip(pair, (0.3, 0.7), strict=True))))
        assert of(found, *pair) == pytest.approx(expected)


def test_locked_eyes_look_the_same_way() -> None:
    locks = Locks({"eyeLook": Lock(to="mean", share=1.0)})
    found = locks.apply(weights(eyeLookOutLeft=0.8, eyeLookInRight=0.4, eyeLookUpLeft=0.2))
    names = ("eyeLookOutLeft", "eyeLookInRight", "eyeLookUpLeft", "eyeLookUpRight")
    assert of(found, *names) == pytest.approx([0.6, 0.6, 0.1, 0.1])
    assert of(found, "eyeLookInLeft", "eyeLookOutRight") == [0.0, 0.0]


def test_a_ceiling_may_have_one_of_its_own() -> None:
    ceilings = Ceilings({"mouthClose": "jawOpen", "jawOpen": "jawForward"})
    found = ceilings.apply(weights(mouthClose=0.9, jawOpen=0.5, jawForward=0.2))
    assert of(found, "mouthClose", "jawOpen", "jawForward") == pytest.approx([0.2, 0.2, 0.2])


def test_no_rules_change_nothing() -> None:
    some = weights(jawOpen=0.5)
    for rules in (Rivals({}), Locks({}), Ceilings({})):
        assert rules.apply(some) is some
