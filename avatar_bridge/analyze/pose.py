"""Head pose: perspective-n-point of the landmarks that no expression moves, on a mean face."""

import math

import cv2
import numpy as np

from avatar_bridge.geometry import quaternion_from_matrix
from avatar_bridge.types import Float32, HeadPose, Landmarks

# Rigid landmarks of a mean face in head axes: centimetres, +x to the subject's left, +y up, +z
# out of the face, the origin between the eyes' centres, which are 6.4 apart. Measured on the
# neutral mesh of ICT-FaceKit (MIT, (c) 2020 USC Institute for Creative Technologies).
_MEAN_FACE: dict[int, tuple[float, float, float]] = {
    0: (-7.36, 0.06, -4.77),
    1: (-7.28, -2.13, -4.50),
    15: (7.28, -2.13, -4.50),
    16: (7.36, 0.06, -4.77),
    27: (0.0, 0.12, 2.30),
    28: (0.0, -0.99, 3.09),
    29: (0.0, -2.01, 3.88),
    30: (0.0, -3.21, 4.64),
    31: (-1.25, -4.76, 2.44),
    33: (0.0, -4.82, 3.14),
    35: (1.25, -4.76, 2.44),
    36: (-4.46, -0.19, 0.17),
    39: (-1.84, -0.37, 0.77),
    42: (1.84, -0.37, 0.77),
    45: (4.46, -0.19, 0.17),
}
_INDICES = list(_MEAN_FACE)
_POINTS = np.array(list(_MEAN_FACE.values()), np.float64) / 100.0  # (15, 3) metres

# No source tells its lens. A webcam sees about 53 degrees across the longer side, which makes
# the focal length as many pixels as that side has.
FOCAL_SIDES = 1.0

# From OpenCV's camera axes (y down, z into the scene) to ours (y up, z toward the viewer).
_FLIP = np.diag([1.0, -1.0, -1.0])
_FACING = np.array([[math.pi], [0.0], [0.0]])  # as a rotation vector: a face that looks at us


def focal_length(image_size: tuple[int, int]) -> float:
    """The focal length in pixels that is assumed for a picture of this width and height."""
    return FOCAL_SIDES * max(image_size)


def camera_matrix(image_size: tuple[int, int]) -> np.ndarray:
    """The (3, 3) pinhole matrix that is assumed, its axis through the middle of the picture."""
    width, height = image_size
    focal = focal_length(image_size)
    return np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])


def solve_head_pose(landmarks: Landmarks, image_size: tuple[int, int]) -> HeadPose:
    """Where the head is.

    The start is always the same, a head facing the camera: with so many points the solution does
    not depend on it, and a frame's pose does not hang on the frames before.

    Args:
        landmarks: frame pixels.
        image_size: width and height in pixels.

    Returns:
        The pose in camera space (see `types`).
    """
    camera = camera_matrix(image_size)
    points = landmarks.points[_INDICES].astype(np.float64)  # (15, 2)
    rotation, translation = _frontal_start(points, camera)
    _, rotation, translation = cv2.solvePnP(
        _POINTS,
        points,
        camera,
        None,
        rotation,
        translation,
        useExtrinsicGuess=True,
        flags=cv2.SOLVEPNP_ITERATIVE,
    )
    matrix = np.asarray(_FLIP @ cv2.Rodrigues(rotation)[0], np.float64)
    position = (_FLIP @ translation).ravel()
    return HeadPose(np.asarray(position, np.float32), quaternion_from_matrix(matrix))


def _frontal_start(points: np.ndarray, camera: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A head that faces the camera at the place and size at which the points lie."""
    middle, spread = _spread(points)
    depth = camera[0, 0] * _SIZE / max(spread, 1e-3)
    x, y = (middle - camera[:2, 2]) * depth / camera[0, 0]
    return _FACING.copy(), np.array([[x], [y], [depth]])


def _spread(points: np.ndarray) -> tuple[np.ndarray, float]:
    """The middle of points, and how far they lie from it on average."""
    middle = np.add.reduce(points, axis=0) / len(points)
    off = points - middle
    return middle, float(np.add.reduce(np.hypot(off[:, 0], off[:, 1]))) / len(points)


_SIZE = _spread(_POINTS[:, :2])[1]


def rays(points: Float32, image_size: tuple[int, int]) -> np.ndarray:
    """Directions (N, 3) in camera space in which pixels (N, 2) lie; z is -1."""
    width, height = image_size
    focal = focal_length(image_size)
    x = (points[:, 0] - width / 2) / focal
    y = (points[:, 1] - height / 2) / focal
    directions = np.full((len(points), 3), -1.0)
    directions[:, 0], directions[:, 1] = x, -y
    return directions
