"""Boxes, crops and rotations.

**Convention:** image points are (x, y) pixels, y down. Boxes are (4,) x0, y0, x1, y1. Roll is in
radians, positive clockwise as seen in the image. Quaternions are x, y, z, w.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, NOSE_BASE
from avatar_bridge.types import FaceCrop, Float32, HeadPose, Image

# A face box's side and the drop of its middle below the eyes, in eye distances. Measured on the
# landmarks of 13,000 news photographs: brow to chin is 2.2, jaw to jaw 2.3, in the median face.
FACE_SIDE = 2.3
FACE_DROP = 0.7
# Median length from the eyes to the base of the nose, in eye distances, of a frontal face.
NOSE_LENGTH = 0.71
_FINEST = 8  # samples along a pixel that is averaged; more would only cost time


def face_box(points: NDArray[np.floating]) -> tuple[Float32, float]:
    """The square around a face and how far it is turned.

    **Convention:** the box is square, side 2.3 eye distances, brow to chin. It is upright in the
    face's own axes: turn it by the roll about its middle to lay it over the image. The eye
    distance is mended by the length of the nose, so that a turned head keeps its size.

    Args:
        points: (68 or 70, 2) pixels in iBUG order.

    Returns:
        The box (4,) and the roll in radians.
    """
    # In plain numbers: on so few points each call of numpy costs more than all of this.
    (right_x, right_y), (left_x, left_y) = _mean(points[EYE_RIGHT]), _mean(points[EYE_LEFT])
    x, y = (right_x + left_x) / 2, (right_y + left_y) / 2
    across_x, across_y = left_x - right_x, left_y - right_y
    roll = math.atan2(across_y, across_x)
    nose_x, nose_y = _mean(points[NOSE_BASE])
    nose = math.hypot(nose_x - x, nose_y - y)
    extent = math.hypot(across_x, across_y, nose) / math.hypot(1.0, NOSE_LENGTH)
    x -= FACE_DROP * extent * math.sin(roll)
    y += FACE_DROP * extent * math.cos(roll)
    half = FACE_SIDE * extent / 2
    return np.array([x - half, y - half, x + half, y + half], np.float32), roll


def _mean(points: NDArray[np.floating]) -> tuple[float, float]:
    rows = points.tolist()
    return sum([row[0] for row in rows]) / len(rows), sum([row[1] for row in rows]) / len(rows)


def crop_transform(
    box: Float32, roll: float, margin: float, size: int, lift: float = 0.0
) -> Float32:
    """The affine map from crop pixels to frame pixels.

    Args:
        box: (4,) face box.
        roll: radians.
        margin: side of the crop in sides of the box.
        size: side of the crop in pixels.
        lift: how far the crop's middle lies above the box's, in sides of the box and in the
            face's own axes: toward the brow, however the head is rolled.

    Returns:
        (2, 3) float32.
    """
    x0, y0, x1, y1 = box.tolist()
    side = max(x1 - x0, y1 - y0)
    scale = margin * side / size
    cos, sin = scale * math.cos(roll), scale * math.sin(roll)
    x = (x0 + x1) / 2 + lift * side * math.sin(roll)
    y = (y0 + y1) / 2 - lift * side * math.cos(roll)
    half = size / 2
    return np.array(
        [[cos, -sin, x - half * (cos - sin)], [sin, cos, y - half * (sin + cos)]], np.float32
    )


def cut(image: Image, to_frame: Float32, size: int) -> Image:
    """Sample a square crop; what lies outside the picture repeats its edge.

    Args:
        image: (H, W) or (H, W, 3) uint8.
        to_frame: (2, 3) map from crop pixels to frame pixels.
        size: side of the crop in pixels.

    Returns:
        (size, size) or (size, size, 3) uint8.
    """
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    sampled = cv2.warpAffine(
        image, to_frame, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(sampled, np.uint8)


def cut_face(
    image: Image, box: Float32, roll: float, margin: float, size: int, lift: float = 0.0
) -> FaceCrop:
    """The upright square crop around a face box; arguments as for `crop_transform`."""
    to_frame = crop_transform(box, roll, margin, size, lift)
    return FaceCrop(cut(image, to_frame, size), to_frame)


def average_face(
    image: Image, box: Float32, roll: float, margin: float, size: int, lift: float = 0.0
) -> Image:
    """The pixels of `cut_face`, each the mean of what it covers in the picture.

    For a small crop of a large face: picking single pixels out of it would show noise and broken
    edges that no small photograph has.
    """
    covered = margin * float(box[2] - box[0]) / size  # frame pixels along a crop pixel
    finer = min(max(round(covered), 1), _FINEST)
    matrix = crop_transform(box, roll, margin, size * finer, lift)
    matrix[:, 2] -= matrix[:, :2].sum(axis=1) * (finer - 1) / 2  # so that the means lie in place
    fine = cut(image, matrix, size * finer)
    return np.asarray(cv2.resize(fine, (size, size), interpolation=cv2.INTER_AREA), np.uint8)


def transform_points(matrix: Float32, points: NDArray[np.floating]) -> Float32:
    """Apply a (2, 3) affine map to points (N, 2)."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def box_overlap(a: Float32, b: Float32) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = float(width * height)
    union = float((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])) - shared
    return shared / union


def quaternion_from_matrix(matrix: NDArray[np.floating]) -> Float32:
    """Unit quaternion x, y, z, w (w not negative) of a (3, 3) rotation matrix."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = matrix.tolist()
    # The largest of the four is found first: dividing by it loses nothing (Shepperd, 1978).
    largest = max(xx, yy, zz, xx + yy + zz)
    if largest == xx:
        x, y, z, w = 1.0 + xx - yy - zz, xy + yx, xz + zx, zy - yz
    elif largest == yy:
        x, y, z, w = xy + yx, 1.0 - xx + yy - zz, yz + zy, xz - zx
    elif largest == zz:
        x, y, z, w = xz + zx, yz + zy, 1.0 - xx - yy + zz, yx - xy
    else:
        x, y, z, w = zy - yz, xz - zx, yx - xy, 1.0 + xx + yy + zz
    length = math.copysign(math.hypot(x, y, z, w), w)
    return np.array([x / length, y / length, z / length, w / length], np.float32)


def matrix_from_quaternion(quaternion: Float32) -> NDArray[np.float64]:
    """The (3, 3) rotation matrix of a quaternion x, y, z, w of any length but 0."""
    x, y, z, w = quaternion.tolist()
    length = math.hypot(x, y, z, w)
    x, y, z, w = x / length, y / length, z / length, w / length
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def head_angles(pose: HeadPose) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a head.

    **Convention:** radians. Yaw is positive toward the subject's left, pitch upward, roll toward
    the subject's left shoulder.
    """
    x, y, z, w = pose.orientation.tolist()
    # The face's axes in the camera's: `out` of the face, and how high its left side and top point.
    out_x, out_y = 2 * (x * z + w * y), 2 * (y * z - w * x)
    out_z = 1 - 2 * (x * x + y * y)
    left_up, top_up = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z)
    yaw = math.atan2(out_x, out_z)
    pitch = math.atan2(out_y, math.hypot(out_x, out_z))
    return yaw, pitch, math.atan2(-left_up, top_up)
