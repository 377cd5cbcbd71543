import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.retarget.layers import EmotionPrior
from avatar_bridge.retarget.schema import EmotionLayer, Override
from avatar_bridge.types import EmotionScores

BLIND = np.zeros(len(BLENDSHAPES), np.float32)


def layer(**changes) -> EmotionLayer:
    said = {
        "intensity": 1.0,
        "top": 3,
        "protected": (),
        "prototypes": {
            "happiness": {"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0},
            "sadness": {"browInnerUp": 0.5},
        },
    }
    return EmotionLayer.model_validate(said | changes)


def feeling(**probabilities: float) -> EmotionScores:
    found = np.zeros(len(EMOTIONS), np.float32)
    for name, value in probabilities.items():
        found[EMOTION_INDEX[name]] = value
    found[EMOTION_INDEX["neutral"]] += 1.0 - found.sum()
    return EmotionScores(found)


def seen(**weights: float) -> np.ndarray:
    return np.array([weights.get(name, 0.0) for name in BLENDSHAPES], np.float32)


def laid(said: EmotionLayer, emotions: EmotionScores, evidence=BLIND, **weights: float) -> dict:
    found = EmotionPrior(said).apply(seen(**weights), emotions, evidence)
    return dict(zip(BLENDSHAPES, found.tolist(), strict=True))


def test_an_emotion_adds_where_the_units_are_silent() -> None:
    evidence = BLIND.copy()
    evidence[BLENDSHAPE_INDEX["mouthSmileLeft"]] = 0.75
    found = laid(layer(intensity=0.8), feeling(happiness=1.0), evidence, jawOpen=0.4)
    assert found["mouthSmileLeft"] == pytest.approx(0.2)
    assert found["mouthSmileRight"] == pytest.approx(0.8)
    assert found["jawOpen"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("manner", "happy", "left"),
    [
        ("none", 1.0, 0.9),
        ("blend", 0.0, 0.9),
        ("blend", 0.25, 0.675),
        ("blend", 1.0, 0.0),
        ("block", 0.0, 0.9),
        ("block", 0.05, 0.675),
        ("block", 0.2, 0.0),
        ("block", 1.0, 0.0),
    ],
)
def test_a_happy_layer_takes_from_the_blink_it_would_double(manner, happy, left) -> None:
    said = layer(top=7, overrides={"happiness": Override(blink=manner)})
    found = laid(said, feeling(happiness=happy), eyeBlinkLeft=0.9, eyeLookUpLeft=0.9, jawOpen=0.9)
    assert found["eyeBlinkLeft"] == pytest.approx(left, abs=1e-6)
    assert found["eyeLookUpLeft"] == pytest.approx(0.9)
    assert found["jawOpen"] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("group", "shape"),
    [("blink", "eyeBlinkRight"), ("look", "eyeLookInLeft"), ("mouth", "jawOpen")],
)
def test_each_group_has_its_own_override(group, shape) -> None:
    said = layer(overrides={"happiness": Override(**{group: "blend"})})
    weights = {"eyeBlinkRight": 1.0, "eyeLookInLeft": 1.0, "jawOpen": 1.0}
    found = laid(said, feeling(happiness=1.0), **weights)
    assert [name for name in weights if found[name] == 0.0] == [shape]


def test_an_emotion_that_is_seen_overrides_nothing() -> None:
    said = layer(overrides={"happiness": Override(blink="block")})
    found = laid(said, feeling(happiness=1.0), np.ones_like(BLIND), eyeBlinkLeft=0.9)
    assert found["eyeBlinkLeft"] == pytest.approx(0.9)


def test_overrides_of_several_emotions_add_up() -> None:
    said = layer(
        top=7, overrides={"happiness": Override(mouth="blend"), "sadness": Override(mouth="blend")}
    )
    found = laid(said, feeling(happiness=0.3, sadness=0.5), jawOpen=1.0)
    assert found["jawOpen"] == pytest.approx(0.2)


def test_of_the_top_emotions_counts_what_stands_out() -> None:
    emotions = feeling(happiness=0.5, sadness=0.3, fear=0.2)
    assert laid(layer(top=1), emotions)["mouthSmileLeft"] == pytest.approx(0.2)
    assert laid(layer(top=1), emotions)["browInnerUp"] == 0.0
    assert laid(layer(top=2), emotions)["browInnerUp"] == pytest.approx(0.05)
    assert laid(layer(top=3), emotions)["browInnerUp"] == pytest.approx(0.15)
    assert laid(layer(top=7), emotions)["mouthSmileLeft"] == pytest.approx(0.5)


def test_protected_shapes_get_nothing() -> None:
    found = laid(layer(protected=("mouthSmileLeft",)), feeling(happiness=1.0))
    assert (found["mouthSmileLeft"], found["mouthSmileRight"]) == (0.0, 1.0)
