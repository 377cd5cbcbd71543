import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.names import (
    FREE_SHAPES,
    SWEPT_SHAPES,
    arkit_source,
    rig_matrix,
    rig_weights,
)

SIDED = (
    "browDown", "browInnerUp", "browOuterUp", "cheekPuff", "cheekRaiser", "cheekSquint",
    "eyeBlink", "eyeLookDown", "eyeLookIn", "eyeLookOut", "eyeLookUp", "eyeSquint", "eyeWide",
    "mouthDimple", "mouthFrown", "mouthLowerDown", "mouthPress", "mouthSmile", "mouthStretch",
    "mouthUpperUp", "noseSneer", "PupilDilate",
)  # fmt: skip
WHOLE = (
    "jawForward", "jawLeft", "jawOpen", "jawRight", "mouthClose", "mouthFunnel", "mouthLeft",
    "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower",
    "mouthShrugUpper",
)  # fmt: skip
SHAPES = (*(f"{name}_{side}" for name in SIDED for side in "LR"), *WHOLE)


def test_every_shape_of_the_kit_has_its_place() -> None:
    assert len(SHAPES) == 57
    for shape in SHAPES:
        assert (arkit_source(shape) is None) == (shape in FREE_SHAPES)


def test_every_arkit_shape_but_the_tongue_is_a_shape_of_the_kit() -> None:
    driven = rig_matrix(SHAPES).sum(axis=0) > 0
    assert {name for name, moves in zip(BLENDSHAPES, driven, strict=True) if not moves} == set(
        SWEPT_SHAPES
    )


@pytest.mark.parametrize(
    ("shape", "name"),
    [
        ("mouthSmile_L", "mouthSmileLeft"),
        ("browInnerUp_R", "browInnerUp"),
        ("cheekPuff_L", "cheekPuff"),
        ("mouthLeft", "mouthLeft"),
        ("cheekRaiser_R", "cheekSquintRight"),
    ],
)
def test_names(shape: str, name: str) -> None:
    source = arkit_source(shape)
    assert source is not None
    assert source[0] == name


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(KeyError):
        arkit_source("earWiggle_L")


def test_a_shut_eye_takes_no_more_of_the_look() -> None:
    weights = np.zeros(52, np.float32)
    for name in ("eyeBlinkLeft", "eyeLookDownLeft", "eyeLookDownRight"):
        weights[BLENDSHAPE_INDEX[name]] = 1.0
    rig = dict(zip(SHAPES, rig_weights(weights, SHAPES), strict=True))
    assert rig["eyeBlink_L"] == 1.0
    assert rig["eyeLookDown_L"] == 0.0
    assert rig["eyeLookDown_R"] == 1.0


def test_lips_close_as_far_as_the_jaw_is_open() -> None:
    weights = np.zeros(52, np.float32)
    weights[BLENDSHAPE_INDEX["mouthClose"]] = 0.8
    weights[BLENDSHAPE_INDEX["jawOpen"]] = 0.3
    rig = dict(zip(SHAPES, rig_weights(weights, SHAPES), strict=True))
    assert rig["mouthClose"] == pytest.approx(0.3)
