"""Unity's `.anim`: an AnimationClip in YAML.

Unity Technologies, *Format of Text Serialized files*, https://docs.unity3d.com/Manual/FormatDescription.html,
and *AnimationUtility.TangentMode*.

**Convention (curves):** `blendShape.NAME` of the SkinnedMeshRenderer at each mesh's path, from 0
to 100. Keys carry the slopes to their neighbours, so that the clip is the straight line between
them; of a curve that stands still only the ends are kept.
**Convention (axes):** Unity is left-handed and an avatar that faces +z has its left at -x: x
changes its sign, so a rotation keeps its part about x and those about y and z change theirs.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from avatar_bridge.export.atomic import write_whole
from avatar_bridge.export.curves import Keys, Stage, corners, keys_of
from avatar_bridge.export.formats.base import Format
from avatar_bridge.take import Take
from avatar_bridge.types import Float32

FULL = 100.0  # what Unity calls a shape's whole weight
_SKINNED_MESH = 137  # class of SkinnedMeshRenderer
_LINEAR = 69  # both tangents linear and broken: 1 | 2 << 1 | 2 << 5
_MIRROR = np.array([1.0, -1.0, -1.0, 1.0], np.float32)

_HEAD = """\
%YAML 1.1
%TAG !u! tag:unity3d.com,2011:
--- !u!74 &7400000
AnimationClip:
  m_ObjectHideFlags: 0
  m_CorrespondingSourceObject: {{fileID: 0}}
  m_PrefabInstance: {{fileID: 0}}
  m_PrefabAsset: {{fileID: 0}}
  m_Name: {name}
  serializedVersion: 6
  m_Legacy: 0
  m_Compressed: 0
  m_UseHighQualityCurve: 1
"""
_TAIL = """\
  m_PPtrCurves: []
  m_SampleRate: {rate:.9g}
  m_WrapMode: 0
  m_Bounds:
    m_Center: {{x: 0, y: 0, z: 0}}
    m_Extent: {{x: 0, y: 0, z: 0}}
  m_ClipBindingConstant:
    genericBindings: []
    pptrCurveMapping: []
  m_AnimationClipSettings:
    serializedVersion: 2
    m_AdditiveReferencePoseClip: {{fileID: 0}}
    m_AdditiveReferencePoseTime: 0
    m_StartTime: 0
    m_StopTime: {stop:.9g}
    m_OrientationOffsetY: 0
    m_Level: 0
    m_CycleOffset: 0
    m_HasAdditiveReferencePose: 0
    m_LoopTime: 0
    m_LoopBlend: 0
    m_LoopBlendOrientation: 0
    m_LoopBlendPositionY: 0
    m_LoopBlendPositionXZ: 0
    m_KeepOriginalOrientation: 0
    m_KeepOriginalPositionY: 1
    m_KeepOriginalPositionXZ: 0
    m_HeightFromFeet: 0
    m_Mirror: 0
  m_EditorCurves: []
  m_EulerEditorCurves: []
  m_HasGenericRootTransform: 0
  m_HasMotionFloatCurves: 0
  m_Events: []
"""
_OPEN = """\
  - curve:
      serializedVersion: 2
      m_Curve:
"""
_KEY = """\
      - serializedVersion: 3
        time: {time:.9g}
        value: {value}
        inSlope: {before}
        outSlope: {after}
        tangentMode: {mode}
        weightedMode: 0
        inWeight: {weight}
        outWeight: {weight}
"""
_CLOSE = """\
      m_PreInfinity: 2
      m_PostInfinity: 2
      m_RotationOrder: 4
"""


def create() -> Format:
    """The format."""
    return Format(title="Unity animation clip", suffix=".anim", write=write, animates=True)


def write(path: Path, take: Take, stage: Stage) -> None:
    """The clip of a take.

    Raises:
        ConfigError: no face in it.
    """
    keys = keys_of(take, stage)
    write_whole(path, _parts(path.stem, take, stage, keys))


def _parts(name: str, take: Take, stage: Stage, keys: Keys) -> Iterator[str]:
    yield _HEAD.format(name=_text(name))
    if stage.head and keys.turns is not None:
        yield "  m_RotationCurves:\n"
        yield from _turn(keys.times, keys.turns * _MIRROR, stage.head)
    else:
        yield "  m_RotationCurves: []\n"
    for kind in ("CompressedRotation", "Euler", "Position", "Scale"):
        yield f"  m_{kind}Curves: []\n"
    yield "  m_FloatCurves:\n" if keys.curves.names and stage.meshes else "  m_FloatCurves: []\n"
    for mesh in stage.meshes:
        for column, shape in enumerate(keys.curves.names):
            yield from _shape(keys.times, keys.curves.values[:, column], mesh, shape)
    yield _TAIL.format(rate=take.fps, stop=keys.times[-1])


def _shape(times: np.ndarray, weights: Float32, mesh: str, shape: str) -> Iterator[str]:
    needed = corners(weights)
    at, values = times[needed], weights[needed].astype(np.float64) * FULL
    before, after = _slopes(at, values)
    yield _OPEN
    for time, value, left, right in zip(at, values, before, after, strict=True):
        yield _KEY.format(
            time=time,
            value=f"{value:.9g}",
            before=f"{left:.9g}",
            after=f"{right:.9g}",
            mode=_LINEAR,
            weight="0.33333334",
        )
    yield _CLOSE
    yield (
        f"    attribute: {_text(f'blendShape.{shape}')}\n    path: {_text(mesh)}\n"
        f"    classID: {_SKINNED_MESH}\n    script: {{fileID: 0}}\n"
    )


def _turn(times: np.ndarray, turns: Float32, node: str) -> Iterator[str]:
    before, after = _slopes(times, turns.astype(np.float64))
    yield _OPEN
    for time, value, left, right in zip(times, turns, before, after, strict=True):
        yield _KEY.format(
            time=time,
            value=_axes(value),
            before=_axes(left),
            after=_axes(right),
            mode=0,
            weight=_axes([1 / 3] * 4),
        )
    yield _CLOSE
    yield f"    path: {_text(node)}\n"


def _slopes(times: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each key rises a second toward it and from it on."""
    steps = np.diff(times).reshape(-1, *[1] * (values.ndim - 1))
    rises = np.diff(values, axis=0) / steps
    still = np.zeros_like(values[:1])
    return np.concatenate([still, rises]), np.concatenate([rises, still])


def _axes(values: object) -> str:
    parts = np.asarray(values, np.float64)
    return "{" + ", ".join(f"{n}: {v:.9g}" for n, v in zip("xyzw", parts, strict=True)) + "}"


def _text(name: str) -> str:
    """A name that no reader of YAML takes for anything else."""
    return json.dumps(name, ensure_ascii=False)
