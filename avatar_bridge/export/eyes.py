"""How far an eye's joint has to turn for the eye to look as a take says.

A ball about its joint turns by the whole angle. Drawn characters have a flat eye far in front of
its joint, which so much would carry out of the face: it turns as much less as the joint lies
deeper than half the eye's width, so that it moves as far as a ball of its size would show. And
where shapes move the eye, its joint stays, or else it would turn twice.
"""

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.face import Json, target_names
from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Float32

_HELD = 0.5  # of a point's weight, from which a joint holds it
_MOVES = 0.05  # of an eye's size: a shape that moves it more looks elsewhere with it


def eye_share(gltf: Gltf, eye: int, looks: Collection[str]) -> float:
    """The share of a gaze by which an eye's joint turns.

    Args:
        gltf: the avatar.
        eye: the joint's node.
        looks: names of the morph targets that are driven to turn the eyes.

    Returns:
        In [0, 1]; 1 where no point hangs on the joint, or they cannot be read.
    """
    share = 1.0
    try:
        for node, primitive, names in _primitives(gltf.json):
            points = gltf.accessor(primitive["attributes"]["POSITION"])
            held = _held(gltf, node, primitive, eye, len(points))
            if not held.any():
                continue
            targets = dict(zip(names, primitive.get("targets", []), strict=False))
            driven = [targets[name] for name in looks if name in targets]
            size = float(np.ptp(points[held], axis=0).max())
            if any(_moved(gltf, target, held) > _MOVES * size for target in driven):
                return 0.0
            share = min(share, _depth_share(gltf, node, eye, points[held]))
    except ConfigError:  # packed in a way that is not read
        return share
    return share


def _primitives(json: Json) -> Iterator[tuple[Json, Json, tuple[str, ...]]]:
    """Every part of every mesh with its node and the names of its morph targets."""
    for node in json.get("nodes", []):
        if "mesh" in node:
            mesh = json["meshes"][node["mesh"]]
            names = target_names(mesh, json)
            for primitive in mesh["primitives"]:
                yield node, primitive, names


def _held(gltf: Gltf, node: Json, primitive: Json, eye: int, count: int) -> NDArray[np.bool_]:
    """Which points (V,) hang on the joint."""
    attributes = primitive["attributes"]
    if gltf.json["nodes"][eye] is node:
        return np.ones(count, np.bool_)
    joints = gltf.json["skins"][node["skin"]]["joints"] if "skin" in node else []
    if eye not in joints or "JOINTS_0" not in attributes:
        return np.zeros(count, np.bool_)
    mine = gltf.accessor(attributes["JOINTS_0"]) == joints.index(eye)
    return np.asarray((mine * gltf.accessor(attributes["WEIGHTS_0"])).sum(1) > _HELD, np.bool_)


def _moved(gltf: Gltf, target: Json, held: NDArray[np.bool_]) -> float:
    """How far a morph target moves what is held, at most."""
    if "POSITION" not in target:
        return 0.0
    return float(np.linalg.norm(gltf.accessor(target["POSITION"])[held], axis=1).max())


def _depth_share(gltf: Gltf, node: Json, eye: int, points: Float32) -> float:
    """Half an eye's width over how far its farthest point is from the joint, at most 1."""
    skin = gltf.json["skins"][node["skin"]] if "skin" in node else {}
    if "inverseBindMatrices" in skin:
        binds = gltf.accessor(skin["inverseBindMatrices"])
        bind = binds[skin["joints"].index(eye)].reshape(4, 4)  # rows are columns: point @ bind
        points = points @ bind[:3, :3] + bind[3, :3]
    reach = float(np.linalg.norm(points, axis=1).max())
    radius = float(np.linalg.norm(points - points.mean(0), axis=1).max())
    return min(1.0, radius / reach) if reach > 0 else 1.0
