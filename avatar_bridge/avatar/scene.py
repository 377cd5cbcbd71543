"""Scenes of avatars: of the built-in head, and of files."""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.avatar.face import BROKEN, Json, broken, target_names, worlds
from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.avatar.head.build import Head
from avatar_bridge.avatar.head.palette import MATERIALS
from avatar_bridge.avatar.pile import Ints, Pile, Scene
from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Float32

_MOST_TRIANGLES = 400_000
_MOST_PIXELS = 1024  # of a texture's side; larger ones are made smaller
_TURNED = np.array([-1.0, 1.0, -1.0], np.float32)  # VRM 0 looks the other way


def head_scene(head: Head) -> Scene:
    """The built-in head, to be drawn."""
    made = Pile()
    for part in head.parts:
        start = made.count
        for name, triangles in part.surfaces.items():
            material = MATERIALS[name]
            used, index = np.unique(triangles, return_inverse=True)
            colour = np.ones((len(used), 4), np.float32)
            colour[:, :3] = part.colours[used] * np.asarray(material.colour, np.float32)
            made.add(
                part.points[used],
                part.normals[used],
                colour,
                index.reshape(-1, 3),
                glow=material.glow,
                both_sides=name == "hair",
                turns=part.node != "body",
            )
            row = np.full(len(part.points), -1, np.int64)
            row[used] = np.arange(len(used)) + start
            for shape, move in part.moves.items():
                here = row[move.rows] >= 0
                made.move(shape, row[move.rows[here]], move.points[here], move.normals[here])
            start = made.count
    centre = np.array([0.0, -0.004, 0.0], np.float32)
    return made.scene(np.asarray(head.pivots["head"], np.float32), centre, 0.172)


def read_scene(path: Path) -> Scene:
    """An avatar's file, to be drawn as it stands at rest; skins are not bent.

    Args:
        path: of a `.glb`, `.vrm` or `.gltf`.

    Raises:
        ConfigError: it cannot be read, or holds nothing to draw.
    """
    gltf = Gltf(path)
    try:
        return _read(gltf)
    except BROKEN as error:
        raise broken(path, error) from error


def _read(gltf: Gltf) -> Scene:
    made = Pile()
    turn = _TURNED if "VRM" in gltf.json.get("extensions", {}) else np.ones(3, np.float32)
    placed = worlds(gltf)
    pictures: dict[int, int] = {}
    for number, mesh in enumerate(gltf.json.get("meshes", [])):
        world = placed.get(number, np.eye(4, dtype=np.float32))
        names = target_names(mesh, gltf.json)
        for primitive in mesh["primitives"]:
            if primitive.get("mode", 4) == 4:
                _read_primitive(gltf, made, primitive, names, world, turn, pictures)
        if made.faces > _MOST_TRIANGLES:
            raise ConfigError(f"{gltf.path}: expected an avatar, got far more triangles")
    if not made.faces:
        raise ConfigError(f"{gltf.path}: expected an avatar to draw, got no triangles")
    return made.framed()


def _read_primitive(
    gltf: Gltf,
    made: Pile,
    primitive: Json,
    names: tuple[str, ...],
    world: Float32,
    turn: Float32,
    pictures: dict[int, int],
) -> None:
    attributes = primitive["attributes"]
    points = gltf.accessor(attributes["POSITION"])
    straight = world[:3, :3].T * turn
    triangles = (
        gltf.accessor(primitive["indices"]).astype(np.int64).reshape(-1, 3)
        if "indices" in primitive
        else np.arange(len(points) // 3 * 3).reshape(-1, 3)
    )
    if triangles.size and (triangles.min() < 0 or triangles.max() >= len(points)):
        raise ValueError("triangles between points that are not there")
    material = gltf.json["materials"][primitive["material"]] if "material" in primitive else {}
    look = material.get("pbrMetallicRoughness", {})
    colours = np.tile(
        np.asarray(look.get("baseColorFactor", (1, 1, 1, 1)), np.float32), (len(points), 1)
    )
    if "COLOR_0" in attributes:
        own = gltf.accessor(attributes["COLOR_0"])
        colours[:, : own.shape[1]] *= own
    normals = gltf.accessor(attributes["NORMAL"]) if "NORMAL" in attributes else None
    texture = (look.get("baseColorTexture") or {}).get("index")
    start = made.count
    made.add(
        (points @ world[:3, :3].T + world[:3, 3]) * turn,
        _unit(
            normals @ straight if normals is not None else _normals(points @ straight, triangles)
        ),
        colours,
        triangles,
        places=gltf.accessor(attributes["TEXCOORD_0"]) if "TEXCOORD_0" in attributes else None,
        texture=-1 if texture is None else _picture(gltf, made, int(texture), pictures),
        both_sides=bool(material.get("doubleSided")),
        opaque=material.get("alphaMode", "OPAQUE") == "OPAQUE",
        glow="KHR_materials_unlit" in material.get("extensions", {}),
    )
    for name, target in zip(names, primitive.get("targets", []), strict=False):
        if "POSITION" in target:
            way = gltf.accessor(target["POSITION"])
            bent = gltf.accessor(target["NORMAL"]) if "NORMAL" in target else np.zeros_like(way)
            rows = np.flatnonzero(way.any(axis=1) | bent.any(axis=1))
            made.move(name, rows + start, way[rows] @ straight, bent[rows] @ straight)


def _picture(gltf: Gltf, made: Pile, texture: int, known: dict[int, int]) -> int:
    """Number of a texture's picture; -1 where it lies outside of the file or is of another kind."""
    said = gltf.json["textures"][texture]
    webp = said.get("extensions", {}).get("EXT_texture_webp", {})
    source = webp.get("source", said.get("source"))
    if source is None or "bufferView" not in gltf.json["images"][source]:
        return -1
    if source not in known:
        data = np.frombuffer(gltf.data(gltf.json["images"][source]["bufferView"]), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
        if picture is None or picture.dtype != np.uint8 or picture.ndim != 3:
            return -1
        if picture.shape[2] == 3:
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
        scale = _MOST_PIXELS / max(picture.shape[:2])
        if scale < 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        known[source] = len(made.textures)
        made.textures.append(np.asarray(picture, np.uint8))
    return known[source]


def _normals(points: Float32, triangles: Ints) -> Float32:
    a, b, c = (points[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    added = np.zeros_like(points)
    for axis in range(3):
        added[:, axis] = np.bincount(
            triangles.ravel(), np.repeat(face[:, axis], 3), minlength=len(points)
        )
    return added


def _unit(vectors: Float32) -> Float32:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)
