"""Takes as JSON lines: one object that tells of the take, then one object a row.

The first line holds `format`, `fps`, `start` (the timecode of the first row), `start_ns` (that
moment in nanoseconds after midnight), `subject`, and the orders of what follows: `weights`,
`action_units` and `emotions`. Rows hold `time_ns` since time 0, `timecode`, `tracked`, and what
the take knows of: `weights`, `head` (position, orientation), `gaze` (left and right eye: yaw,
pitch), `eye_roll`, `action_units`, `emotions`, `valence`, `arousal` and `confidence`. Units and
axes are those of `avatar_bridge.types`. Every float32 is read back as it was.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from avatar_bridge.errors import TakeError
from avatar_bridge.export.atomic import write_whole
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.timecode import timecodes
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.take import Take
from avatar_bridge.types import Float32

_NO_ROWS: dict[str, Any] = dict.fromkeys(("times_ns", "tracked", "weights"), np.zeros(0))
_NAME = "avatar-bridge take 1"
# What no row of ours lacks, and what a file that is none of ours makes of reading it.
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError)


def create() -> Format:
    """The format."""
    return Format(title="JSON lines", suffix=".jsonl", read=read, write=write)


def write(path: Path, take: Take, _: Stage) -> None:
    """All that a take knows."""
    write_whole(path, _lines(take))


def _lines(take: Take) -> Iterator[str]:
    codes = timecodes(take)
    yield _line(
        {
            "format": _NAME,
            "fps": take.fps,
            "start": codes[0],
            "start_ns": take.start_ns,
            "subject": take.subject,
            "weights": BLENDSHAPES,
            "action_units": take.action_unit_names,
            "emotions": EMOTIONS if take.emotions is not None else (),
        }
    )
    affect = take.valence_arousal
    for row, code in enumerate(codes):
        said: dict[str, Any] = {
            "time_ns": int(take.times_ns[row]),
            "timecode": code,
            "tracked": bool(take.tracked[row]),
            "weights": _numbers(take.weights[row]),
        }
        head = {
            name: _numbers(values[row])
            for name, values in (
                ("position", take.head_position),
                ("orientation", take.head_orientation),
            )
            if values is not None
        }
        if head:
            said["head"] = head
        if take.gaze is not None:
            said["gaze"] = dict(zip(("left", "right"), map(_numbers, take.gaze[row]), strict=True))
        for name in ("eye_roll", "action_units", "emotions"):
            values = getattr(take, name)
            if values is not None:
                said[name] = _numbers(values[row])
        if affect is not None:
            said["valence"], said["arousal"] = _numbers(affect[row])
        if take.confidence is not None:
            (said["confidence"],) = _numbers(take.confidence[row : row + 1])
        yield _line(said)


def read(path: Path) -> Take:
    """What `write` made."""
    number = 1
    try:
        with path.open(encoding="utf-8") as file:
            told = json.loads(next(file, ""))
            if told["format"] != _NAME or tuple(told["weights"]) != BLENDSHAPES:
                raise ValueError(f"got {str(told['format'])[:40]!r}, or shapes in another order")
            rows = []
            for line in file:
                number += 1
                if line.strip():
                    rows.append(_row(json.loads(line)))
        columns: dict[str, Any] = (
            {name: [row[name] for row in rows] for name in rows[0]} if rows else {}
        )
        number = 1
        return Take(
            fps=told["fps"],
            start_ns=told["start_ns"],
            subject=str(told["subject"]),
            action_unit_names=tuple(told["action_units"]),
            **(columns or _NO_ROWS),
        )
    except OSError as error:
        raise TakeError(f"expected a readable take at {path}, got: {error.strerror}") from error
    except _BROKEN as error:
        said = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise TakeError(f"{path}:{number}: expected {_NAME} as JSON lines, got: {said}") from error


def _row(said: dict[str, Any]) -> dict[str, Any]:
    """One row by the names that `Take` has for it."""
    head = said.get("head", {})
    row = {
        "times_ns": int(said["time_ns"]),
        "tracked": bool(said["tracked"]),
        "weights": said["weights"],
        "head_position": head.get("position"),
        "head_orientation": head.get("orientation"),
        "gaze": [said["gaze"]["left"], said["gaze"]["right"]] if "gaze" in said else None,
        **{name: said.get(name) for name in ("eye_roll", "action_units", "emotions", "confidence")},
    }
    return {name: value for name, value in row.items() if value is not None}


def _numbers(values: Float32) -> list[float]:
    """The shortest decimals that are these float32 again."""
    return [float(str(value)) for value in values]


def _line(said: dict[str, Any]) -> str:
    return json.dumps(said, allow_nan=False, separators=(",", ":")) + "\n"
