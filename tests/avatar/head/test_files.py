"""The head as files: what engines, this project's own reader and Khronos' validator find."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.avatar.face import AvatarFace
from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.avatar.head import build_head, head_glb, head_vrm
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.vrm import VRM1_PRESETS

MAKERS = {"head.glb": head_glb, "head.vrm": head_vrm}
REQUIRED = {
    "hips", "spine", "head",
    *(side + bone for side in ("left", "right")
      for bone in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")),
}  # fmt: skip


@pytest.fixture(params=sorted(MAKERS))
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / request.param
    file.write_bytes(MAKERS[request.param]())
    return file


def place(said: dict, name: str) -> np.ndarray:
    """Where a node stands in the world."""
    nodes = said["nodes"]
    above = {child: i for i, node in enumerate(nodes) for child in node.get("children", [])}
    at: int | None = next(i for i, node in enumerate(nodes) if node["name"] == name)
    total = np.zeros(3)
    while at is not None:
        total += nodes[at].get("translation", (0, 0, 0))
        at = above.get(at)
    return total


def test_it_is_read_back_with_all_52(path: Path) -> None:
    face = AvatarFace(path)
    assert face.morphs == BLENDSHAPES
    morphs = face.read_morphs()
    far = np.linalg.norm(morphs.moves, axis=2).max(axis=1)
    assert far.min() > 0.0004
    points = np.concatenate([p.points for p in build_head().parts])
    assert np.ptp(morphs.points[:, 0]) <= np.ptp(points[:, 0]) + 1e-5


def test_it_is_small_and_says_its_nodes(path: Path) -> None:
    assert path.stat().st_size < 1_500_000
    said = Gltf(path).json
    names = [node["name"] for node in said["nodes"]]
    assert len(set(names)) == len(names)
    up = place(said, "eye_left") - build_head().pivots["eye_left"]
    np.testing.assert_allclose(
        place(said, "eye_right") - up, build_head().pivots["eye_right"], atol=1e-6
    )
    eye = said["nodes"][names.index("eye_left")]
    ball = Gltf(path).accessor(
        said["meshes"][eye["mesh"]]["primitives"][0]["attributes"]["POSITION"]
    )
    assert np.ptp(np.linalg.norm(ball, axis=1)) < 1e-4  # the pivot is the ball's middle


def test_it_is_the_same_every_time() -> None:
    head_glb.cache_clear()
    first = head_glb()
    build_head.cache_clear()
    head_glb.cache_clear()
    assert head_glb() == first


def test_vrm_has_its_bones_and_expressions(tmp_path: Path) -> None:
    path = tmp_path / "head.vrm"
    path.write_bytes(head_vrm())
    assert AvatarFace(path).kind == "VRM 1"
    said = Gltf(path).json
    vrm = said["extensions"]["VRMC_vrm"]
    assert vrm["specVersion"] == "1.0"
    assert vrm["meta"]["licenseUrl"] == "https://vrm.dev/licenses/1.0/"
    bones = {name: bone["node"] for name, bone in vrm["humanoid"]["humanBones"].items()}
    assert REQUIRED | {"leftEye", "rightEye"} <= set(bones)
    assert len(set(bones.values())) == len(bones)
    assert set(vrm["expressions"]["preset"]) == set(VRM1_PRESETS)
    assert tuple(vrm["expressions"]["custom"]) == BLENDSHAPES
    for kind in vrm["expressions"].values():
        for name, expression in kind.items():
            binds = expression.get("morphTargetBinds", [])
            assert binds or name == "neutral"
            for bind in binds:
                mesh = said["meshes"][said["nodes"][bind["node"]]["mesh"]]
                assert bind["index"] < len(mesh["extras"]["targetNames"])
                assert 0 < bind["weight"] <= 1
    for name in ("lookLeft", "blinkLeft"):
        binds = vrm["expressions"]["preset"][name]["morphTargetBinds"]
        shapes = {
            said["meshes"][said["nodes"][b["node"]]["mesh"]]["extras"]["targetNames"][b["index"]]
            for b in binds
        }
        assert shapes <= {"eyeLookOutLeft", "eyeLookInRight", "eyeBlinkLeft"}
    feet = [place(said, side + "Foot")[1] for side in ("left", "right")]
    assert 0 < min(feet) < place(said, "hips")[1] < place(said, "head")[1]


def test_khronos_validator_finds_nothing(path: Path) -> None:
    """Set GLTF_VALIDATOR to a folder with node_modules/gltf-validator to run it."""
    folder = os.environ.get("GLTF_VALIDATOR", "")
    if not folder or shutil.which("node") is None:
        pytest.skip("no GLTF_VALIDATOR folder, or no node")
    code = (
        "const v=require('gltf-validator'),fs=require('fs');"
        "v.validateBytes(new Uint8Array(fs.readFileSync(process.argv[1])))"
        ".then(r=>console.log(JSON.stringify(r.issues)))"
    )
    done = subprocess.run(
        ["node", "-e", code, str(path)], cwd=folder, capture_output=True, text=True, check=True
    )
    issues = json.loads(done.stdout)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]
