"""Angles and quaternions of heads and eyes, from which each protocol makes its own.

**Convention:** radians. Yaw is positive toward the subject's left, pitch upward, roll toward the
subject's left shoulder. A head is first rolled, then pitched, then yawed about its own resting
axes (`types`, Convention (head)), which is the order of Unity's and of Unreal's angles.
**Convention (Unity):** left-handed, x to the right of whom the avatar is, y up, z out of the face:
ours with x turned round, which turns y and z of a quaternion round.
"""

import math

from avatar_bridge.types import Float32

Quaternion = tuple[float, float, float, float]  # x, y, z, w


def part_of(orientation: Float32, share: float) -> Quaternion:
    """A part of a rotation, about the same axis.

    Args:
        orientation: (4,) unit quaternion.
        share: in [0, 1].
    """
    x, y, z, w = orientation.tolist()
    if w < 0:  # the shorter way round
        x, y, z, w = -x, -y, -z, -w
    length = math.hypot(x, y, z)
    if length < 1e-9:
        return 0.0, 0.0, 0.0, 1.0
    half = math.atan2(length, w) * share
    scale = math.sin(half) / length
    return x * scale, y * scale, z * scale, math.cos(half)


def eye_rotation(gaze: Float32) -> Quaternion:
    """The rotation of an eye that first looks up or down and then aside, without twisting.

    Args:
        gaze: (2,) yaw and pitch in radians.
    """
    yaw, pitch = gaze.tolist()
    sin_yaw, cos_yaw = math.sin(yaw / 2), math.cos(yaw / 2)
    sin_down, cos_down = math.sin((0.0 - pitch) / 2), math.cos(pitch / 2)
    return cos_yaw * sin_down, sin_yaw * cos_down, -sin_yaw * sin_down, cos_yaw * cos_down


def in_unity(rotation: Quaternion) -> Quaternion:
    """A rotation of ours in Unity's axes."""
    x, y, z, w = rotation
    return x, 0.0 - y, 0.0 - z, w  # no -0
