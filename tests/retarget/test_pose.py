"""Corrections of a turned head, for the nets that have them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, mirrored
from avatar_bridge.inference.pose_bias import PoseBias
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.retarget.pose import PoseCorrection, turn_of

NETS = [name for name in ModelStore().names() if ModelStore().find(name).card.pose]
MIRROR = [ACTION_UNIT_INDEX[mirrored(name)] for name in ACTION_UNIT_NAMES]
SHARES = st.floats(0, 1, width=32)
TURNS = st.floats(-1.5, 1.5)
FACES = st.lists(SHARES, min_size=59, max_size=59).map(lambda values: np.array(values, np.float32))
QUICK = settings(max_examples=60, deadline=None)
STILL = np.zeros(4, np.float32)


@pytest.fixture(scope="module", params=NETS)
def correction(request: pytest.FixtureRequest) -> PoseCorrection:
    bias = ModelStore().find(request.param).card.pose
    assert bias is not None
    return PoseCorrection(bias)


def blink(correction: PoseCorrection, read: float, yaw: float, pitch: float = 0.0) -> float:
    units = np.zeros(59, np.float32)
    units[ACTION_UNIT_INDEX["AU45L"]] = read
    terms = correction.terms(np.radians(yaw), np.radians(pitch))
    return float(correction.straighten(units, STILL, terms)[0][ACTION_UNIT_INDEX["AU45L"]])


def test_the_default_net_has_a_correction() -> None:
    assert "student" in NETS


def test_the_default_net_closes_a_blink_at_thirty_degrees() -> None:
    bias = ModelStore().find("student").card.pose
    assert bias is not None
    correction = PoseCorrection(bias)
    for yaw in (-30, 30):
        assert blink(correction, 0.66, yaw) > 0.69  # read of a full one there; 0.76 if straight
        assert blink(correction, 1.0, yaw) == 1.0
        assert blink(correction, 0.04, yaw) < 0.06


def test_a_head_held_straight_is_left_alone(correction: PoseCorrection) -> None:
    units = np.random.default_rng(1).random(59).astype(np.float32)
    angles = np.array([0.1, -0.2, 0.15, -0.2], np.float32)
    out, looks = correction.straighten(units, angles, correction.terms(0.0, 0.0))
    np.testing.assert_allclose(out, units, atol=1e-6)
    np.testing.assert_allclose(looks, angles, atol=1e-6)


@QUICK
@given(face=FACES, yaw=TURNS, pitch=TURNS)
def test_everything_stays_in_range_and_full_stays_full(correction, face, yaw, pitch) -> None:
    out, _ = correction.straighten(face, STILL, correction.terms(yaw, pitch))
    assert out.min() >= 0
    assert out.max() <= 1
    assert (out[face == 1] == 1).all()


@QUICK
@given(one=SHARES, other=SHARES, yaw=TURNS, pitch=TURNS)
def test_more_read_is_never_less(correction, one, other, yaw, pitch) -> None:
    low, high = sorted((one, other))
    angles = np.degrees(yaw), np.degrees(pitch)
    assert blink(correction, low, *angles) <= blink(correction, high, *angles) + 1e-6


@QUICK
@given(read=SHARES, yaw=TURNS, pitch=TURNS)
def test_a_small_turn_changes_little(correction, read, yaw, pitch) -> None:
    angles = np.degrees(yaw), np.degrees(pitch)
    assert blink(correction, read, angles[0] + 0.1, angles[1]) == pytest.approx(
        blink(correction, read, *angles), abs=0.01
    )


@QUICK
@given(face=FACES, yaw=TURNS, pitch=TURNS)
def test_a_mirrored_face_is_mirrored(correction, face, yaw, pitch) -> None:
    angles = np.array([0.1, -0.2, 0.15, -0.25], np.float32)
    plain, looks = correction.straighten(face, angles, correction.terms(yaw, pitch))
    other = np.array([-0.15, -0.25, -0.1, -0.2], np.float32)
    flipped, seen = correction.straighten(face[MIRROR], other, correction.terms(-yaw, pitch))
    np.testing.assert_allclose(flipped, plain[MIRROR], atol=1e-5)
    np.testing.assert_allclose(seen, looks[[2, 3, 0, 1]] * [-1, 1, -1, 1], atol=1e-5)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (-30, 10), (50, -20)])
def test_yaw_is_to_the_subjects_left_and_pitch_up(yaw: float, pitch: float) -> None:
    turned = Rotation.from_euler("YX", [yaw, -pitch], degrees=True).as_quat()
    found = np.degrees(turn_of(turned.astype(np.float32)))
    np.testing.assert_allclose(found, (yaw, pitch), atol=1e-3)


@pytest.mark.parametrize(
    "values",
    [
        {"units": {"AU99L": {}}},
        {"units": {"AU12R": {}}},  # the left one's numbers say it already
        {"units": {"AU26": {}}},  # of no side: it would be corrected as its own mirror image
        {"units": {"AU12L": {"gain": [float("nan"), 0, 0, 0, 0]}}},
        {"units": {"AU12L": {"gain": [0, 0]}}},
        {"units": {"AU12L": {"offset": [3, 0, 0, 0, 0]}}},
    ],
)
def test_a_broken_card_is_refused(values: dict) -> None:
    with pytest.raises(ValidationError):
        PoseBias.model_validate({"yaw_range": 40, "pitch_range": 30, **values})
