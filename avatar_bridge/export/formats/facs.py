"""Action units as a table with OpenFace's column names.

Baltrušaitis, Zadeh, Lim and Morency, *OpenFace 2.0: Facial Behavior Analysis Toolkit* (FG 2018),
and the project's page on its output, https://github.com/TadasBaltrusaitis/OpenFace/wiki/Output-Format.

**Convention (units):** `AU01_r` is an intensity from 0 to 5, `AU01_c` 1 from `PRESENT` on. A unit
that is read on either side, or on either lip, is as strong as the stronger of them. Units that
were not read have no column, not a column of zeros.
**Convention (camera):** OpenFace's: millimetres, +x to the right of the image, +y down, +z away
from the camera. The head is turned by Rx · Ry · Rz, radians. Eye 0 is the one on the image's left,
the subject's right one. `gaze_angle_x` grows toward the image's right, `gaze_angle_y` downward.
**Convention (pose):** the place is that of the point between the eyes.

Read back, a unit is the shape that shows it (`facs.action_units`), on both sides, so what has no
shape of its own is no part of the weights. OpenFace's own files are read as well; of several
faces the first is taken.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.errors import ConfigError, TakeError
from avatar_bridge.export.atomic import write_whole
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.table import read_table
from avatar_bridge.facs.action_units import ACTION_UNITS, nodes_of
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.take import Take

FULL = 5.0  # the intensity of a unit at its strongest
PRESENT = 1.0  # FACS' trace, from which a unit is said to be there
UNITS = tuple(range(1, 46))  # 61 to 64 are looks, which the gaze tells
_LEAD = ("frame", "face_id", "timestamp", "confidence", "success")
_GAZE = tuple(f"gaze_{eye}_{axis}" for eye in "01" for axis in "xyz")
_ANGLES = ("gaze_angle_x", "gaze_angle_y")
_POSE = tuple(f"pose_{kind}{axis}" for kind in "TR" for axis in "xyz")
_MM_PER_M = 1000.0
_FLIP = np.array([1.0, -1.0, -1.0])  # between OpenFace's camera and ours
_DEFAULT_FPS = 30.0

Floats = NDArray[np.float64]


def create() -> Format:
    """The format."""
    return Format(
        title="FACS, in OpenFace's columns",
        suffix=".facs.csv",
        read=read,
        write=write,
        recognise=lambda head: head.lstrip(b"\xef\xbb\xbf").lower().startswith(b"frame,"),
    )


def write(path: Path, take: Take, _: Stage) -> None:
    """The action units of a take.

    Raises:
        ConfigError: it has none.
    """
    if take.action_units is None or not take.action_unit_names:
        raise ConfigError(
            "facs: expected a take with action units, such as a tracked video's, got one without"
        )
    write_whole(path, _lines(take, take.action_units))


def _lines(take: Take, intensities: NDArray[np.float32]) -> Iterator[str]:
    read_nodes = {name: index for index, name in enumerate(take.action_unit_names)}
    units = {
        unit: columns
        for unit in UNITS
        if (columns := [read_nodes[n] for n in nodes_of(f"AU{unit}") if n in read_nodes])
    }
    names = [f"AU{unit:02d}" for unit in units]
    header = (*_LEAD, *_GAZE, *_ANGLES, *_POSE)
    yield ",".join((*header, *(f"{n}_r" for n in names), *(f"{n}_c" for n in names))) + "\n"
    gaze, pose = _gaze_of(take), _pose_of(take)
    levels = np.stack([intensities[:, c].max(1) * FULL for c in units.values()], axis=1)
    levels[~take.tracked] = 0.0
    times = (take.times_ns - take.times_ns[0]) / NS_PER_S
    for row in range(len(take)):
        seen = bool(take.tracked[row])
        confidence = 1.0 if take.confidence is None else float(take.confidence[row])
        lead = f"{row + 1},0,{times[row]:.6f},{confidence * seen:.6f},{int(seen)}"
        numbers = (*(gaze[row] * seen), *(pose[row] * seen), *levels[row])
        marks = ",".join(str(int(level >= PRESENT)) for level in levels[row])
        yield f"{lead},{','.join(f'{number:.6f}' for number in numbers)},{marks}\n"


def _gaze_of(take: Take) -> Floats:
    """Both lines of sight and the angles of their mean (F, 8), in OpenFace's camera."""
    head = _heads(take)
    gaze = np.zeros((len(take), 2, 2)) if take.gaze is None else take.gaze.astype(np.float64)
    yaw, pitch = gaze[:, ::-1, 0], gaze[:, ::-1, 1]  # (F, 2), the subject's right eye first
    sights = np.stack([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)], -1)
    turned = np.stack([head.apply(sights[:, eye]) * _FLIP for eye in (0, 1)], axis=1)  # (F, 2, 3)
    x, y, z = turned.mean(1).T
    angles = np.stack([np.arctan2(x, -z), np.arctan2(y, -z)], axis=1)
    return np.concatenate([turned.reshape(-1, 6), angles], axis=1)


def _pose_of(take: Take) -> Floats:
    """Place and turn (F, 6), in OpenFace's camera."""
    place = np.zeros((len(take), 3)) if take.head_position is None else take.head_position
    turned = _heads(take).as_matrix() * _FLIP[:, None] * _FLIP
    # Rx · Ry · Rz by its elements, which no turn of a head that is seen makes ambiguous.
    x = np.arctan2(-turned[:, 1, 2], turned[:, 2, 2])
    y = np.arcsin(np.clip(turned[:, 0, 2], -1.0, 1.0))
    z = np.arctan2(-turned[:, 0, 1], turned[:, 0, 0])
    return np.concatenate([place * _FLIP * _MM_PER_M, np.stack([x, y, z], axis=1)], axis=1)


def _heads(take: Take) -> Rotation:
    if take.head_orientation is None:
        return Rotation.from_quat(np.tile((0.0, 0.0, 0.0, 1.0), (len(take), 1)))
    return Rotation.from_quat(take.head_orientation)


def read(path: Path) -> Take:
    """A table of OpenFace's, or of ours."""
    names = _columns(path)
    units = [unit for unit in UNITS if f"au{unit:02d}_r" in names]
    if not units:
        raise TakeError(f"{path}: expected columns such as AU01_r, got none")
    levels = tuple(f"au{unit:02d}_r" for unit in units)
    pose = tuple(name.lower() for name in _POSE)
    table = read_table(path, text=(), numbers=(*_LEAD, *levels), also=(*_GAZE, *pose))
    numbers = np.nan_to_num(table.numbers)
    numbers = numbers[numbers[:, 1] == numbers[0, 1]]
    try:
        return _take(numbers, units, table.complete)
    except ValueError as error:
        raise TakeError(f"{path}: {error}") from error


def _columns(path: Path) -> set[str]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return {name.strip().lower() for name in file.readline().split(",")}
    except (OSError, ValueError) as error:
        raise TakeError(f"expected a readable take at {path}, got: {error}") from error


def _take(numbers: Floats, units: list[int], posed: bool) -> Take:
    times, confidence, success = numbers[:, 2], numbers[:, 3], numbers[:, 4]
    levels = np.clip(numbers[:, 5 : 5 + len(units)] / FULL, 0.0, 1.0)
    nodes = {node: levels[:, at] for at, unit in enumerate(units) for node in nodes_of(f"AU{unit}")}
    weights = np.zeros((len(numbers), len(BLENDSHAPES)), np.float32)
    for unit in ACTION_UNITS:
        if unit.name in nodes and unit.arkit:
            weights[:, BLENDSHAPE_INDEX[unit.arkit]] = nodes[unit.name]
    steps = np.diff(times)
    step = float(np.median(steps)) if steps.size else 0.0
    return Take(
        times_ns=np.rint((times - times[0]) * NS_PER_S).astype(np.int64),
        fps=1.0 / step if step > 0 else _DEFAULT_FPS,
        tracked=success > 0,
        weights=weights,
        action_unit_names=tuple(nodes),
        action_units=np.stack(list(nodes.values()), axis=1),
        confidence=np.clip(confidence, 0.0, 1.0),
        **(_posed(numbers[:, 5 + len(units) :]) if posed else {}),
    )


def _posed(numbers: Floats) -> dict[str, Any]:
    """Head and eyes of lines of sight (F, 6) and poses (F, 6)."""
    place, turn = numbers[:, 6:9] * _FLIP / _MM_PER_M, numbers[:, 9:]
    head = Rotation.from_matrix(
        Rotation.from_euler("XYZ", turn).as_matrix() * _FLIP[:, None] * _FLIP
    )
    gaze = np.zeros((len(numbers), 2, 2))
    for eye in (0, 1):
        x, y, z = head.inv().apply(numbers[:, 3 * eye : 3 * eye + 3] * _FLIP).T
        gaze[:, 1 - eye] = np.stack([np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))], axis=1)
    return {"head_position": place, "head_orientation": head.as_quat(), "gaze": gaze}
