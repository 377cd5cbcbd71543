"""Gaze: where the line of sight through each iris meets a ball behind the eye's corners."""

import math

import numpy as np

from avatar_bridge.analyze.pose import rays
from avatar_bridge.facs.landmarks import IRIS_LEFT, IRIS_RIGHT
from avatar_bridge.geometry import matrix_from_quaternion
from avatar_bridge.types import Float32, Gaze, HeadPose, Landmarks

# Inner and outer corner of each eye, and the middle between them on a mean face: metres in head
# axes. The eyeball's centre lies straight behind that middle.
_CORNERS_LEFT, _MIDDLE_LEFT = [42, 45], np.array([0.0315, -0.0028, 0.0047])
_CORNERS_RIGHT, _MIDDLE_RIGHT = [36, 39], np.array([-0.0315, -0.0028, 0.0047])
_CENTRE_BEHIND = 0.005
_EYEBALL_RADIUS = 0.012


def solve_gaze(landmarks: Landmarks, pose: HeadPose, image_size: tuple[int, int]) -> Gaze:
    """Yaw and pitch of both eyes, relative to the head.

    Args:
        landmarks: frame pixels.
        pose: of the head, from the same landmarks.
        image_size: width and height in pixels.
    """
    points = landmarks.points
    head = matrix_from_quaternion(pose.orientation)
    inner_left, outer_left = points[_CORNERS_LEFT]
    outer_right, inner_right = points[_CORNERS_RIGHT]
    seen = np.stack(
        [
            (inner_left + outer_left) / 2,
            points[IRIS_LEFT],
            (inner_right + outer_right) / 2,
            points[IRIS_RIGHT],
        ]
    )
    to_left, to_iris_left, to_right, to_iris_right = rays(seen, image_size)
    return Gaze(
        _eye(to_left, to_iris_left, _MIDDLE_LEFT, pose, head),
        _eye(to_right, to_iris_right, _MIDDLE_RIGHT, pose, head),
    )


def _eye(
    to_middle: np.ndarray, to_iris: np.ndarray, middle: np.ndarray, pose: HeadPose, head: np.ndarray
) -> Float32:
    # The corners are where they are seen; only their distance comes from the mean face.
    distance = -(pose.position[2] + head[2] @ middle)
    centre = to_middle * distance - head[:, 2] * _CENTRE_BEHIND
    across, up, out = ((_first_hit(to_iris, centre) - centre) @ head).tolist()
    return np.array([math.atan2(across, out), math.atan2(up, math.hypot(across, out))], np.float32)


def _first_hit(ray: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Where a ray from the camera meets the eyeball, or comes nearest to it."""
    direction = ray / math.sqrt(float(ray @ ray))
    along = float(direction @ centre)
    miss_squared = float(centre @ centre) - along * along
    depth = math.sqrt(max(0.0, _EYEBALL_RADIUS**2 - miss_squared))
    return np.asarray(direction * (along - depth))
