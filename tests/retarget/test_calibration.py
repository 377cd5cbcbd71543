"""What a calibration does to readings, for any calibration and any reading."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, mirrored
from avatar_bridge.retarget.calibration import BLINKS, LOOKS, Calibration, Normaliser, limits
from avatar_bridge.types import HeadPose

SHARES = st.floats(0, 1, width=32)
FACES = st.lists(SHARES, min_size=59, max_size=59).map(lambda values: np.array(values, np.float32))
READINGS = st.dictionaries(st.sampled_from(ACTION_UNIT_NAMES), SHARES, max_size=12)
QUICK = settings(max_examples=60, deadline=None)
STEEPEST = 3.0
MIRROR = [ACTION_UNIT_INDEX[mirrored(name)] for name in ACTION_UNIT_NAMES]


def made(rest: dict[str, float], most: dict[str, float] | None = None, **more) -> Calibration:
    return Calibration(net="net", rest=rest, most=most or {}, **more)


CALIBRATIONS = st.builds(made, READINGS, READINGS, centre=st.booleans())


def own(calibration: Calibration, **units: float) -> dict[str, float]:
    read = np.zeros(59, np.float32)
    for name, value in units.items():
        read[ACTION_UNIT_INDEX[name]] = value
    out = Normaliser(calibration).units(read)
    return {name: float(out[ACTION_UNIT_INDEX[name]]) for name in units}


def test_rest_is_zero_and_the_strongest_is_one() -> None:
    calibration = made({"AU12L": 0.1}, {"AU12L": 0.6})
    assert own(calibration, AU12L=0.1) == {"AU12L": 0.0}
    assert own(calibration, AU12L=0.6)["AU12L"] == pytest.approx(1.0)
    assert own(calibration, AU12L=0.35)["AU12L"] == pytest.approx(0.5)


def test_a_strongest_that_hardly_exceeds_rest_is_not_believed() -> None:
    assert own(made({"AU18": 0.2}, {"AU18": 0.3}), AU18=0.6)["AU18"] == pytest.approx(0.5)
    weak = own(made({"AU18": 0.0}, {"AU18": 0.2}), AU18=0.1)["AU18"]
    assert weak == pytest.approx(0.3, abs=1e-3)


def test_the_measured_closed_point_is_a_full_blink() -> None:
    calibration = made({"AU45L": 0.2}, {"AU45L": 0.7})
    assert own(calibration, AU45L=0.7) == {"AU45L": 1.0}
    assert own(calibration, AU45L=0.9) == {"AU45L": 1.0}
    assert own(calibration, AU45L=0.2)["AU45L"] == pytest.approx(0.0, abs=1e-6)


def test_half_open_eyes_at_rest_are_open_and_still_close() -> None:
    calibration = made({"AU45L": 0.35})
    assert own(calibration, AU45L=0.35) == {"AU45L": 0.0}
    assert own(calibration, AU45L=0.8)["AU45L"] == pytest.approx(0.8)


def test_looks_move_as_one_axis() -> None:
    calibration = made({"AU61L": 0.2})
    assert own(calibration, AU61L=0.2, AU62L=0.0)["AU61L"] == pytest.approx(0.0, abs=1e-6)
    assert own(calibration, AU61L=0.0, AU62L=0.3)["AU62L"] == pytest.approx(0.5)
    left = calibration.model_copy(update={"centre": False})
    assert own(left, AU61L=0.2, AU62L=0.0)["AU61L"] == pytest.approx(0.2)


def test_head_and_gaze_at_rest_are_straight_and_come_back() -> None:
    turned = (0.0, np.sin(0.1), 0.0, np.cos(0.1))
    calibration = made({}, orientation=turned, gaze_left=(0.1, -0.05), gaze_right=(0.08, 0.0))
    applied = Normaliser(calibration)
    pose = HeadPose(np.array([0.1, 0.0, -0.5]), np.array(turned))
    straight = applied.head(pose)
    np.testing.assert_allclose(straight.orientation, [0, 0, 0, 1], atol=1e-6)
    np.testing.assert_array_equal(straight.position, pose.position)
    np.testing.assert_allclose(applied.raw_head(straight).orientation, turned, atol=1e-6)
    angles = np.array([0.1, -0.05, 0.08, 0.0], np.float32)
    np.testing.assert_allclose(applied.gaze(angles), 0.0, atol=1e-6)
    np.testing.assert_allclose(applied.raw_gaze(applied.gaze(angles)), angles)
    kept = Normaliser(calibration.model_copy(update={"centre": False}))
    assert kept.head(pose) is pose
    np.testing.assert_array_equal(kept.gaze(angles), angles)


@QUICK
@given(CALIBRATIONS, FACES)
def test_everything_stays_in_range(calibration: Calibration, face: np.ndarray) -> None:
    out = Normaliser(calibration).units(face)
    assert out.min() >= 0
    assert out.max() <= 1


@QUICK
@given(CALIBRATIONS, SHARES)
def test_a_blink_at_its_closed_point_is_never_lowered(calibration: Calibration, blink) -> None:
    bounds = limits()
    for name in BLINKS:
        rest = min(calibration.rest.get(name, 0.0), bounds.blink_rest)
        measured = calibration.most.get(name, 0.0)
        shut = measured if measured - rest >= bounds.range else bounds.blink_knee
        if blink >= shut:
            full = 1.0 if shut == measured else blink
            assert own(calibration, **{name: blink})[name] == pytest.approx(full, abs=1e-6)


@QUICK
@given(CALIBRATIONS, st.sampled_from(ACTION_UNIT_NAMES), SHARES, SHARES)
def test_more_read_is_never_less_and_never_jumps(calibration, name, one, other) -> None:
    low, high = sorted((one, other))
    step = own(calibration, **{name: high})[name] - own(calibration, **{name: low})[name]
    assert -1e-6 <= step <= STEEPEST * (high - low) + 1e-4


@QUICK
@given(CALIBRATIONS, FACES)
def test_a_mirrored_person_is_mirrored(calibration: Calibration, face: np.ndarray) -> None:
    other = calibration.model_copy(
        update={
            part: {mirrored(name): value for name, value in getattr(calibration, part).items()}
            for part in ("rest", "most")
        }
    )
    plain, flipped = Normaliser(calibration).units(face), Normaliser(other).units(face[MIRROR])
    np.testing.assert_allclose(flipped, plain[MIRROR], atol=1e-5)


@QUICK
@given(FACES)
def test_an_empty_calibration_changes_nothing(face: np.ndarray) -> None:
    np.testing.assert_allclose(Normaliser(made({})).units(face), face, atol=1e-6)


def test_opposite_looks_are_of_one_eye() -> None:
    assert all(one[-1] == other[-1] for one, other in LOOKS)
