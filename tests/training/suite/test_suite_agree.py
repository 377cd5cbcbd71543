import math

import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.training.suite.agree import (
    activated,
    gaze_degrees,
    geodesic_degrees,
    interocular_error,
    rates,
    shape_r,
)

JAW, SMILE, CLOSE = (BLENDSHAPE_INDEX[n] for n in ("jawOpen", "mouthSmileLeft", "mouthClose"))


def weights(**values: float) -> np.ndarray:
    row = np.zeros(52, np.float32)
    for name, value in values.items():
        row[BLENDSHAPE_INDEX[name]] = value
    return row


def test_a_shape_that_rises_most_is_activated() -> None:
    assert activated(weights(), weights(jawOpen=0.5), JAW)


def test_a_shape_that_was_high_at_rest_has_not_risen() -> None:
    assert not activated(weights(jawOpen=0.4), weights(jawOpen=0.6), JAW)


@pytest.mark.parametrize("rivals, seen", [(2, True), (3, False)])
def test_a_shape_has_to_be_among_the_first_three(rivals: int, seen: bool) -> None:
    names = ("mouthPucker", "mouthFunnel", "cheekPuff")[:rivals]
    shown = weights(jawOpen=0.4, **dict.fromkeys(names, 0.6))
    assert activated(weights(), shown, JAW) is seen


def test_companions_are_not_ranked() -> None:
    shown = weights(mouthClose=0.4, jawOpen=0.9, mouthPucker=0.8, mouthFunnel=0.7)
    assert not activated(weights(), weights(cheekPuff=0.9) + shown, CLOSE, ())
    assert activated(weights(), shown, CLOSE, (JAW,))
    assert not activated(weights(), weights(cheekPuff=0.9) + shown, CLOSE, (SMILE,))


def test_rates_are_shares_of_the_heads() -> None:
    found = rates([(JAW, True), (JAW, False), (SMILE, True)])
    assert found[JAW] == 0.5
    assert found[SMILE] == 1.0
    assert np.isnan(found[CLOSE])


def test_shape_r_leaves_out_faces_that_were_not_found() -> None:
    rng = np.random.default_rng(0)
    true = rng.random((20, 52)).astype(np.float32)
    said = true.copy()
    said[3] = np.nan
    said[:, SMILE] = np.where(np.isnan(said[:, SMILE]), np.nan, 0.0)
    true[:, CLOSE] = 0.2
    r = shape_r(said, true)
    assert r[JAW] == pytest.approx(1.0)
    assert r[SMILE] == 0.0
    assert np.isnan(r[CLOSE])


@pytest.mark.parametrize("degrees", [0.0, 30.0, 180.0])
def test_geodesic_angle_between_turned_heads(degrees: float) -> None:
    half = math.radians(degrees) / 2
    turned = np.array([[0.0, math.sin(half), 0.0, math.cos(half)]])
    straight = np.array([[0.0, 0.0, 0.0, 1.0]])
    assert geodesic_degrees(turned, straight) == pytest.approx([degrees], abs=1e-4)
    assert geodesic_degrees(-turned, straight) == pytest.approx([degrees], abs=1e-4)


def test_gaze_angle_is_taken_on_the_sphere() -> None:
    said = np.radians([[[10.0, 0.0], [0.0, 60.0]]])
    true = np.radians([[[0.0, 0.0], [90.0, 60.0]]])
    found = gaze_degrees(said, true)
    assert found.shape == (1, 2)
    assert found[0, 0] == pytest.approx(10.0, abs=1e-3)
    assert found[0, 1] == pytest.approx(math.degrees(math.acos(0.75)), abs=1e-3)


def test_interocular_error_is_in_distances_of_the_outer_corners() -> None:
    true = np.zeros((1, 68, 2))
    true[0, 45] = (50.0, 0.0)
    said = np.concatenate([true + np.array([3.0, 4.0]), np.full((1, 2, 2), 1e6)], axis=1)
    assert interocular_error(said, true) == pytest.approx([0.1])
