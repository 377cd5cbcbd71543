import itertools

import numpy as np
import pytest
from builders import make_motion
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.smooth import SMOOTHERS
from avatar_bridge.smooth.decay import fade, remaining
from avatar_bridge.smooth.one_euro import step
from avatar_bridge.types import Gaze, HeadPose, Motion

FRAME_S = 1 / 60


def weights_over_time(name: str, values: np.ndarray, elapsed_s: float = FRAME_S) -> np.ndarray:
    smoother = SMOOTHERS.create("one_euro")
    index = BLENDSHAPE_INDEX[name]
    return np.array(
        [
            smoother.smooth(make_motion(**{name: float(v)}), elapsed_s).blendshapes.weights[index]
            for v in values
        ]
    )


@pytest.mark.parametrize("name", SMOOTHERS.names())
def test_the_first_value_comes_back_unchanged(name: str) -> None:
    motion = make_motion(jawOpen=0.7, mouthSmileLeft=0.2)
    smoothed = SMOOTHERS.create(name).smooth(motion, 0.0)
    assert smoothed.blendshapes.weights == pytest.approx(motion.blendshapes.weights)
    assert smoothed.head_pose.orientation == pytest.approx(motion.head_pose.orientation)


@pytest.mark.parametrize("name", SMOOTHERS.names())
def test_a_still_face_stays_where_it_is(name: str) -> None:
    smoother = SMOOTHERS.create(name)
    motion = make_motion(jawOpen=0.5)
    for _ in range(50):
        smoothed = smoother.smooth(motion, FRAME_S)
    assert smoothed.blendshapes.weights == pytest.approx(motion.blendshapes.weights)


@pytest.mark.parametrize("name", BLENDSHAPES)
def test_noise_at_rest_shrinks(name: str) -> None:
    noise = np.clip(0.3 + 0.01 * np.random.default_rng(0).standard_normal(600), 0, 1)
    smoothed = weights_over_time(name, noise)[60:]
    assert smoothed.std() < 0.75 * noise[60:].std()


def test_a_blink_keeps_its_peak_and_its_time() -> None:
    time = np.arange(60) * FRAME_S
    blink = np.exp(-(((time - 0.5) / 0.05) ** 2))  # shut for about a tenth of a second
    smoothed = weights_over_time("eyeBlinkLeft", blink)
    assert smoothed.max() > 0.9 * blink.max()
    assert smoothed.argmax() - blink.argmax() <= 1


def test_a_gap_in_time_lets_the_new_value_through() -> None:
    smoothed = weights_over_time("browInnerUp", np.array([0.0, 1.0]), elapsed_s=5.0)
    assert smoothed[-1] > 0.95


def test_the_rate_of_frames_does_not_change_the_lag() -> None:
    def lag_behind_a_ramp(rate: int) -> float:
        ramp = np.linspace(0, 1, rate + 1)  # one second
        return float(np.mean(ramp - weights_over_time("browInnerUp", ramp, 1 / rate)))

    assert lag_behind_a_ramp(30) == pytest.approx(lag_behind_a_ramp(120), abs=1 / 60)


def test_two_frames_with_one_stamp_do_no_harm() -> None:
    state = step(None, np.zeros(3), 0.0, 1.0, 1.0)
    assert np.isfinite(step(state, np.ones(3), 0.0, 1.0, 1.0).value).all()


def test_a_turn_across_the_sign_of_a_quaternion_is_smooth() -> None:
    smoother = SMOOTHERS.create("one_euro")
    rest = make_motion()
    angles = []
    for degrees in range(150, 211, 2):
        q = Rotation.from_euler("y", degrees, degrees=True).as_quat(canonical=True)
        motion = Motion(rest.blendshapes, HeadPose(np.array([0, 0, -1]), q), rest.gaze)
        out = smoother.smooth(motion, FRAME_S).head_pose.orientation
        angles.append(np.degrees(Rotation.from_quat(out).magnitude()))
    assert np.abs(np.diff(angles)).max() < 3.0


def test_lost_faces_hold_then_ease_back() -> None:
    left = [remaining(t, hold_s=0.3, decay_s=0.7) for t in np.linspace(0, 1.2, 25)]
    assert left[0] == left[6] == 1.0
    assert left[-1] == 0.0
    assert all(a >= b for a, b in itertools.pairwise(left))


def test_fading_scales_the_face_and_straightens_the_head() -> None:
    turned = Rotation.from_euler("y", 40, degrees=True).as_quat()
    gaze = Gaze(np.array([0.4, 0.2]), np.array([0.4, 0.2]))
    pose = HeadPose(np.array([0.1, 0, -0.5]), turned)
    motion = Motion(make_motion(jawOpen=0.8).blendshapes, pose, gaze)
    half = fade(motion, 0.5)
    assert half.blendshapes.weights[BLENDSHAPE_INDEX["jawOpen"]] == pytest.approx(0.4)
    turn = np.degrees(Rotation.from_quat(half.head_pose.orientation).magnitude())
    assert turn == pytest.approx(20, abs=0.1)
    assert half.head_pose.position == pytest.approx(pose.position)
    assert half.gaze.left == pytest.approx([0.2, 0.1])
    assert fade(motion, 0.0).head_pose.orientation == pytest.approx([0, 0, 0, 1])
    assert fade(motion, 1.0).head_pose.orientation == pytest.approx(turned, abs=1e-6)
