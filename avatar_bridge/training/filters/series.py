"""Motions in time, as rows: real takes of a phone, and what they look like with noise.

**Convention (values):** the columns of `smooth.regions`; directions are quaternions x, y, z, w.
"""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import ConfigError
from avatar_bridge.export.livelink_csv import COLUMNS
from avatar_bridge.facs.arkit import BLENDSHAPES

Rows = NDArray[np.float64]
SHAPES = len(BLENDSHAPES)
FPS = 60.0  # of the app's timecode
# A take says how the head is turned, not where it is: the eyes are taken to go around a neck this
# far below and behind them, half a metre from the camera. Metres.
EYES_FROM_NECK = (0.0, 0.12, 0.09)
NECK = (0.0, -0.12, -0.59)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A motion in time.

    Attributes:
        name: for people.
        times: (T,) seconds.
        values: (T, VALUES).
        turns: (T, 4) the head's directions.
    """

    name: str
    times: Rows
    values: Rows
    turns: Rows

    def part(self, frames: slice) -> "Series":
        """Some of its frames."""
        return replace(
            self, times=self.times[frames], values=self.values[frames], turns=self.turns[frames]
        )


def load_series(folder: Path) -> list[Series]:
    """The Live Link Face takes of a folder, by name.

    Raises:
        ConfigError: fewer than two, or one that cannot be read.
    """
    paths = sorted(folder.glob("*.csv"))
    if len(paths) < 2:
        raise ConfigError(
            f"expected two or more Live Link Face takes (*.csv) in {folder}, got {len(paths)}"
        )
    return [_read(path) for path in paths]


def _read(path: Path) -> Series:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["BlendshapeCount"].strip() != "0"]
        table = np.array([[float(row[name]) for name in COLUMNS] for row in rows])
        times = np.array([_seconds(row["Timecode"]) for row in rows])
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"expected a Live Link Face take, got {path}: {error!r}") from error
    yaw, pitch, roll = table[:, SHAPES : SHAPES + 3].T  # the app's signs: see `livelink_csv`
    head = Rotation.from_euler("YXZ", np.column_stack([-yaw, pitch, -roll]))
    place = head.apply(EYES_FROM_NECK) + NECK
    gaze = -table[:, [SHAPES + 3, SHAPES + 4, SHAPES + 6, SHAPES + 7]]
    values = np.hstack([table[:, :SHAPES].clip(0.0, 1.0), place, gaze])
    return Series(path.stem, times - times[0], values, head.as_quat())


def _seconds(timecode: str) -> float:
    hours, minutes, seconds, frames = timecode.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(frames) / FPS


def with_noise(clean: Series, noise: list[Series], seed: int) -> Series:
    """A take as a net would have read it: the recorded noise of one still face after another.

    Args:
        clean: the take.
        noise: what was read off faces that did not move.
        seed: decides whose noise comes when.
    """
    rng = np.random.default_rng(seed)
    values, turns = clean.values.copy(), clean.turns.copy()
    at = 0
    while at < len(values):
        face = noise[int(rng.integers(len(noise)))]
        count = min(len(face.values), len(values) - at)
        values[at : at + count] += (face.values - face.values.mean(0))[:count]
        head = Rotation.from_quat(face.turns)
        off = (head * head.mean().inv())[:count]
        turns[at : at + count] = (off * Rotation.from_quat(turns[at : at + count])).as_quat()
        at += count
    values[:, :SHAPES] = values[:, :SHAPES].clip(0.0, 1.0)
    return replace(clean, values=values, turns=turns)


def louder(still: Series, times: float) -> Series:
    """A still face with so many times its noise, around its mean."""
    middle = still.values.mean(0)
    head = Rotation.from_quat(still.turns)
    off = Rotation.from_rotvec(times * (head * head.mean().inv()).as_rotvec())
    values = middle + times * (still.values - middle)
    return replace(still, values=values, turns=(off * head.mean()).as_quat())
