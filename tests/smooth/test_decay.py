import itertools

import numpy as np
import pytest
from builders import make_motion
from scipy.spatial.transform import Rotation

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.smooth.decay import fade, remaining
from avatar_bridge.types import Gaze, HeadPose, Motion


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
