import numpy as np
import pytest
from builders import make_motion
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.config import LossConfig
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.smooth import load_smoothing
from avatar_bridge.smooth.base import Envelope
from avatar_bridge.smooth.face import FaceInTime
from avatar_bridge.types import EmotionScores, Gaze, HeadPose, Motion

LOSS = LossConfig(hold_s=0.3, decay_s=0.7, return_s=0.25)
STEEPEST = 1.5  # of a blend, in whole gaps a blend's time
ENVELOPE = Envelope(0.25, 0.6)
JAW = BLENDSHAPE_INDEX["jawOpen"]


def motion(jaw: float = 0.0, yaw: float = 0.0, x: float = 0.0, look: float = 0.0) -> Motion:
    q = Rotation.from_euler("y", yaw).as_quat()
    eyes = np.array([look, 0.0])
    shapes = make_motion(jawOpen=jaw, eyeBlinkLeft=jaw).blendshapes
    return Motion(shapes, HeadPose(np.array([x, 0, -0.6]), q), Gaze(eyes, eyes))


def at(frame: int, rate: int = 60) -> int:
    return round(frame * 1e9 / rate)


def step(a: Motion, b: Motion) -> np.ndarray:
    """The largest steps of weights, place, direction and gaze."""
    turn = (
        Rotation.from_quat(b.head_pose.orientation)
        * Rotation.from_quat(a.head_pose.orientation).inv()
    )
    return np.array(
        [
            np.abs(b.blendshapes.weights - a.blendshapes.weights).max(),
            np.abs(b.head_pose.position - a.head_pose.position).max(),
            turn.magnitude(),
            np.abs(b.gaze.left - a.gaze.left).max(),
        ]
    )


@pytest.mark.parametrize("smoothing", ["none", "balanced"])
@settings(max_examples=8, deadline=None)
@given(
    before=st.tuples(*[st.floats(0, 1)] * 4),
    after=st.tuples(*[st.floats(0, 1)] * 4),
    away=st.integers(16, 70),
    rate=st.sampled_from([30, 60, 120]),
)
def test_a_face_that_comes_back_does_not_pop(
    smoothing: str,
    before: tuple[float, float, float, float],
    after: tuple[float, float, float, float],
    away: int,
    rate: int,
) -> None:
    face = FaceInTime(load_smoothing(smoothing), LOSS)
    away = away * rate // 60
    was, now = motion(*before), motion(*after)
    shown = [face.move(was, at(0, rate))]
    shown += [face.fade(at(frame, rate)).motion for frame in range(1, away)]
    shown += [face.move(now, at(frame, rate)) for frame in range(away, away + rate // 2)]
    gap = step(shown[away - 1], now)
    most = STEEPEST * gap / (rate * LOSS.return_s)
    for a, b in zip(shown[away - 1 : -1], shown[away:], strict=True):
        assert (step(a, b) <= most + 1e-3).all()
    assert step(shown[-1], now).max() < 1e-3


def test_a_face_that_was_away_for_a_frame_comes_back_at_once() -> None:
    face = FaceInTime(load_smoothing("none"), LOSS)
    jaws = np.clip(np.arange(12) / 12, 0, 1)
    for frame, jaw in enumerate(jaws):
        if frame in (5, 6):
            face.fade(at(frame))
            continue
        out = face.move(motion(float(jaw)), at(frame)).blendshapes.weights[JAW]
        if frame >= 9:  # three frames after the first in which it was lost
            assert out == pytest.approx(jaw, abs=1e-6)


@pytest.mark.parametrize("smoothing", ["none", "balanced"])
def test_a_track_that_jumps_takes_the_avatar_along(smoothing: str) -> None:
    face = FaceInTime(load_smoothing(smoothing), LOSS)
    for frame in range(10):
        last = face.move(motion(0.1, yaw=-0.5), at(frame))
    there, steps = motion(0.9, yaw=0.8, x=0.5, look=0.4), []
    for frame in range(10, 40):
        now = face.move(there, at(frame))
        steps.append(step(last, now))
        last = now
    assert np.max(steps, axis=0) == pytest.approx([0.08, 0.05, 0.13, 0.04], abs=0.02)
    assert step(last, there).max() < 1e-3


def test_a_quick_head_is_no_jump() -> None:
    face = FaceInTime(load_smoothing("none"), LOSS)
    for frame in range(20):
        there = motion(yaw=0.15 * np.sin(frame), x=0.02 * frame)
        assert step(face.move(there, at(frame)), there).max() < 1e-5


def test_a_slow_camera_is_no_loss() -> None:
    face = FaceInTime(load_smoothing("none"), LOSS)
    for frame in range(5):
        there = motion(jaw=frame % 2, yaw=0.3 * frame)
        assert step(face.move(there, at(frame, rate=1)), there).max() < 1e-5


def test_emotions_go_on_from_what_is_left_of_them() -> None:
    happy = EmotionScores(np.array([0, 0, 0, 1, 0, 0, 0]))
    face = FaceInTime(load_smoothing("balanced"), LOSS)
    face.feel(happy, 0, ENVELOPE)
    face.move(motion(), 0)
    left = 1.0
    for frame in range(1, 61):
        faded = face.fade(at(frame)).emotions.probabilities[3]
        assert faded <= left + 1e-6
        left = faded
    assert left == pytest.approx(0, abs=1e-6)
    rise = [float(left)]
    for frame in range(61, 90):
        rise.append(float(face.feel(happy, at(frame), ENVELOPE).probabilities[3]))
        face.move(motion(), at(frame))
    assert np.diff(rise).max() < 0.25
    assert rise[-1] > 0.95


def test_a_face_that_is_lost_again_while_it_comes_back_does_not_pop() -> None:
    face = FaceInTime(load_smoothing("none"), LOSS)
    face.move(motion(), at(0))
    for frame in range(1, 90):
        last = face.fade(at(frame)).motion
    there, steps = motion(jaw=1.0), []
    for frame in range(90, 130):
        lost = frame in (93, 97)
        now = face.fade(at(frame)).motion if lost else face.move(there, at(frame))
        steps.append(step(last, now)[0])
        last = now
    assert max(steps) < 2 * STEEPEST / (60 * LOSS.return_s)  # a lost frame is caught up with
    assert step(last, there).max() < 1e-6
