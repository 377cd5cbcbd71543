"""Live Link Face's CSV; `export.livelink_csv` says what its columns are.

Columns are found by name, and only the timecode and the 52 have to be there. A weight outside 0
to 1, which a calibrated take may hold, is brought to the nearer end.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import TakeError
from avatar_bridge.export.atomic import write_whole
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.livelink_csv import (
    COLUMNS,
    HEADER,
    app_head,
    empty_row,
    eye_angles,
    row,
)
from avatar_bridge.export.table import read_table
from avatar_bridge.export.timecode import read_timecodes, timecodes
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.take import Take
from avatar_bridge.types import HeadPose

_TIMECODE = "timecode"
_STRAIGHT = HeadPose(np.zeros(3, np.float32), np.array([0, 0, 0, 1], np.float32))


def create() -> Format:
    """The format."""
    return Format(
        title="Live Link Face",
        suffix=".csv",
        read=read,
        write=write,
        recognise=lambda head: head.lstrip(b"\xef\xbb\xbf").lower().startswith(b"timecode,"),
    )


def read(path: Path) -> Take:
    """A take of the app."""
    names = tuple(name.lower() for name in COLUMNS)
    shapes = names[: len(BLENDSHAPES)]
    table = read_table(path, text=(_TIMECODE,), numbers=shapes, also=names[len(BLENDSHAPES) :])
    tracked = np.asarray(np.isfinite(table.numbers[:, : len(BLENDSHAPES)]).all(axis=1), np.bool_)
    values = np.nan_to_num(table.numbers)
    angles = values[:, len(BLENDSHAPES) :] if table.complete else None
    try:
        times_ns, start_ns, rate = read_timecodes(table.text[_TIMECODE])
        return Take(
            times_ns=times_ns,
            fps=rate,
            tracked=tracked,
            weights=np.clip(values[:, : len(BLENDSHAPES)], 0.0, 1.0),
            start_ns=start_ns,
            **_turns(angles),
        )
    except ValueError as error:
        raise TakeError(f"{path}: {error}") from error


def _turns(angles: NDArray[np.float64] | None) -> dict[str, Any]:
    """Head and eyes of the app's nine angles (F, 9)."""
    if angles is None:
        return {}
    head, eyes = angles[:, :3], angles[:, 3:].reshape(-1, 2, 3)
    turn = Rotation.from_euler("YXZ", head * (-1.0, 1.0, -1.0))
    return {
        "head_orientation": np.asarray(turn.as_quat(), np.float32),
        "gaze": -eyes[:, :, :2],
        "eye_roll": eyes[:, :, 2],
    }


def write(path: Path, take: Take, _: Stage) -> None:
    """A take as the app writes it."""
    write_whole(path, _lines(take))


def _lines(take: Take) -> Iterator[str]:
    yield HEADER
    for index, stamp in enumerate(timecodes(take)):
        if take.tracked[index]:
            yield row(stamp, (*take.weights[index].tolist(), *_angles(take, index)))
        else:
            yield empty_row(stamp)


def _angles(take: Take, index: int) -> Iterator[float]:
    pose = _STRAIGHT
    if take.head_orientation is not None:
        pose = HeadPose(np.zeros(3, np.float32), take.head_orientation[index])
    yield from app_head(pose)
    for side in (0, 1):
        if take.gaze is None:
            yield from (0.0, 0.0, 0.0)
            continue
        yaw, pitch, roll = eye_angles(take.gaze[index, side])
        yield from (
            yaw,
            pitch,
            roll if take.eye_roll is None else float(take.eye_roll[index, side]),
        )
