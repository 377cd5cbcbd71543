"""The head as a glTF file: nodes, materials, and meshes with named morph targets."""

from functools import cache

import numpy as np

from avatar_bridge.avatar.head.build import Head, Part, build_head
from avatar_bridge.avatar.head.palette import MATERIALS, Material
from avatar_bridge.avatar.head.writer import GlbWriter, Json

GENERATOR = "avatar-bridge"
ROOT = "avatar"


@cache
def head_glb() -> bytes:
    """The built-in head as a `.glb`: glTF 2.0 with all 52 blendshapes as named morph targets.

    Its nodes are `avatar`, in it `body` and `head`, and in that `eye_left` and `eye_right`, which
    turn about the eyeballs' middles. The mesh `face` has all 52, others those that move them.
    """
    head = build_head()
    writer = GlbWriter()
    places = {name: np.array(at) for name, at in head.pivots.items()}
    nodes: list[Json] = [{"name": ROOT, "children": []}]
    add_head(writer, head, nodes, {"body": 0, "head": 0}, places)
    writer.json |= {
        "asset": {"version": "2.0", "generator": GENERATOR, "copyright": "Apache-2.0"},
        "scene": 0,
        "scenes": [{"name": ROOT, "nodes": [0]}],
        "nodes": nodes,
    }
    return writer.packed()


def add_head(
    writer: GlbWriter,
    head: Head,
    nodes: list[Json],
    parents: dict[str, int],
    places: dict[str, np.ndarray],
) -> dict[str, int]:
    """Hang the head's parts into a tree of nodes.

    Args:
        writer: gets materials, meshes and numbers.
        head: what is written.
        nodes: of the file; grows.
        parents: numbers of the nodes that `body` and `head` are put into.
        places: where they are in their parents' spaces, and eyes in the head's space.

    Returns:
        Numbers of the nodes, by name: body, head, eyes and each mesh's own.
    """
    writer.json["materials"] = [_material(name, m) for name, m in MATERIALS.items()]
    writer.json["meshes"] = []
    numbers: dict[str, int] = {}

    def hang(node: Json, parent: int) -> int:
        nodes.append(node)
        nodes[parent].setdefault("children", []).append(len(nodes) - 1)
        return len(nodes) - 1

    for name, parent in parents.items():
        numbers[name] = hang({"name": name, "translation": places[name].tolist()}, parent)
    for name in ("eye_left", "eye_right"):
        at = np.array(head.pivots[name]) - head.pivots["head"]
        numbers[name] = hang({"name": name, "translation": at.tolist()}, numbers["head"])
    for part in head.parts:
        mesh = _mesh(writer, part, np.array(head.pivots[part.node], np.float32))
        if part.node.startswith("eye"):  # the mesh is the node's own, so that its shapes turn it
            nodes[numbers[part.node]]["mesh"] = mesh
            numbers[part.name] = numbers[part.node]
        else:
            numbers[part.name] = hang({"name": part.name, "mesh": mesh}, numbers[part.node])
    return numbers


def _mesh(writer: GlbWriter, part: Part, pivot: np.ndarray) -> int:
    count = len(part.points)
    attributes = {
        "POSITION": writer.vertices(part.points - pivot, limits=True),
        "NORMAL": writer.vertices(part.normals),
        "COLOR_0": writer.vertices(_bytes(part.colours)),
    }
    targets = []
    for move in part.moves.values():
        where = writer.rows(move.rows, count)
        targets.append(
            {
                "POSITION": writer.sparse(where, move.points, count),
                "NORMAL": writer.sparse(where, move.normals, count),
            }
        )
    materials = list(MATERIALS)
    primitives: list[Json] = [
        {
            "attributes": attributes,
            "indices": writer.indices(triangles, count),
            "material": materials.index(name),
        }
        | ({"targets": targets} if targets else {})
        for name, triangles in part.surfaces.items()
    ]
    mesh: Json = {"name": part.name, "primitives": primitives}
    if targets:
        mesh |= {"weights": [0.0] * len(targets), "extras": {"targetNames": list(part.moves)}}
    writer.json["meshes"].append(mesh)
    return len(writer.json["meshes"]) - 1


def _bytes(colours: np.ndarray) -> np.ndarray:
    """With a fourth column, so that each point's begin at a multiple of four bytes."""
    opaque = np.concatenate([colours, np.ones((len(colours), 1))], axis=1)
    return np.asarray(np.round(opaque * 255), np.uint8)


def _material(name: str, material: Material) -> Json:
    said: Json = {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*material.colour, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": material.rough,
        },
    }
    if material.glow:
        said["emissiveFactor"] = list(material.colour)
    if name in ("hair", "mouth"):  # thin sheets, seen from behind too
        said["doubleSided"] = True
    return said
