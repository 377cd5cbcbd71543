"""The one JSON document that `avatar-bridge track` writes; `export.track_json` says its form."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.errors import TakeError
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.track_json import TrackJsonWriter
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.take import Take

_DEFAULT_FPS = 30.0  # of a source that did not know
_BROKEN = (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError)
_NOBODY: dict[str, Any] = {
    "weights": [0.0] * len(BLENDSHAPES),
    "action_units": dict.fromkeys(ACTION_UNIT_NAMES, 0.0),
    "emotions": {name: float(name == "neutral") for name in EMOTIONS},
    "head": {"position": [0, 0, 0], "orientation": [0, 0, 0, 1]},
    "gaze": {"left": [0, 0], "right": [0, 0]},
}


def create() -> Format:
    """The format."""
    return Format(title="JSON of `track`", suffix=".json", read=read, write=write)


def write(path: Path, take: Take, _: Stage) -> None:
    """A take as `track` would have written it, but for the faces' boxes, which a take lacks."""
    with TrackJsonWriter(path, take.fps) as writer:
        for state, time in zip(take.states(), take.times_ns.tolist(), strict=True):
            writer.write(state, time / NS_PER_S)


def read(path: Path) -> Take:
    """A take that `track` wrote."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if tuple(told["names"]) != BLENDSHAPES:
            raise ValueError("shapes in another order")
        rows = [row if row["tracked"] else {**row, **_NOBODY} for row in told["frames"]]
        names = tuple(rows[0]["action_units"]) if rows else ()
        return Take(
            times_ns=np.array([round(row["time"] * NS_PER_S) for row in rows], np.int64),
            fps=told["fps"] or _DEFAULT_FPS,
            tracked=np.array([row["tracked"] for row in rows]),
            weights=np.array([row["weights"] for row in rows]),
            head_position=np.array([row["head"]["position"] for row in rows]),
            head_orientation=np.array([row["head"]["orientation"] for row in rows]),
            gaze=np.array([(row["gaze"]["left"], row["gaze"]["right"]) for row in rows]),
            action_unit_names=names,
            action_units=np.array([[row["action_units"][n] for n in names] for row in rows]),
            emotions=np.array([[row["emotions"][n] for n in EMOTIONS] for row in rows]),
        )
    except OSError as error:
        raise TakeError(f"expected a readable take at {path}, got: {error.strerror}") from error
    except _BROKEN as error:
        said = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise TakeError(f"{path}: expected the JSON of `track`, got: {said}") from error
