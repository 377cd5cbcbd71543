"""Takes in the format of Epic's Live Link Face app.

**Convention (columns):** `Timecode,BlendshapeCount`, the 52 blendshapes in canonical order with a
capital first letter, then yaw, pitch and roll of the head, the left and the right eye.
**Convention (rows):** ten decimals. Where no face was found the count is 0 and the 61 cells are
empty.
**Convention (timecode):** HH:MM:SS:FF.fff, frames of the nearest whole rate with a thousandth of
a frame; it runs from 00:00:00:00.000 at the take's start, and wraps after a day.
**Convention (angles):** radians. Yaw is positive to the subject's right, pitch is positive
downward, roll is positive toward the subject's left shoulder (clockwise in a picture that is not
mirrored). Both are the signs of Unreal's rotator for a face that looks along -X. For the eyes they
were measured on takes of the app: yaw rises with eyeLookOutRight and eyeLookInLeft, pitch with
eyeLookDown, and roll is yaw times pitch, as it is for an eye that looks up and then aside without
twisting. The app converts the head by the same rule, so the head has the same signs.
"""

from collections.abc import Iterable
from pathlib import Path

from avatar_bridge.export.atomic import AtomicFile
from avatar_bridge.export.base import RowWriter
from avatar_bridge.export.timecode import timecode
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.geometry import head_angles
from avatar_bridge.types import FaceState, Float32, HeadPose

ANGLES = tuple(
    f"{part}{axis}" for part in ("Head", "LeftEye", "RightEye") for axis in ("Yaw", "Pitch", "Roll")
)
COLUMNS = (*(name[0].upper() + name[1:] for name in BLENDSHAPES), *ANGLES)  # 61
HEADER = ",".join(("Timecode", "BlendshapeCount", *COLUMNS)) + "\n"
DEFAULT_FPS = 60.0  # the app's own, for a source that does not know its rate
_NO_ZERO = "-0.0000000000"


class LiveLinkCsvWriter(RowWriter):
    """Writes one take; see `export.base` for how it behaves.

    Args:
        path: the file.
        fps: pictures a second, for the timecode; 0 where unknown.

    Raises:
        SinkError: the file cannot be written.
    """

    def __init__(self, path: Path, fps: float) -> None:
        super().__init__(AtomicFile(path))
        self._fps = fps if fps > 0 else DEFAULT_FPS
        self._add(HEADER)

    def write(self, state: FaceState | None, time_s: float, name: str | None = None) -> None:
        stamp = timecode(time_s, self._fps)
        if state is None or not state.tracked:
            self._add(empty_row(stamp))
            return
        values = (
            *state.blendshapes.weights.tolist(),
            *app_head(state.head_pose),
            *eye_angles(state.gaze.left),
            *eye_angles(state.gaze.right),
        )
        self._add(row(stamp, values))


def row(stamp: str, values: Iterable[float]) -> str:
    """The line of a picture with a face: its timecode and the 61 numbers."""
    # No zero has a sign: an app that compares texts takes it for another number.
    cells = ",".join(f"{value:.10f}" for value in values).replace(_NO_ZERO, _NO_ZERO[1:])
    return f"{stamp},{len(COLUMNS)},{cells}\n"


def empty_row(stamp: str) -> str:
    """The line of a picture without a face."""
    return f"{stamp},0" + "," * len(COLUMNS) + "\n"


def app_head(pose: HeadPose) -> tuple[float, float, float]:
    """Yaw, pitch and roll of a head in the app's convention."""
    yaw, pitch, roll = head_angles(pose)
    return -yaw, -pitch, roll


def eye_angles(gaze: Float32) -> tuple[float, float, float]:
    """Yaw, pitch and roll of an eye in the app's convention.

    Args:
        gaze: (2,) yaw to the subject's left and pitch upward, in radians.
    """
    yaw, pitch = -float(gaze[0]), -float(gaze[1])
    return yaw, pitch, yaw * pitch
