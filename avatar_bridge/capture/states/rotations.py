"""Rotations in other programs' words, as head and gaze.

**Convention (here):** `types`: x to the subject's left, y up, z out of the face, right-handed. A
head turns about its own axes first about z, then x, then y.
**Convention (Unity):** left-handed, and an avatar at rest faces +z with its left at -x. That is
ours with x turned round, which turns y and z of a quaternion round.
"""

import math

import numpy as np
from scipy.spatial.transform import Rotation

from avatar_bridge.types import Float32, HeadPose

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
UNKNOWN: Vector = (0.0, 0.0, 0.0)  # of a sender that does not say where the head is


def head(rotation: Rotation, position: Vector = UNKNOWN) -> HeadPose:
    """A head of this orientation; its position in metres in camera space."""
    orientation = rotation.as_quat().astype(np.float32)
    return HeadPose(np.array(position, np.float32), orientation)


def of_unity(quaternion: Quaternion) -> Rotation:
    """The rotation of an avatar's bone against its rest.

    Args:
        quaternion: x, y, z, w in Unity's axes, of any length.

    Raises:
        ValueError: all four are 0.
    """
    x, y, z, w = quaternion
    return Rotation.from_quat((x, -y, -z, w))


def of_angles(x: float, y: float, z: float) -> Rotation:
    """A rotation by three angles in radians about the axes here.

    Args:
        x: positive downward.
        y: positive to the subject's left.
        z: positive toward the subject's right shoulder.
    """
    return Rotation.from_euler("YXZ", (y, x, z))


def gaze(rotation: Rotation) -> Float32:
    """(2,) yaw to the subject's left and pitch upward of an eye, in radians."""
    x, y, z = rotation.apply((0.0, 0.0, 1.0))
    return np.array((math.atan2(x, z), math.atan2(y, math.hypot(x, z))), np.float32)
