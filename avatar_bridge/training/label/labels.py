"""A teacher's readings as the file that the loaders read (`datasets.tiles`, `datasets.clips`)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.training.label.landmarker import NAMES, Reading


def write_readings(
    path: Path,
    readings: Iterable[Reading | None],
    precision: DTypeLike,
    fps: float | None = None,
) -> tuple[int, int]:
    """Write `landmarks`, `blendshapes`, `blendshape_names` and `pose`, one row a reading.

    A row without a face is NaN. The file is there whole or not at all.

    Args:
        path: the .npz file; its folder has to exist.
        readings: one for each picture, in order.
        precision: type of points and pose; blendshapes are float16 always.
        fps: pictures a second, for a clip.

    Returns:
        How many rows there are and in how many the teacher saw a face.
    """
    rows = list(readings)
    count = len(rows)
    landmarks = np.full((count, POINTS, 2), np.nan, precision)
    blendshapes = np.full((count, len(NAMES)), np.nan, np.float16)
    pose = np.full((count, 4, 4), np.nan, precision)
    for row, reading in enumerate(rows):
        if reading is not None:
            landmarks[row] = reading.points
            blendshapes[row] = reading.blendshapes
            pose[row] = reading.pose
    arrays: dict[str, Any] = {
        "landmarks": landmarks,
        "blendshapes": blendshapes,
        "pose": pose,
        "blendshape_names": np.array(NAMES),
    }
    if fps is not None:
        arrays["fps"] = np.array(fps)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            np.savez_compressed(file, **arrays)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count, sum(reading is not None for reading in rows)


def need_free(path: Path, force: bool) -> None:
    """Make sure before long work that a file may be written.

    Raises:
        ConfigError: it is there and `force` is not given, or its folder cannot be written.
    """
    if path.exists() and not force:
        raise ConfigError(f"expected a new file, got {path}: --force overwrites it")
    probe = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigError(
            f"expected a folder that can be written at {path.parent}, got: {error.strerror};"
            " --out names another"
        ) from error
