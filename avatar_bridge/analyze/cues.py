"""Cues (see `facs.cues`) from landmarks."""

import numpy as np

from avatar_bridge.analyze.pose import rays
from avatar_bridge.geometry import matrix_from_quaternion
from avatar_bridge.types import HeadPose, Landmarks

_MOUTH_CORNERS = [48, 54]
_MOUTH_DEPTH = 0.018  # metres in front of the eyes' centres, on a mean face
_EYE_DISTANCE = 0.064  # metres between the eyes' centres, on a mean face


def mouth_cues(
    landmarks: Landmarks, pose: HeadPose, image_size: tuple[int, int]
) -> dict[str, float]:
    """How far the mouth's corners lie to one side of the face's middle, once the head is straight.

    Args:
        landmarks: frame pixels.
        pose: of the head, from the same landmarks.
        image_size: width and height in pixels.
    """
    head = matrix_from_quaternion(pose.orientation)
    one, other = landmarks.points[_MOUTH_CORNERS]
    towards = rays(((one + other) / 2)[None], image_size)[0]
    # The ray, and the camera that it comes from, both seen from the head.
    (ray_x, _, ray_z), (x, _, z) = (np.stack([towards, -pose.position]) @ head).tolist()
    shift = (x + ray_x * (_MOUTH_DEPTH - z) / ray_z) / _EYE_DISTANCE
    return {
        "mouthShiftLeft": min(max(shift, 0.0), 1.0),
        "mouthShiftRight": min(max(-shift, 0.0), 1.0),
    }
