"""Hidden eyes, and all that is done to a look before it is mapped."""

from dataclasses import replace

import numpy as np
import pytest
from builders import make_analysis, make_points, make_state
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, mirrored
from avatar_bridge.facs.landmarks import EYE_LEFT
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.retarget.calibration import Calibration
from avatar_bridge.retarget.conditioner import Conditioned, Conditioner
from avatar_bridge.retarget.occlusion import follow, occlusion_rules
from avatar_bridge.types import FaceAnalysis, Gaze, HeadPose, Landmarks

SIZE = (640, 480)
RULES = occlusion_rules()
SHARES = st.floats(0, 1)
QUICK = settings(max_examples=60, deadline=None)


def turned(yaw: float, units: dict[str, float] | None = None) -> FaceAnalysis:
    """A face turned so many degrees to its left, looking ahead with the left eye, aside with
    the right one."""
    orientation = Rotation.from_euler("y", yaw, degrees=True).as_quat()
    return replace(
        make_analysis(units),
        head_pose=HeadPose(np.array([0, 0, -0.5]), orientation),
        gaze=Gaze(np.zeros(2), np.array([0.2, 0.1])),
    )


def unit(seen: Conditioned, name: str) -> float:
    return float(seen.analysis.action_units.intensities[ACTION_UNIT_INDEX[name]])


def test_eyes_that_are_both_seen_are_left_alone() -> None:
    wink = turned(15, {"AU45L": 0.9, "AU45R": 0.1})
    seen = Conditioner().condition(wink, SIZE)
    np.testing.assert_array_equal(
        seen.analysis.action_units.intensities, wink.action_units.intensities
    )
    assert seen.confidence == wink.presence


@pytest.mark.parametrize(("yaw", "far", "near"), [(60, "L", "R"), (-60, "R", "L")])
def test_the_far_eye_follows_the_near_one(yaw: float, far: str, near: str) -> None:
    read = {f"AU45{near}": 0.9, f"AU45{far}": 0.2, f"AU61{near}": 0.4, f"AU64{near}": 0.3}
    seen = Conditioner().condition(turned(yaw, read), SIZE)
    for code in ("AU45", "AU61", "AU62", "AU63", "AU64", "AU5", "AU7"):
        assert unit(seen, code + far) == pytest.approx(unit(seen, code + near))
    gaze = seen.analysis.gaze
    np.testing.assert_allclose(gaze.left, gaze.right, atol=1e-6)
    assert unit(seen, f"AU45{near}") == pytest.approx(0.9)
    assert seen.confidence == pytest.approx(1 - RULES.confidence)


def test_a_far_eye_that_disagrees_is_doubted_earlier() -> None:
    read = {"AU45R": 0.95, "AU45L": 0.05}
    assert unit(Conditioner().condition(turned(36, read), SIZE), "AU45L") > 0.9
    assert unit(Conditioner().condition(turned(10, read), SIZE), "AU45L") == pytest.approx(0.05)
    near = {"AU45L": 0.95, "AU45R": 0.05}  # a wink of the near eye is not taken from it
    assert unit(Conditioner().condition(turned(-36, near), SIZE), "AU45L") == pytest.approx(0.95)


def test_an_eye_outside_the_picture_or_a_sliver_follows() -> None:
    read = {"AU45R": 0.8}
    outside = make_points(centre=(625, 240))  # the subject's left eye is beyond the right edge
    cut = replace(turned(0, read), landmarks=Landmarks(outside))
    assert unit(Conditioner().condition(cut, SIZE), "AU45L") == pytest.approx(0.8)
    assert unit(Conditioner().condition(cut), "AU45L") == 0.0
    points = make_points()
    points[EYE_LEFT] = points[EYE_LEFT].mean(axis=0)
    sliver = replace(turned(0, read), landmarks=Landmarks(points))
    assert unit(Conditioner().condition(sliver, SIZE), "AU45L") == pytest.approx(0.8)


def test_two_doubtful_eyes_follow_nobody() -> None:
    far_off = replace(turned(0, {"AU45R": 0.8}), landmarks=Landmarks(make_points((900, 240))))
    seen = Conditioner().condition(far_off, SIZE)
    assert unit(seen, "AU45L") == 0.0
    assert unit(seen, "AU45R") == pytest.approx(0.8)
    assert seen.confidence == pytest.approx(1 - RULES.confidence)


@QUICK
@given(st.floats(-80, 80), SHARES, SHARES)
def test_doubt_grows_evenly(yaw: float, left: float, right: float) -> None:
    read = {"AU45L": left, "AU45R": right}
    one = Conditioner().condition(turned(yaw, read), SIZE)
    other = Conditioner().condition(turned(yaw + 0.1, read), SIZE)
    for name in ("AU45L", "AU45R"):
        assert 0 <= unit(one, name) <= 1
        assert min(left, right) - 1e-6 <= unit(one, name) <= max(left, right) + 1e-6
        assert unit(one, name) == pytest.approx(unit(other, name), abs=0.03)
    assert one.confidence == pytest.approx(other.confidence, abs=0.01)


@QUICK
@given(st.floats(-70, 70), SHARES, SHARES)
def test_a_mirrored_look_is_mirrored(yaw: float, left: float, right: float) -> None:
    conditioner = Conditioner(ModelStore().find("student").card.pose)
    read = {"AU45L": left, "AU45R": right, "AU61L": 0.4, "AU12R": 0.6}
    other = {mirrored(name): value for name, value in read.items()}
    plain = conditioner.condition(replace(turned(yaw, read), gaze=_gaze(0.1, 0.2)), SIZE)
    flipped = conditioner.condition(replace(turned(-yaw, other), gaze=_gaze(-0.2, -0.1)), SIZE)
    for name in ACTION_UNIT_NAMES:
        assert unit(flipped, mirrored(name)) == pytest.approx(unit(plain, name), abs=1e-4)
    assert flipped.analysis.gaze.left[0] == pytest.approx(-plain.analysis.gaze.right[0], abs=1e-4)
    assert flipped.confidence == pytest.approx(plain.confidence, abs=1e-5)


def _gaze(left: float, right: float) -> Gaze:
    return Gaze(np.array([left, 0.1]), np.array([right, 0.1]))


def test_the_values_that_came_in_are_not_touched() -> None:
    look = turned(60, {"AU45R": 0.9})
    before = look.action_units.intensities.copy(), look.gaze.left.copy()
    Conditioner(ModelStore().find("student").card.pose).condition(look, SIZE)
    np.testing.assert_array_equal(look.action_units.intensities, before[0])
    np.testing.assert_array_equal(look.gaze.left, before[1])
    units, gaze = np.ones(59, np.float32), np.zeros(4, np.float32)
    follow(units, gaze, (1.0, 0.0))
    assert units.all()


def test_what_a_calibration_measures_is_as_if_there_were_none() -> None:
    orientation = Rotation.from_euler("y", 8, degrees=True).as_quat()
    calibration = Calibration(
        net="student", rest={"AU12L": 0.2}, orientation=tuple(orientation), gaze_left=(0.1, 0.0)
    )
    plain, own = Conditioner(), Conditioner(calibration=calibration)
    look = replace(turned(8, {"AU12L": 0.2}), gaze=Gaze(np.array([0.1, 0.0]), np.array([0.1, 0.0])))
    sights = []
    for conditioner in (plain, own):
        seen = conditioner.condition(look, SIZE).analysis
        state = replace(
            make_state(),
            action_units=look.action_units,  # raw, as they are published
            head_pose=seen.head_pose,
            gaze=seen.gaze,
        )
        sights.append(conditioner.sight(state))
    assert unit(own.condition(look, SIZE), "AU12L") == pytest.approx(0.0)
    np.testing.assert_allclose(
        own.condition(look, SIZE).analysis.head_pose.orientation, [0, 0, 0, 1], atol=1e-6
    )
    first, second = sights
    assert first is not None
    assert second is not None
    for part in ("units", "orientation", "gaze"):
        np.testing.assert_allclose(getattr(first, part), getattr(second, part), atol=1e-6)
    assert own.sight(make_state(tracked=False)) is None
    assert own.calibrated(None).calibration is None
