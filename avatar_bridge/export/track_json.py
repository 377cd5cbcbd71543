"""Takes as one JSON document.

`fps`, `names` (the 52, in the order of `weights`) and `frames`, one line each: `time` in seconds,
`tracked`, `name` (the image's file name or null), and, null where no face was found, `weights`,
`action_units` and `emotions` by name, `head` (position and orientation), `gaze` (left and right
eye: yaw, pitch) and `box` (x0, y0, x1, y1). Units and axes are those of `avatar_bridge.types`.
"""

import json
from pathlib import Path
from typing import Any

from avatar_bridge.export.atomic import AtomicFile
from avatar_bridge.export.base import RowWriter
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.types import FaceState, Float32

DECIMALS = 6


class TrackJsonWriter(RowWriter):
    """Writes one take as it goes; see `export.base` for how it behaves.

    Args:
        path: the file.
        fps: pictures a second; 0 where unknown.

    Raises:
        SinkError: the file cannot be written.
    """

    def __init__(self, path: Path, fps: float) -> None:
        super().__init__(AtomicFile(path), tail="\n]}\n")
        names = json.dumps(BLENDSHAPES)
        self._add(f'{{"fps": {json.dumps(float(fps), allow_nan=False)}, "names": {names},\n')
        self._add('"frames": [')
        self._separator = "\n"

    def write(self, state: FaceState | None, time_s: float, name: str | None = None) -> None:
        row = {"time": round(time_s, DECIMALS), "name": name, **_seen(state)}
        self._add(self._separator + json.dumps(row, allow_nan=False))
        self._separator = ",\n"


def _seen(state: FaceState | None) -> dict[str, Any]:
    if state is None or not state.tracked:
        nothing = ("weights", "action_units", "emotions", "head", "gaze", "box")
        return {"tracked": False, **dict.fromkeys(nothing)}
    units, chances = (
        _numbers(state.action_units.intensities),
        _numbers(state.emotions.probabilities),
    )
    return {
        "tracked": True,
        "weights": _numbers(state.blendshapes.weights),
        "action_units": dict(zip(ACTION_UNIT_NAMES, units, strict=True)),
        "emotions": dict(zip(EMOTIONS, chances, strict=True)),
        "head": {
            "position": _numbers(state.head_pose.position),
            "orientation": _numbers(state.head_pose.orientation),
        },
        "gaze": {"left": _numbers(state.gaze.left), "right": _numbers(state.gaze.right)},
        "box": _numbers(state.box),
    }


def _numbers(array: Float32) -> list[float]:
    return [round(value, DECIMALS) for value in array.tolist()]
