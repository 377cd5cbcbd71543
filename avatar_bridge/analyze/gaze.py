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
_STEEPEST = 0.95  # sine of the largest angle told: beyond it the iris is no longer seen


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
    offset = (to_iris - to_middle) * distance  # metres in camera space, in the corners' plane
    across, up, _ = head.inv().apply(offset)
    # On the ball, a sine: the plane through the corners cuts it that far in front of its centre.
    reach = np.hypot(_EYEBALL_RADIUS, _CENTRE_BEHIND)
    yaw = np.arcsin(np.clip(across / reach, -_STEEPEST, _STEEPEST))
    pitch = np.arcsin(np.clip(up / reach, -_STEEPEST, _STEEPEST))
    return np.array([yaw, pitch], np.float32)
