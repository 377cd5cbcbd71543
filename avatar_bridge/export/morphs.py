"""An avatar's morph targets, each by its node and number, and how much of each a name means.

A name is a morph target's, which every mesh may have, or a VRM expression's, which binds several.
VRM Consortium, *VRM 0.0* (`blendShapeMaster`) and *VRM 1.0* (`VRMC_vrm`, expressions),
https://github.com/vrm-c/vrm-specification.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from avatar_bridge.avatar.face import (
    BROKEN,
    Json,
    broken,
    clip_name,
    shown_name,
    target_names,
)
from avatar_bridge.export.curves import Curves
from avatar_bridge.types import Float32

_PERCENT = 100.0  # VRM 0 counts weights so

Bind = tuple[int, int, float]  # mesh, target, share


@contextmanager
def whole(path: Path) -> Iterator[None]:
    """Tell what foreign JSON of another form than glTF's does to whoever reads it.

    Raises:
        ConfigError: names the file.
    """
    try:
        yield
    except BROKEN as error:
        raise broken(path, error) from error


def morph_weights(json: Json, curves: Curves) -> dict[int, Float32]:
    """Node → the weights (K, targets) of its mesh, of the nodes on which a curve moves one.

    What no curve names stays as it is at rest.
    """
    binds = _binds(json)
    nodes: dict[int, Float32] = {}
    for index, node in enumerate(json.get("nodes", [])):
        if "mesh" not in node:
            continue
        mesh = json["meshes"][node["mesh"]]
        count = len(target_names(mesh, json))
        shares = np.zeros((len(curves.names), count), np.float32)
        for row, name in enumerate(curves.names):
            for bound, target, share in binds.get(name, ()):
                if bound == node["mesh"] and target < count:
                    shares[row, target] += share
        if not shares.any():
            continue
        rest = np.asarray(node.get("weights") or mesh.get("weights") or np.zeros(count), np.float32)
        kept = np.where(shares.any(0), np.float32(0), rest)
        nodes[index] = kept + curves.values @ shares
    return nodes


def morph_curves(json: Json, curves: Curves) -> tuple[Curves, tuple[str, ...]]:
    """The same movement by the names of morph targets alone, and the names of the nodes it is on.

    Engines' animations name shapes of a mesh, not expressions of an avatar.
    """
    found: dict[str, Float32] = {}
    nodes: list[str] = []
    for index, weights in morph_weights(json, curves).items():
        node = json["nodes"][index]
        nodes.append(str(node.get("name") or f"node {index}"))
        moved: list[bool] = list(np.asarray(weights.any(axis=0)))
        for name, values, moves in zip(
            target_names(json["meshes"][node["mesh"]], json), weights.T, moved, strict=True
        ):
            if moves or name in curves.names:
                found.setdefault(name, np.clip(values, 0.0, 1.0))
    values = np.stack(list(found.values()), axis=1) if found else curves.values[:, :0]
    return Curves(tuple(found), values), tuple(dict.fromkeys(nodes))


def _binds(json: Json) -> dict[str, list[Bind]]:
    found: dict[str, list[Bind]] = {}
    for name, bind in _expressions(json):
        found.setdefault(name, []).append(bind)
    for index, mesh in enumerate(json.get("meshes", [])):
        for target, name in enumerate(target_names(mesh, json)):
            found.setdefault(name, []).append((index, target, 1.0))
    return found


def _expressions(json: Json) -> Iterator[tuple[str, Bind]]:
    said = json.get("extensions", {})
    for group in ((said.get("VRM") or {}).get("blendShapeMaster") or {}).get(
        "blendShapeGroups", []
    ):
        name = clip_name(group)
        for bind in group.get("binds", []):
            yield name, (int(bind["mesh"]), int(bind["index"]), float(bind["weight"]) / _PERCENT)
    expressions = (said.get("VRMC_vrm") or {}).get("expressions") or {}
    for kind in ("preset", "custom"):
        for name, expression in (expressions.get(kind) or {}).items():
            for bind in expression.get("morphTargetBinds", []):
                mesh = json["nodes"][bind["node"]]["mesh"]
                yield shown_name(name), (int(mesh), int(bind["index"]), float(bind["weight"]))
