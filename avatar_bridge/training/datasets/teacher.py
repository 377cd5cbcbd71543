"""What a teacher says of a set's faces, beside their labels: `teacher.npz` of `tiles`."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.types import Float32


def read_teacher(path: Path, count: int) -> tuple[Float32, Float32]:
    """Where the heads are turned and where the points of the faces lie.

    Args:
        path: `teacher.npz`.
        count: how many pictures there are.

    Returns:
        (N,) yaw in degrees and (N, 70, 2) points in pixels; NaN where it saw no face.

    Raises:
        ConfigError: the file is missing, broken or made for another number of pictures.
    """
    arrays = load_arrays(path, {"landmarks": (POINTS, 2), "pose": (4, 4)}, count)
    for name in ("landmarks", "pose"):
        if arrays[name].dtype.kind != "f":
            raise ConfigError(f"{path}: expected numbers in {name}, got {arrays[name].dtype}")
    yaw, points = unseen(count)
    pose: NDArray[np.floating] = arrays["pose"]
    found = np.isfinite(pose).all(axis=(1, 2))
    try:
        turned = Rotation.from_matrix(pose[found][:, :3, :3].astype(np.float64))
    except ValueError as error:
        raise ConfigError(f"{path}: expected rotations in pose, got: {error}") from error
    yaw[found] = turned.as_euler("YXZ", degrees=True)[:, 0]
    points[:] = arrays["landmarks"]
    return yaw, points


def unseen(count: int) -> tuple[Float32, Float32]:
    """What `read_teacher` gives of pictures that no teacher has seen: NaN."""
    return np.full(count, np.nan, np.float32), np.full((count, POINTS, 2), np.nan, np.float32)
