"""Head, neck and eyes of an avatar's skeleton, turned as a take says.

VRM names its bones (`humanoid`); elsewhere a joint's own name tells, in the spellings that are met.

**Convention:** glTF's axes, which are those of `types`: an avatar that faces +z has its left at
+x. VRM 0 faces -z, and is turned about y here. A turn is laid on top of how a bone stands at rest.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.export.curves import alike
from avatar_bridge.export.eyes import eye_share
from avatar_bridge.take import Take
from avatar_bridge.types import Float32

NECK_SHARE = 0.35  # of the head's turn, as the Unity client has it
_PARTS = ("head", "neck", "leftEye", "rightEye")
_EYES = ("leftEye", "rightEye")
_NAMES = {
    "head": "head",
    "neck": "neck",
    "lefteye": "leftEye",
    "eyeleft": "leftEye",
    "eyel": "leftEye",
    "leye": "leftEye",
    "righteye": "rightEye",
    "eyeright": "rightEye",
    "eyer": "rightEye",
    "reye": "rightEye",
}
_PREFIX = re.compile(r"^(mixamorig\d*:|J_Bip_C_|J_Adj_|CC_Base_|Bip\d*[ _]|DEF-|ORG-)", re.I)

Turns = dict[int, Float32]


def find_bones(json: Mapping[str, Any]) -> dict[str, int]:
    """Part → node, of the parts that an avatar has."""
    said = json.get("extensions", {})
    if "VRMC_vrm" in said:
        bones = said["VRMC_vrm"].get("humanoid", {}).get("humanBones", {})
        return {part: int(bones[part]["node"]) for part in _PARTS if part in bones}
    if "VRM" in said:
        bones = {b["bone"]: b for b in said["VRM"].get("humanoid", {}).get("humanBones", [])}
        return {part: int(bones[part]["node"]) for part in _PARTS if part in bones}
    nodes = json.get("nodes", [])
    joints = {joint for skin in json.get("skins", []) for joint in skin["joints"]}
    found: dict[str, int] = {}
    for index, node in enumerate(nodes):
        part = _NAMES.get(re.sub(r"[^a-z]", "", _PREFIX.sub("", node.get("name", "")).lower()))
        if part and (index in joints or not joints):
            found.setdefault(part, index)
    return found


def turn_bones(gltf: Gltf, take: Take, rows: NDArray[np.intp], looks: Collection[str]) -> Turns:
    """Node → its rotations (K, 4) at the keys.

    Args:
        gltf: the avatar.
        take: whose head and eyes.
        rows: of the take, in which a face was seen.
        looks: names of the morph targets that are driven to turn the eyes.
    """
    json = gltf.json
    bones = find_bones(json)
    skeleton = _Skeleton(json)
    turns: Turns = {}
    if take.head_orientation is not None and "head" in bones:
        head = skeleton.facing(Rotation.from_quat(take.head_orientation[rows]))
        neck = None
        if "neck" in bones:
            neck = Rotation.from_rotvec(head.as_rotvec() * NECK_SHARE)
            turns[bones["neck"]] = skeleton.turned(bones["neck"], neck)
        rest = head if neck is None else neck.inv() * head
        turns[bones["head"]] = skeleton.turned(bones["head"], rest)
    for eye, part in enumerate(_EYES):
        share = eye_share(gltf, bones[part], looks) if part in bones else 0.0
        if take.gaze is None or not share:
            continue
        yaw, pitch = take.gaze[rows, eye].T * share
        sight = skeleton.facing(Rotation.from_euler("YX", np.stack([yaw, -pitch], axis=1)))
        turns[bones[part]] = skeleton.turned(bones[part], sight)
    return turns


class _Skeleton:
    """How the nodes stand at rest."""

    def __init__(self, json: Mapping[str, Any]) -> None:
        self._nodes = json.get("nodes", [])
        self._parent = {
            child: index
            for index, node in enumerate(self._nodes)
            for child in node.get("children", [])
        }
        self._backward = "VRM" in json.get("extensions", {})

    def facing(self, turn: Rotation) -> Rotation:
        """A turn in the avatar's axes, which VRM 0 has the other way round."""
        if not self._backward:
            return turn
        return Rotation.from_quat(turn.as_quat() * (-1.0, 1.0, -1.0, 1.0))

    def turned(self, node: int, turn: Rotation) -> Float32:
        """A node's own rotations (K, 4) that turn it, in the model's axes, from its rest."""
        above = self._world(self._parent.get(node))
        own = above.inv() * turn * above * _rotation(self._nodes[node])
        return alike(np.asarray(own.as_quat(), np.float32))

    def _world(self, node: int | None) -> Rotation:
        turn, seen = Rotation.identity(), set[int]()
        while node is not None and node not in seen:
            seen.add(node)
            turn = _rotation(self._nodes[node]) * turn
            node = self._parent.get(node)
        return turn


def _rotation(node: Mapping[str, Any]) -> Rotation:
    if "matrix" not in node:
        return Rotation.from_quat(node.get("rotation", (0, 0, 0, 1)))
    axes = np.reshape(np.asarray(node["matrix"], np.float64), (4, 4)).T[:3, :3]
    return Rotation.from_matrix(axes / np.linalg.norm(axes, axis=0))
