"""Godot 4's `.tres`: an Animation resource.

Godot Engine, *TSCN file format*, https://docs.godotengine.org/en/stable/engine_details/file_formats/tscn.html,
and `scene/resources/animation.cpp` for how a track's keys are packed.

**Convention (tracks):** a blend shape track's path is `NODE:NAME`; its keys are time, transition
and weight, packed. That is the kind of track Godot's own glTF import makes; it moves the same
thing as the property `NODE:blend_shapes/NAME`. The head's is a rotation track; its keys are time,
transition and the quaternion x, y, z, w in Godot's axes, which are glTF's and ours.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from avatar_bridge.export.atomic import write_whole
from avatar_bridge.export.curves import Keys, Stage, corners, keys_of
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.timecode import timecodes
from avatar_bridge.take import Take

_LINEAR = 1  # Animation.INTERPOLATION_LINEAR
_TRANSITION = 1.0  # even speed from key to key


def create() -> Format:
    """The format."""
    return Format(title="Godot 4 animation", suffix=".tres", write=write, animates=True)


def write(path: Path, take: Take, stage: Stage) -> None:
    """The animation of a take.

    Raises:
        ConfigError: no face in it.
    """
    keys = keys_of(take, stage)
    write_whole(path, _parts(path.stem, take, stage, keys))


def _parts(name: str, take: Take, stage: Stage, keys: Keys) -> Iterator[str]:
    yield '[gd_resource type="Animation" format=3]\n\n[resource]\n'
    yield f"resource_name = {_text(name)}\n"
    # An animation of no length plays nothing.
    yield f"length = {max(keys.times[-1], 1 / take.fps):.9g}\nstep = {1 / take.fps:.9g}\n"
    tracks = 0
    if stage.head and keys.turns is not None:
        yield _track(tracks, "rotation_3d", stage.head, keys.times, keys.turns)
        tracks += 1
    for mesh in stage.meshes:
        for column, shape in enumerate(keys.curves.names):
            values = keys.curves.values[:, column]
            needed = corners(values)
            place = f"{mesh}:{shape}"
            yield _track(tracks, "blend_shape", place, keys.times[needed], values[needed, None])
            tracks += 1
    yield f"metadata/timecode = {_text(timecodes(take)[0])}\n"
    yield f"metadata/frame_rate = {take.fps:.9g}\n"


def _track(index: int, kind: str, place: str, times: np.ndarray, values: np.ndarray) -> str:
    packed = np.concatenate(
        [times[:, None], np.full((len(times), 1), _TRANSITION), values], axis=1, dtype=np.float64
    )
    numbers = ", ".join(f"{value:.9g}" for value in packed.ravel().tolist())
    settings = {
        "type": f'"{kind}"',
        "imported": "false",
        "enabled": "true",
        "path": f"NodePath({_text(place)})",
        "interp": _LINEAR,
        "loop_wrap": "false",
        "keys": f"PackedFloat32Array({numbers})",
    }
    return "".join(f"tracks/{index}/{name} = {value}\n" for name, value in settings.items())


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
