"""What an avatar's face can do: its morph targets, and the expressions made of them.

Names of morph targets stand in the mesh's `extras.targetNames`, in those of a primitive, or on the
targets' accessors. VRM 0 keeps expressions in `blendShapeMaster`, VRM 1 in `VRMC_vrm`.

**Convention:** glTF's axes: +x to the subject's left, +y up, +z out of the face; VRM 0 faces the
other way and is turned here.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from avatar_bridge.avatar.gltf import MOST_ROWS, Gltf
from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Float32

# What foreign JSON of another form than glTF's does to whoever reads it.
BROKEN = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)
_MOST_MOVES = 20_000_000  # points of all morph targets: what fits into anyone's memory
_FARTHEST = 1e6  # metres
_NO_PRESET = "unknown"
_TURNED = np.array([-1.0, 1.0, -1.0], np.float32)

Json = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Morphs:
    """Morph targets as movements of points.

    Attributes:
        names: (N,) each once, over all meshes.
        points: (V, 3) of all meshes that have morph targets, at rest.
        moves: (N, V, 3) what each adds at weight 1.
    """

    names: tuple[str, ...]
    points: Float32
    moves: Float32


class AvatarFace:
    """One avatar file.

    Args:
        path: of a `.glb`, `.vrm` or `.gltf`.

    Attributes:
        kind: "VRM 0", "VRM 1" or "glTF".
        morphs: names of morph targets, each once, in the file's order.
        expressions: names of VRM's expressions, in the file's order.

    Raises:
        ConfigError: the file cannot be read as an avatar.
    """

    def __init__(self, path: Path) -> None:
        self._gltf = Gltf(path)
        self._read: Morphs | None = None
        try:
            self._meshes = [dict(mesh) for mesh in self._gltf.json.get("meshes", [])]
            self._names = [target_names(mesh, self._gltf.json) for mesh in self._meshes]
            self.kind, found = _expressions(self._gltf.json.get("extensions", {}))
        except BROKEN as error:
            raise broken(path, error) from error
        self.morphs: tuple[str, ...] = _each_once(n for names in self._names for n in names)
        self.expressions: tuple[str, ...] = _each_once(shown_name(name) for name in found)

    def read_morphs(self) -> Morphs:
        """The movements of all morph targets; the same name in several meshes is one movement.

        Raises:
            ConfigError: the file does not hold what it promises.
        """
        if self._read is None:
            try:
                self._read = self._read_morphs()
            except BROKEN as error:
                raise broken(self._gltf.path, error) from error
        return self._read

    def _read_morphs(self) -> Morphs:
        row = {name: index for index, name in enumerate(self.morphs)}
        points: list[Float32] = []
        moves: list[Float32] = []
        seen = 0
        for mesh, names, world in self._placed():
            for primitive in mesh["primitives"]:
                rest = self._gltf.accessor(primitive["attributes"]["POSITION"])
                seen += len(rest)
                if seen > min(MOST_ROWS, _MOST_MOVES // max(len(row), 1)):
                    raise ConfigError(f"{self._gltf.path}: expected a face, got far more points")
                added = np.zeros((len(row), len(rest), 3), np.float32)
                for name, target in zip(names, primitive.get("targets", []), strict=False):
                    if "POSITION" in target:
                        delta = self._gltf.accessor(target["POSITION"])
                        if delta.shape != rest.shape:
                            raise ConfigError(
                                f"{self._gltf.path}: {name}: expected {len(rest)} points, "
                                f"got {len(delta)}"
                            )
                        added[row[name]] += delta @ world[:3, :3].T
                points.append(rest @ world[:3, :3].T + world[:3, 3])
                moves.append(added)
        if not seen:
            raise ConfigError(f"{self._gltf.path}: expected morph targets, got none")
        turn = _TURNED if self.kind == "VRM 0" else np.ones(3, np.float32)
        return Morphs(
            self.morphs,
            _near(np.concatenate(points) * turn),
            _near(np.concatenate(moves, axis=1) * turn),
        )

    def _placed(self) -> Iterator[tuple[dict[str, Any], tuple[str, ...], Float32]]:
        """Meshes with morph targets, their targets' names and where they stand (4, 4)."""
        placed = worlds(self._gltf)
        for index, (mesh, names) in enumerate(zip(self._meshes, self._names, strict=True)):
            if names:
                yield mesh, names, placed.get(index, np.eye(4, dtype=np.float32))


def broken(path: Path, error: Exception) -> ConfigError:
    """What to raise for one of `BROKEN`."""
    return ConfigError(f"{path}: expected an avatar, got broken glTF: {error!r}")


def _near(places: Float32) -> Float32:
    if not np.abs(places).max(initial=0.0) < _FARTHEST:
        raise ValueError(f"points or movements of more than {_FARTHEST:g} metres")
    return places


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def shown_name(said: object) -> str:
    """A name as it can be shown and written: half characters and commands of terminals replaced."""
    return "".join(
        "\ufffd" if unicodedata.category(letter) in ("Cc", "Cs") else letter for letter in str(said)
    )


def target_names(mesh: Json, json: Json) -> tuple[str, ...]:
    """Names of a mesh's morph targets, in order: of the mesh, a primitive, or the accessors."""
    count = max((len(p.get("targets", [])) for p in mesh.get("primitives", [])), default=0)
    for place in (mesh, *mesh.get("primitives", [])):
        names = (place.get("extras") or {}).get("targetNames")
        if names and len(names) >= count > 0:
            return tuple(shown_name(name) for name in names[:count])
    if not count:
        return ()
    accessors = json.get("accessors", [])
    longest = max(mesh["primitives"], key=lambda p: len(p.get("targets", [])))
    return tuple(
        shown_name(accessors[target["POSITION"]].get("name") or f"morph {index}")
        if "POSITION" in target
        else f"morph {index}"
        for index, target in enumerate(longest["targets"])
    )


def _expressions(extensions: dict[str, Any]) -> tuple[str, list[str]]:
    if "VRMC_vrm" in extensions:
        said = extensions["VRMC_vrm"].get("expressions") or {}
        return "VRM 1", [*(said.get("preset") or {}), *(said.get("custom") or {})]
    if "VRM" in extensions:
        groups = (extensions["VRM"].get("blendShapeMaster") or {}).get("blendShapeGroups") or []
        return "VRM 0", [clip_name(group) for group in groups]
    return "glTF", []


def clip_name(group: Json) -> str:
    """A VRM 0 clip's preset, which says what it shows, or else its name."""
    preset = group.get("presetName") or _NO_PRESET
    return shown_name(group.get("name", "") if preset == _NO_PRESET else preset)


def worlds(gltf: Gltf) -> dict[int, Float32]:
    """Where each mesh stands: the product of its nodes' transforms, of the first node it has.

    A skinned mesh ignores its node, and its points are near enough to where the skin puts them
    for the shape of a face; but quantised ones are scaled by the first joint.
    """
    nodes = gltf.json.get("nodes", [])
    parent = {
        child: index for index, node in enumerate(nodes) for child in node.get("children", [])
    }
    place: dict[int, Any] = {}  # of each node that was needed, so that none is worked out twice
    worlds: dict[int, Float32] = {}
    for index, node in enumerate(nodes):
        if "mesh" not in node or node["mesh"] in worlds:
            continue
        above: dict[int, None] = {}  # from the node up, to one whose place is known
        at: int | None = index
        while at is not None and at not in above and at not in place:
            above[at] = None
            at = parent.get(at)
        world = place.get(at, np.eye(4)) if at is not None else np.eye(4)
        for each in reversed(above):
            world = place[each] = world @ _local(nodes[each])
        worlds[node["mesh"]] = world.astype(np.float32)
    return worlds


def _local(node: dict[str, Any]) -> Any:
    from scipy.spatial.transform import Rotation  # takes a second to load

    if "matrix" in node:
        return np.reshape(np.asarray(node["matrix"], np.float64), (4, 4)).T
    local = np.eye(4)
    turn = Rotation.from_quat(node.get("rotation", (0, 0, 0, 1))).as_matrix()
    local[:3, :3] = turn * np.asarray(node.get("scale", (1, 1, 1)), np.float64)
    local[:3, 3] = node.get("translation", (0, 0, 0))
    return local
