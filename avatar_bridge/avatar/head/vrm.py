"""The head as a VRM 1.0 avatar: a skeleton that hangs below it, and expressions.

VRM Consortium, *VRM 1.0* (`VRMC_vrm`),
https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm-1.0.
The bones that VRM asks for are there, in a T-pose; those below the shoulders hold no mesh.

**Convention:** metres, +x to the avatar's left, +y up, +z out of the face; feet stand at y = 0.
"""

from functools import cache

import numpy as np

from avatar_bridge import __version__
from avatar_bridge.avatar.head.build import Head, build_head
from avatar_bridge.avatar.head.document import GENERATOR, add_head
from avatar_bridge.avatar.head.poses import VRM_POSES, Weights
from avatar_bridge.avatar.head.shapes import eyes
from avatar_bridge.avatar.head.writer import GlbWriter, Json
from avatar_bridge.facs.arkit import BLENDSHAPES

_EYES_UP = 1.50  # metres above the floor
_VRM_LICENCE = "https://vrm.dev/licenses/1.0/"
_OWN_LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
_LOOK_FULL = 1.0  # what a look expression weighs when the eye has turned all its way

# Bone → the bone above it, and its place. Arms and legs are the left ones.
_SPINE: dict[str, tuple[str, tuple[float, float, float]]] = {
    "hips": ("", (0.0, 0.88, 0.0)),
    "spine": ("hips", (0.0, 0.98, 0.0)),
    "chest": ("spine", (0.0, 1.12, 0.0)),
    "neck": ("chest", (0.0, 1.37, -0.014)),
}
_LIMBS: dict[str, tuple[str, tuple[float, float, float]]] = {
    "Shoulder": ("chest", (0.035, 1.31, -0.014)),
    "UpperArm": ("Shoulder", (0.105, 1.31, -0.014)),
    "LowerArm": ("UpperArm", (0.34, 1.31, -0.014)),
    "Hand": ("LowerArm", (0.55, 1.31, -0.014)),
    "UpperLeg": ("hips", (0.08, 0.84, 0.0)),
    "LowerLeg": ("UpperLeg", (0.08, 0.46, 0.0)),
    "Foot": ("LowerLeg", (0.08, 0.08, -0.02)),
}


@cache
def head_vrm() -> bytes:
    """The built-in head as a `.vrm`: VRM 1.0 with its presets and the 52 as custom expressions."""
    head = build_head()
    writer = GlbWriter()
    nodes: list[Json] = [{"name": "avatar", "children": []}]
    bones = _skeleton(nodes)
    up = np.array([0.0, _EYES_UP, 0.0])
    places = {
        "body": up - _SPINE["chest"][1],
        "head": up + head.pivots["head"] - _SPINE["neck"][1],
    }
    numbers = add_head(writer, head, nodes, {"body": bones["chest"], "head": bones["neck"]}, places)
    bones |= {
        "head": numbers["head"],
        "leftEye": numbers["eye_left"],
        "rightEye": numbers["eye_right"],
    }
    writer.json |= {
        "asset": {"version": "2.0", "generator": GENERATOR},
        "extensionsUsed": ["VRMC_vrm"],
        "extensions": {"VRMC_vrm": _vrm(head, bones, numbers)},
        "scene": 0,
        "scenes": [{"name": "avatar", "nodes": [0]}],
        "nodes": nodes,
    }
    return writer.packed()


def _skeleton(nodes: list[Json]) -> dict[str, int]:
    """Numbers of the bones, by VRM's names; each node's place is told from the one above."""
    every = dict(_SPINE)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, (above, (x, y, z)) in _LIMBS.items():
            parent = side + above if above in _LIMBS else above
            every[side + name] = (parent, (sign * x, y, z))
    numbers = {"": 0}
    for name, (above, place) in every.items():
        start = every[above][1] if above else (0.0, 0.0, 0.0)
        numbers[name] = len(nodes)
        nodes[numbers[above]].setdefault("children", []).append(len(nodes))
        nodes.append({"name": name, "translation": np.subtract(place, start).tolist()})
    return {name: number for name, number in numbers.items() if name}


def _vrm(head: Head, bones: dict[str, int], numbers: dict[str, int]) -> Json:
    binds: dict[str, list[tuple[int, int]]] = {name: [] for name in BLENDSHAPES}
    for part in head.parts:
        for index, shape in enumerate(part.moves):
            binds[shape].append((numbers[part.name], index))

    def expression(weights: Weights) -> Json:
        said: Json = {"isBinary": False}
        bound = [
            {"node": node, "index": index, "weight": weight}
            for shape, weight in weights.items()
            for node, index in binds[shape]
        ]
        return said | ({"morphTargetBinds": bound} if bound else {})

    return {
        "specVersion": "1.0",
        "meta": _meta(),
        "humanoid": {"humanBones": {name: {"node": number} for name, number in bones.items()}},
        "lookAt": _look_at(head),
        "expressions": {
            "preset": {name: expression(weights) for name, weights in VRM_POSES.items()},
            "custom": {name: expression({name: 1.0}) for name in BLENDSHAPES},
        },
    }


def _meta() -> Json:
    return {
        "name": "avatar-bridge head",
        "version": __version__,
        "authors": ["avatar-bridge"],
        "licenseUrl": _VRM_LICENCE,
        "otherLicenseUrl": _OWN_LICENCE,
        "avatarPermission": "everyone",
        "allowExcessivelyViolentUsage": True,
        "allowExcessivelySexualUsage": False,
        "commercialUsage": "corporation",
        "allowPoliticalOrReligiousUsage": True,
        "allowAntisocialOrHateUsage": False,
        "creditNotation": "unnecessary",
        "allowRedistribution": True,
        "modification": "allowModificationRedistribution",
    }


def _look_at(head: Head) -> Json:
    """Shapes turn the eyes, so that the lids follow."""
    middle = np.subtract(head.pivots["eye_left"], head.pivots["head"])

    def upto(radians: float) -> Json:
        return {"inputMaxValue": round(float(np.degrees(radians)), 2), "outputScale": _LOOK_FULL}

    return {
        "type": "expression",
        "offsetFromHeadBone": [0.0, float(middle[1]), float(middle[2])],
        "rangeMapHorizontalInner": upto(eyes.LOOK_IN),
        "rangeMapHorizontalOuter": upto(eyes.LOOK_OUT),
        "rangeMapVerticalDown": upto(eyes.LOOK_DOWN),
        "rangeMapVerticalUp": upto(eyes.LOOK_UP),
    }
