"""Unit quaternions as filters need them: a few plain numbers, for which arrays are slow.

**Convention:** quaternions x, y, z, w; rotation vectors along the axis, radians long.
"""

import math

from avatar_bridge.types import Float32

Quaternion = tuple[float, float, float, float]
Vector = tuple[float, float, float]


def quaternion(values: Float32) -> Quaternion:
    """An array of four as a quaternion."""
    x, y, z, w = values.tolist()
    return x, y, z, w


def compose(after: Quaternion, before: Quaternion) -> Quaternion:
    """The rotation that turns by `before` and then by `after`."""
    ax, ay, az, aw = after
    bx, by, bz, bw = before
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def inverse(rotation: Quaternion) -> Quaternion:
    """The rotation back."""
    x, y, z, w = rotation
    return -x, -y, -z, w


def normalised(rotation: Quaternion) -> Quaternion:
    """The same rotation, of length 1."""
    x, y, z, w = rotation
    length = math.hypot(x, y, z, w)
    return x / length, y / length, z / length, w / length


def log(rotation: Quaternion) -> Vector:
    """The shorter way around as a rotation vector, at most pi long."""
    x, y, z, w = rotation
    sine = math.hypot(x, y, z)
    if sine == 0.0:
        return 0.0, 0.0, 0.0
    angle = 2.0 * (math.atan2(sine, w) if w >= 0.0 else math.atan2(-sine, -w))
    return scaled((x, y, z), angle / sine)


def exp(vector: Vector) -> Quaternion:
    """The rotation of a rotation vector."""
    angle = math.hypot(*vector)
    if angle == 0.0:
        return 0.0, 0.0, 0.0, 1.0
    x, y, z = scaled(vector, math.sin(0.5 * angle) / angle)
    return x, y, z, math.cos(0.5 * angle)


def scaled(vector: Vector, by: float) -> Vector:
    """A vector so many times as long."""
    x, y, z = vector
    return x * by, y * by, z * by
