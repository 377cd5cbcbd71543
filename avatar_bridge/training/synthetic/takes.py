"""Real takes of a phone, whose frames are faces that people make."""

import csv
from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Float32

_COLUMNS = tuple(name[0].upper() + name[1:] for name in BLENDSHAPES)
_COUNT = "BlendshapeCount"


def load_takes(folder: Path) -> Float32:
    """(N, 52) weights in [0, 1] of every tracked frame of a folder's Live Link Face takes.

    Weights that a calibration took out of their range are clipped to it.

    Args:
        folder: holds `*.csv` in the format of `export.livelink_csv`.

    Raises:
        ConfigError: no such folder, no take in it, or a take that cannot be read.
    """
    paths = sorted(folder.glob("*.csv"))
    if not paths:
        raise ConfigError(f"expected Live Link Face takes (*.csv) in {folder}, got none")
    frames = [frame for path in paths for frame in _frames(path)]
    if not frames:
        raise ConfigError(f"expected a frame with a face in {folder}, got none")
    return np.clip(np.array(frames, np.float32), 0.0, 1.0)


def _frames(path: Path) -> list[list[float]]:
    """The rows of one take in which a face was found."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"expected a Live Link Face take, got {path}: {error}") from error
    frames = []
    for line, row in enumerate(rows, start=2):
        missing = [name for name in (*_COLUMNS, _COUNT) if row.get(name) is None]
        if missing:
            raise ConfigError(f"{path}:{line}: expected column {missing[0]}, got none")
        if row[_COUNT].strip() == "0":
            continue
        try:
            values = [float(row[name]) for name in _COLUMNS]
        except ValueError as error:
            raise ConfigError(f"{path}:{line}: expected numbers, got: {error}") from error
        if not np.isfinite(values).all():
            raise ConfigError(f"{path}:{line}: expected finite numbers, got {values}")
        frames.append(values)
    return frames
