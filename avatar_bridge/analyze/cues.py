"""Cues (see `facs.cues`) from landmarks."""

import numpy as np
from scipy.spatial.transform import Rotation

from avatar_bridge.analyze.pose import rays
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
    head = Rotation.from_quat(pose.orientation)
    middle = landmarks.points[_MOUTH_CORNERS].mean(axis=0, keepdims=True)
    ray = head.inv().apply(rays(middle, image_size)[0])
    eye = head.inv().apply(-pose.position)  # the camera, seen from the head
    shift = float((eye + ray * (_MOUTH_DEPTH - eye[2]) / ray[2])[0]) / _EYE_DISTANCE
    return {
        "mouthShiftLeft": float(np.clip(shift, 0.0, 1.0)),
        "mouthShiftRight": float(np.clip(-shift, 0.0, 1.0)),
    }
