"""Gaze: where the line of sight through each iris meets a ball behind the eye's corners."""

import numpy as np
from scipy.spatial.transform import Rotation

from avatar_bridge.analyze.pose import rays
from avatar_bridge.facs.landmarks import IRIS_LEFT, IRIS_RIGHT
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
    left = _eye(points[_CORNERS_LEFT], points[IRIS_LEFT], _MIDDLE_LEFT, pose, image_size)
    right = _eye(points[_CORNERS_RIGHT], points[IRIS_RIGHT], _MIDDLE_RIGHT, pose, image_size)
    return Gaze(left, right)


def _eye(
    corners: Float32,
    iris: Float32,
    middle: np.ndarray,
    pose: HeadPose,
    image_size: tuple[int, int],
) -> Float32:
    head = Rotation.from_quat(pose.orientation)
    to_middle, to_iris = rays(np.stack([corners.mean(axis=0), iris]), image_size)
    # The corners are where they are seen; only their distance comes from the mean face.
    distance = -(pose.position + head.apply(middle))[2]
    centre = to_middle * distance - head.apply([0.0, 0.0, _CENTRE_BEHIND])
    across, up, out = head.inv().apply(_first_hit(to_iris, centre) - centre)
    return np.array([np.arctan2(across, out), np.arctan2(up, np.hypot(across, out))], np.float32)


def _first_hit(ray: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Where a ray from the camera meets the eyeball, or comes nearest to it."""
    direction = ray / np.linalg.norm(ray)
    along = direction @ centre
    miss_squared = centre @ centre - along * along
    depth = np.sqrt(max(0.0, _EYEBALL_RADIUS**2 - miss_squared))
    return np.asarray(direction * (along - depth))
