"""Pose, gaze and cues against faces projected with known truth."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from avatar_bridge.analyze.cues import mouth_cues
from avatar_bridge.analyze.gaze import solve_gaze
from avatar_bridge.analyze.pose import _MEAN_FACE, focal_length, solve_head_pose
from avatar_bridge.facs.landmarks import IRIS_LEFT, IRIS_RIGHT
from avatar_bridge.types import Landmarks

SIZE = (640, 480)
CENTRES = {IRIS_LEFT: (3.15, -0.28, -0.03), IRIS_RIGHT: (-3.15, -0.28, -0.03)}


def project(points: np.ndarray, head: Rotation, position: np.ndarray) -> np.ndarray:
    """Head axes in metres to pixels."""
    x, y, z = (head.apply(points) + position).T
    focal = focal_length(SIZE)
    return np.column_stack([SIZE[0] / 2 - focal * x / z, SIZE[1] / 2 + focal * y / z])


def landmarks(
    head: Rotation,
    position: np.ndarray,
    gaze: tuple[float, float] = (0.0, 0.0),
    mouth_x: float = 0.0,
) -> Landmarks:
    points = np.zeros((70, 2), np.float32)
    for index, place in _MEAN_FACE.items():
        points[index] = project(np.array([place]) / 100, head, position)[0]
    yaw, pitch = gaze
    sight = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    for index, centre in CENTRES.items():
        iris = np.array(centre) / 100 + 0.012 * sight
        points[index] = project(iris[None], head, position)[0]
    for index, side in ((48, -0.025), (54, 0.025)):
        points[index] = project(np.array([[side + mouth_x, -0.07, 0.018]]), head, position)[0]
    return Landmarks(points)


@pytest.mark.parametrize("yaw", [-35, 0, 35])
@pytest.mark.parametrize("pitch", [-20, 0, 20])
@pytest.mark.parametrize("roll", [-30, 0, 30])
def test_a_known_pose_is_found(yaw: float, pitch: float, roll: float) -> None:
    head = Rotation.from_euler("YXZ", [yaw, pitch, roll], degrees=True)
    position = np.array([0.08, -0.05, -0.6])
    pose = solve_head_pose(landmarks(head, position), SIZE)
    error = (Rotation.from_quat(pose.orientation) * head.inv()).magnitude()
    assert np.degrees(error) < 0.5
    assert pose.position == pytest.approx(position, abs=0.005)


def test_positive_yaw_turns_to_the_subjects_left() -> None:
    """**Convention:** the subject's left is the image's right, so the nose goes right."""
    straight = landmarks(Rotation.identity(), np.array([0, 0, -0.6]))
    turned = landmarks(Rotation.from_euler("y", 0.4), np.array([0, 0, -0.6]))
    assert turned.points[30, 0] > straight.points[30, 0]
    assert solve_head_pose(turned, SIZE).orientation[1] > 0


def test_pose_is_steady_under_a_pixel_of_noise() -> None:
    head = Rotation.from_euler("YXZ", [10, 5, 0], degrees=True)
    clean = landmarks(head, np.array([0, 0, -0.5])).points
    rng = np.random.default_rng(1)
    turns = [
        solve_head_pose(Landmarks(clean + rng.normal(0, 0.5, clean.shape)), SIZE).orientation
        for _ in range(50)
    ]
    spread = (Rotation.from_quat(turns) * head.inv()).magnitude()
    assert np.degrees(spread).max() < 4


@pytest.mark.parametrize("gaze", [(0.0, 0.0), (0.4, 0.0), (-0.4, 0.0), (0.0, 0.25), (0.2, -0.25)])
@pytest.mark.parametrize("yaw", [-20, 0, 20])
def test_a_known_gaze_is_found(gaze: tuple[float, float], yaw: float) -> None:
    head = Rotation.from_euler("y", yaw, degrees=True)
    points = landmarks(head, np.array([0, 0, -0.6]), gaze)
    found = solve_gaze(points, solve_head_pose(points, SIZE), SIZE)
    for eye in (found.left, found.right):
        assert eye == pytest.approx(gaze, abs=0.06)


def test_gaze_to_the_subjects_left_has_positive_yaw() -> None:
    points = landmarks(Rotation.identity(), np.array([0, 0, -0.6]), gaze=(0.4, 0.0))
    found = solve_gaze(points, solve_head_pose(points, SIZE), SIZE)
    assert found.left[0] > 0.25
    assert found.right[0] > 0.25


@pytest.mark.parametrize("yaw", [-25, 0, 25])
def test_a_shifted_mouth_is_told_from_a_turned_head(yaw: float) -> None:
    head = Rotation.from_euler("y", yaw, degrees=True)
    position = np.array([0.05, 0, -0.6])
    for shift, expected in ((0.0, (0, 0)), (0.0064, (0.1, 0)), (-0.0064, (0, 0.1))):
        points = landmarks(head, position, mouth_x=shift)
        cues = mouth_cues(points, solve_head_pose(points, SIZE), SIZE)
        found = (cues["mouthShiftLeft"], cues["mouthShiftRight"])
        assert found == pytest.approx(expected, abs=0.015)
