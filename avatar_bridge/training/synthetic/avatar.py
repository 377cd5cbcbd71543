"""Avatars of other people's making, from glTF: loading, posing, and a plain picture of the head.

Khronos, *glTF 2.0 Specification* (2021), https://registry.khronos.org/glTF/specs/2.0. Read are
binary files with their buffer inside: accessors (sparse ones too), node transforms, skins in the
pose they come in, morph targets by `mesh.extras.targetNames`, and base colours.

**Convention:** glTF's axes are those of a head (see `types`): +x to the subject's left, +y up, +z
out of the face; metres. Pictures are uint8 RGB, row 0 at the top.
"""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Float32

_MAGIC, _JSON, _BINARY = 0x46546C67, 0x4E4F534A, 0x004E4942
_TRIANGLES = 4
_COLUMNS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_NUMBERS = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_CUTOFF = 0.5  # of alpha, where a material says nothing


@dataclass(frozen=True, eq=False)
class Part:
    """One primitive with one material, at rest in the world.

    Attributes:
        name: of its mesh.
        positions: (V, 3) metres.
        normals: (V, 3) unit vectors.
        uv: (V, 2), (0, 0) the texture's top left corner.
        triangles: (T, 3).
        shapes: name of a morph target → (V, 3) what the full shape adds, metres.
        color: (4,) linear RGB and alpha that the texture is multiplied by.
        texture: (H, W, 4) uint8 RGBA, or None.
        cutoff: alpha below which nothing is drawn; 0 where the material is opaque.
    """

    name: str
    positions: Float32
    normals: Float32
    uv: Float32
    triangles: NDArray[np.int32]
    shapes: Mapping[str, Float32] = field(default_factory=dict)
    color: Float32 = field(default_factory=lambda: np.ones(4, np.float32))
    texture: NDArray[np.uint8] | None = None
    cutoff: float = 0.0

    def moved(self, weights: Mapping[str, float]) -> tuple[Float32, Float32]:
        """Positions and normals (V, 3) of a face that shows these shapes."""
        added = [self.shapes[name] * np.float32(w) for name, w in weights.items()
                 if w and name in self.shapes]  # fmt: skip
        if not added:
            return self.positions, self.normals
        positions = np.asarray(self.positions + np.sum(added, axis=0), np.float32)
        # Normals bend as the surface does: by what the triangles' own normals change.
        bent = self.normals + _normals(positions, self.triangles)
        bent = bent - _normals(self.positions, self.triangles)
        return positions, _unit(bent)


@dataclass(frozen=True, eq=False)
class Avatar:
    """Everything of a file that is drawn.

    Attributes:
        parts: primitives in the order of the file.
    """

    parts: tuple[Part, ...]

    @property
    def shapes(self) -> tuple[str, ...]:
        """Names of all morph targets, in the order of the first mesh that has them."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.shapes))

    def moved_by(self, shape: str) -> Float32:
        """(3,) the middle of what a shape moves, metres: an eye by its blink, say.

        Raises:
            ConfigError: no part has such a shape.
        """
        places, sizes = [], []
        for part in self.parts:
            if shape in part.shapes:
                places.append(part.positions)
                sizes.append(np.linalg.norm(part.shapes[shape], axis=1))
        weight = np.concatenate(sizes) if sizes else np.zeros(1)
        if not weight.any():
            raise ConfigError(f"expected an avatar with the shape {shape}, got none that moves")
        weight = weight**2 / (weight**2).sum()  # lashes' far tips and faint skirts count little
        return np.asarray(weight @ np.concatenate(places), np.float32)


def load_avatar(path: Path) -> Avatar:
    """Read a `.glb` file.

    Raises:
        ConfigError: it is missing, no binary glTF 2, or holds something that cannot be read here.
    """
    try:
        document = _Document(*_chunks(path.read_bytes()))
        return Avatar(tuple(document.parts()))
    except OSError as error:
        raise ConfigError(f"expected an avatar at {path}, got: {error.strerror}") from error
    except (ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise ConfigError(f"{path}: expected a binary glTF 2 file, got: {error!r}") from error


def _chunks(data: bytes) -> tuple[dict[str, Any], bytes]:
    """The JSON and the buffer of a GLB file."""
    magic, version, _ = struct.unpack_from("<III", data)
    if magic != _MAGIC or version != 2:
        raise ValueError("no GLB of version 2")
    found: dict[int, bytes] = {}
    start = 12
    while start + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, start)
        found.setdefault(kind, data[start + 8 : start + 8 + length])
        start += 8 + length
    return json.loads(found[_JSON]), found.get(_BINARY, b"")


class _Document:
    def __init__(self, tree: dict[str, Any], binary: bytes) -> None:
        self._tree = tree
        self._binary = binary
        self._world = self._world_matrices()
        self._textures: dict[int, NDArray[np.uint8]] = {}

    def accessor(self, index: int) -> NDArray[Any]:
        """(N, columns) numbers as the file means them: scaled where they are normalised."""
        told = self._tree["accessors"][index]
        kind, columns = np.dtype(_NUMBERS[told["componentType"]]), _COLUMNS[told["type"]]
        count = told["count"]
        values = np.zeros((count, columns), kind)
        if "bufferView" in told:
            values = self._view(told["bufferView"], told.get("byteOffset", 0), kind, count, columns)
        if "sparse" in told:
            sparse, values = told["sparse"], values.copy()
            where, what = sparse["indices"], sparse["values"]
            index_kind = np.dtype(_NUMBERS[where["componentType"]])
            rows = self._view(
                where["bufferView"], where.get("byteOffset", 0), index_kind, sparse["count"], 1
            )
            values[rows[:, 0]] = self._view(
                what["bufferView"], what.get("byteOffset", 0), kind, sparse["count"], columns
            )
        if told.get("normalized"):
            top = np.float32(np.iinfo(kind).max)
            values = np.maximum(values.astype(np.float32) / top, -1.0)
        return values

    def _view(
        self, index: int, offset: int, kind: np.dtype[Any], count: int, columns: int
    ) -> NDArray[Any]:
        view = self._tree["bufferViews"][index]
        width = kind.itemsize * columns
        stride = view.get("byteStride", width)
        start = view.get("byteOffset", 0) + offset
        if start + stride * (count - 1) + width > len(self._binary):
            raise ValueError(f"buffer view {index} beyond the buffer")
        shape, strides = (count, columns), (stride, kind.itemsize)
        return np.ndarray(shape, kind, self._binary, start, strides)

    def _world_matrices(self) -> list[NDArray[np.float64]]:
        nodes = self._tree.get("nodes", [])
        parent = {child: i for i, node in enumerate(nodes) for child in node.get("children", ())}
        own = [_node_matrix(node) for node in nodes]
        world = []
        for index, matrix in enumerate(own):
            above = parent.get(index)
            while above is not None:
                matrix = own[above] @ matrix
                above = parent.get(above)
            world.append(matrix)
        return world

    def parts(self) -> list[Part]:
        made = []
        for index, node in enumerate(self._tree.get("nodes", [])):
            if "mesh" not in node:
                continue
            mesh = self._tree["meshes"][node["mesh"]]
            names = mesh.get("extras", {}).get("targetNames", ())
            for primitive in mesh["primitives"]:
                if primitive.get("mode", _TRIANGLES) == _TRIANGLES:
                    made.append(self._part(mesh.get("name", ""), primitive, names, index))
        return made

    def _part(
        self, name: str, primitive: dict[str, Any], names: tuple[str, ...], node: int
    ) -> Part:
        attributes = primitive["attributes"]
        at_rest = self.accessor(attributes["POSITION"]).astype(np.float64)
        count = len(at_rest)
        if "indices" in primitive:
            triangles = self.accessor(primitive["indices"]).reshape(-1, 3).astype(np.int32)
        else:
            triangles = np.arange(count, dtype=np.int32).reshape(-1, 3)
        place = self._placing(attributes, node, count)  # (V, 4, 4) or (1, 4, 4)
        turn = place[:, :3, :3]
        positions = _turned(turn, at_rest) + place[:, :3, 3]
        normals: NDArray[np.floating]
        if "NORMAL" in attributes:
            normals = _turned(turn, self.accessor(attributes["NORMAL"]).astype(np.float64))
        else:
            normals = _normals(positions, triangles)
        shapes = {
            shape: np.asarray(
                _turned(turn, self.accessor(target["POSITION"]).astype(np.float64)), np.float32
            )
            for shape, target in zip(names, primitive.get("targets", ()), strict=False)
            if "POSITION" in target
        }
        uv = np.zeros((count, 2), np.float32)
        if "TEXCOORD_0" in attributes:
            uv = self.accessor(attributes["TEXCOORD_0"]).astype(np.float32)
        return Part(
            name=name,
            positions=np.asarray(positions, np.float32),
            normals=_unit(normals),
            uv=uv,
            triangles=triangles,
            shapes=shapes,
            **self._material(primitive.get("material")),
        )

    def _placing(self, attributes: dict[str, int], node: int, count: int) -> NDArray[np.float64]:
        """(V, 4, 4) from the mesh to the world: by the skin's joints, or by the node alone."""
        skin_index = self._tree["nodes"][node].get("skin")
        if skin_index is None or "JOINTS_0" not in attributes:
            return self._world[node][None]
        skin = self._tree["skins"][skin_index]
        joints = np.stack([self._world[joint] for joint in skin["joints"]])
        if "inverseBindMatrices" in skin:
            inverse = self.accessor(skin["inverseBindMatrices"]).reshape(-1, 4, 4)
            joints = joints @ inverse.transpose(0, 2, 1)  # the file goes column by column
        weights = self.accessor(attributes["WEIGHTS_0"]).astype(np.float64)  # (V, 4)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
        which = self.accessor(attributes["JOINTS_0"]).astype(np.int64)
        which[weights == 0] = 0  # what an exporter leaves there may be no joint at all
        return np.einsum("vk,vkij->vij", weights, joints[which])

    def _material(self, index: int | None) -> dict[str, Any]:
        if index is None:
            return {}
        told = self._tree["materials"][index]
        base = told.get("pbrMetallicRoughness", {})
        cutoff = 0.0
        if told.get("alphaMode", "OPAQUE") != "OPAQUE":
            cutoff = float(told.get("alphaCutoff", _CUTOFF))
        texture = None
        if "baseColorTexture" in base:
            texture = self._image(self._tree["textures"][base["baseColorTexture"]["index"]])
        return {
            "color": np.array(base.get("baseColorFactor", (1, 1, 1, 1)), np.float32),
            "texture": texture,
            "cutoff": cutoff,
        }

    def _image(self, texture: dict[str, Any]) -> NDArray[np.uint8]:
        source = texture["source"]
        if source not in self._textures:
            view = self._tree["bufferViews"][self._tree["images"][source]["bufferView"]]
            start = view.get("byteOffset", 0)
            data = np.frombuffer(self._binary, np.uint8, view["byteLength"], start)
            image = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
            if image is None:
                raise ValueError(f"image {source} in a form that is not read")
            ways = {2: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA}
            channels = 2 if image.ndim == 2 else image.shape[2]
            way = ways.get(channels, cv2.COLOR_BGRA2RGBA)
            self._textures[source] = np.asarray(cv2.cvtColor(image, way), np.uint8)
        return self._textures[source]


def _node_matrix(node: dict[str, Any]) -> NDArray[np.float64]:
    if "matrix" in node:
        return np.array(node["matrix"], np.float64).reshape(4, 4).T
    matrix = np.eye(4)
    turn = Rotation.from_quat(node.get("rotation", (0, 0, 0, 1))).as_matrix()
    matrix[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)))
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _turned(turn: NDArray[np.float64], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.einsum("vij,vj->vi", np.broadcast_to(turn, (len(vectors), 3, 3)), vectors))


def _unit(vectors: NDArray[np.floating]) -> Float32:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)


def _normals(positions: NDArray[np.floating], triangles: NDArray[np.int32]) -> Float32:
    """(V, 3) the triangles' normals, weighted by their area."""
    a, b, c = (positions[triangles[:, i]] for i in range(3))
    across = np.cross(b - a, c - a)
    summed = np.zeros((len(positions), 3))
    for corner in range(3):
        np.add.at(summed, triangles[:, corner], across)
    return _unit(summed)
