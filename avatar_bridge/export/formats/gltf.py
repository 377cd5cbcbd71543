"""GLB: the user's avatar with an animation of the take added to it.

Weights of every mesh that has a driven shape, and rotations of head, neck and eyes where the
avatar has such bones. Nothing that the file held before is changed. Keys are linear, in seconds
from the first one; the timecode and the frame rate stand in the animation's `extras`.
"""

from pathlib import Path

from avatar_bridge.errors import ConfigError
from avatar_bridge.export.atomic import write_whole
from avatar_bridge.export.bones import turn_bones
from avatar_bridge.export.curves import Stage, keys_of
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.glb import GlbEdit
from avatar_bridge.export.morphs import morph_weights, whole
from avatar_bridge.export.timecode import timecodes
from avatar_bridge.take import Take

_LOOK = "look"  # in the names of all shapes and expressions that turn the eyes


def create() -> Format:
    """The format."""
    return Format(
        title="glTF animation on an avatar",
        suffix=".glb",
        write=write,
        animates=True,
        needs_avatar=True,
    )


def write(path: Path, take: Take, stage: Stage) -> None:
    """The avatar of the stage, moved by the take.

    Raises:
        ConfigError: no avatar, one without the shapes, or no face in the take.
    """
    if stage.avatar is None:
        raise ConfigError(
            f"{path}: expected an avatar to animate, as `export --avatar` takes, got none"
        )
    with whole(stage.avatar):
        edit = GlbEdit(stage.avatar)
        animate(edit, take, stage, path.stem)
    write_whole(path, edit.parts())


def animate(edit: GlbEdit, take: Take, stage: Stage, name: str) -> None:
    """Add the animation."""
    keys = keys_of(take, stage)
    weights = morph_weights(edit.json, keys.curves)
    if not weights:
        raise ConfigError(
            f"{stage.avatar}: expected a mesh with one of {', '.join(keys.curves.names[:3])} …, "
            "got none; `avatar-bridge profile check` says what it has"
        )
    looks = [shape for shape in keys.curves.names if _LOOK in shape.lower()]
    turns = turn_bones(edit.gltf, take, keys.rows, looks)
    times = edit.add(keys.times, limits=True)
    samplers: list[dict[str, object]] = []
    channels: list[dict[str, object]] = []
    made: dict[bytes, int] = {}  # meshes with the same shapes share their numbers
    for kind, tracks in (("weights", weights), ("rotation", turns)):
        for node, values in tracks.items():
            data = values.tobytes()
            if data not in made:
                made[data] = len(samplers)
                flat = values.ravel() if kind == "weights" else values
                output = edit.add(flat)
                samplers.append({"input": times, "output": output, "interpolation": "LINEAR"})
            channels.append({"sampler": made[data], "target": {"node": node, "path": kind}})
    extras = {"timecode": timecodes(take)[int(keys.rows[0])], "frameRate": take.fps}
    edit.json.setdefault("animations", []).append(
        {"name": name, "channels": channels, "samplers": samplers, "extras": extras}
    )
