"""Animations on avatars, read back out of the file."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from glb import NUDGE, SQUARE, make_glb, write_glb
from scipy.spatial.transform import Rotation

from avatar_bridge.avatar.face import AvatarFace
from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.drive import drive
from avatar_bridge.errors import ConfigError
from avatar_bridge.export.bones import NECK_SHARE, find_bones
from avatar_bridge.export.curves import Curves, Stage
from avatar_bridge.export.files import read_take, write_take
from avatar_bridge.export.glb import GlbEdit
from avatar_bridge.export.morphs import morph_curves
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.take import Take
from export.takes import make_take, real_takes


def animated(path: Path, take: Take, avatar: Path, curves: Curves | None = None) -> Gltf:
    write_take(path, take, Stage(curves or drive(take, None, avatar), avatar))
    return Gltf(path)


def tracks(gltf: Gltf) -> dict[tuple[int, str], np.ndarray]:
    """(node, what) → values (K, N) of the last animation."""
    animation = gltf.json["animations"][-1]
    found = {}
    for channel in animation["channels"]:
        sampler = animation["samplers"][channel["sampler"]]
        times, values = gltf.accessor(sampler["input"]), gltf.accessor(sampler["output"])
        target = channel["target"]
        found[target["node"], target["path"]] = values.reshape(len(times), -1)
    return found


def times(gltf: Gltf) -> np.ndarray:
    return gltf.accessor(gltf.json["animations"][-1]["samplers"][0]["input"])[:, 0]


def boned(
    path: Path,
    *,
    looks: float = 0.0,
    depth: float = 0.0,
    extensions: dict[str, Any] | None = None,
) -> Path:
    """An avatar whose four points hang on an eye's joint, in a skeleton that stands askew.

    Args:
        path: where it goes.
        looks: how far eyeLookOutLeft moves them.
        depth: how far behind them the joint lies.
        extensions: the file's.
    """
    made = make_glb(path, {"jawOpen": NUDGE, "eyeLookOutLeft": NUDGE * looks / 0.01})
    edit = GlbEdit(made)
    said = edit.json
    askew = Rotation.from_euler("xyz", [0.3, -0.4, 0.2]).as_quat().tolist()
    said["nodes"] = [
        {"mesh": 0, "skin": 0},
        {"name": "Neck", "rotation": askew, "children": [2]},
        {"name": "Head", "rotation": askew, "children": [3, 4]},
        {"name": "LeftEye", "rotation": askew},
        {"name": "RightEye"},
        {"name": "Hips", "rotation": askew, "children": [1]},
    ]
    bind = np.eye(4)
    bind[3, :3] = -SQUARE.mean(0) + (0, 0, depth)
    binds = edit.add(np.tile(bind.ravel(), (5, 1)))
    said["skins"] = [{"joints": [5, 1, 2, 3, 4], "inverseBindMatrices": binds}]
    said["extensions"] = extensions or {}
    joints = edit.add(np.tile([3.0, 0, 0, 0], (len(SQUARE), 1)))
    weights = edit.add(np.tile([1.0, 0, 0, 0], (len(SQUARE), 1)))
    attributes = said["meshes"][0]["primitives"][0]["attributes"]
    attributes |= {"JOINTS_0": joints, "WEIGHTS_0": weights}
    path.write_bytes(b"".join(edit.parts()))
    return path


def world(gltf: Gltf, node: int, rotations: dict[int, np.ndarray], row: int) -> Rotation:
    """How a node stands in the model at one key."""
    parent = {c: i for i, n in enumerate(gltf.json["nodes"]) for c in n.get("children", [])}
    turn = Rotation.identity()
    at: int | None = node
    while at is not None:
        rest = gltf.json["nodes"][at].get("rotation", (0, 0, 0, 1))
        own = rotations[at][row] if at in rotations else rest
        turn = Rotation.from_quat(own) * turn
        at = parent.get(at)
    return turn


def test_weights_and_times(tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "a.glb", ["MouthSmile_L", "own", "jawOpen"])
    take = make_take(jawOpen=np.linspace(0, 1, 8), mouthSmileLeft=0.25)
    gltf = animated(tmp_path / "out.glb", take, avatar)
    values = tracks(gltf)[0, "weights"]
    assert values[:, 0].tolist() == [0.25] * 8
    assert not values[:, 1].any()
    assert values[:, 2] == pytest.approx(np.linspace(0, 1, 8))
    assert times(gltf) == pytest.approx(take.times_ns / 1e9)
    animation = gltf.json["animations"][0]
    assert animation["name"] == "out"
    assert animation["extras"] == {"timecode": "18:43:58:59.723", "frameRate": 60.0}
    said = gltf.json["accessors"][animation["samplers"][0]["input"]]
    assert (said["min"], said["max"]) == ([0], [pytest.approx(0.116666667)])


def test_all_else_stays_as_it_was(tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "a.glb", ["jawOpen"], extensions={"X": {"ä": 1e-7}})
    before, after = GlbEdit(avatar), None
    animated(tmp_path / "out.glb", make_take(jawOpen=1), avatar)
    after = GlbEdit(tmp_path / "out.glb")
    kept = json.loads(json.dumps(after.json))
    del kept["animations"]
    for name in ("accessors", "bufferViews"):
        kept[name] = kept[name][: len(before.json[name])]
    kept["buffers"][0]["byteLength"] = before.json["buffers"][0]["byteLength"]
    assert kept == before.json
    old, new = before.parts()[-1], after.parts()[-1]
    assert new.startswith(old[: before.json["buffers"][0]["byteLength"]])


def test_a_real_take_on_a_mesh_with_all_shapes(data_root: Path, tmp_path: Path) -> None:
    take = read_take(real_takes(data_root)[0])
    avatar = make_glb(tmp_path / "a.glb", BLENDSHAPES)
    gltf = animated(tmp_path / "out.glb", take, avatar)
    assert np.abs(tracks(gltf)[0, "weights"] - take.weights).max() < 1e-6
    assert np.abs(times(gltf) - take.times_ns / 1e9).max() < 1e-5


def test_the_head_turns_as_the_take_says(tmp_path: Path) -> None:
    take = make_take(jawOpen=1)
    gltf = animated(tmp_path / "out.glb", take, boned(tmp_path / "a.glb"))
    turned = {node: v for (node, what), v in tracks(gltf).items() if what == "rotation"}
    assert take.head_orientation is not None
    for row in (0, 3, 7):
        head = Rotation.from_quat(take.head_orientation[row])
        rest, now = world(gltf, 2, {}, 0), world(gltf, 2, turned, row)
        assert (now * rest.inv() * head.inv()).magnitude() < 1e-5
        neck = world(gltf, 1, turned, row) * world(gltf, 1, {}, 0).inv()
        assert neck.magnitude() == pytest.approx(head.magnitude() * NECK_SHARE, abs=1e-5)


def test_eyes_turn_in_the_head(tmp_path: Path) -> None:
    take = replace(make_take(jawOpen=1), head_orientation=None)
    gltf = animated(tmp_path / "out.glb", take, boned(tmp_path / "a.glb"))
    turned = {node: v for (node, what), v in tracks(gltf).items() if what == "rotation"}
    assert set(turned) == {3, 4}
    sight = (world(gltf, 3, turned, 7) * world(gltf, 3, {}, 0).inv()).apply([0, 0, 1])
    yaw, pitch = 0.3, -0.2  # to its left and down
    expected = [np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)]
    assert sight == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(("looks", "bones"), [(0.05, {4}), (0.001, {3, 4})])
def test_an_eye_does_not_turn_twice(tmp_path: Path, looks: float, bones: set[int]) -> None:
    take = replace(make_take(eyeLookOutLeft=1), head_orientation=None)
    gltf = animated(tmp_path / "out.glb", take, boned(tmp_path / "a.glb", looks=looks))
    assert {node for node, what in tracks(gltf) if what == "rotation"} == bones


def test_a_flat_eye_far_from_its_joint_turns_less(tmp_path: Path) -> None:
    take = replace(make_take(jawOpen=1), head_orientation=None)
    gltf = animated(tmp_path / "out.glb", take, boned(tmp_path / "a.glb", depth=0.5))
    turned = {node: v for (node, what), v in tracks(gltf).items() if what == "rotation"}
    radius = np.hypot(0.05, 0.1)
    sight = (world(gltf, 3, turned, 7) * world(gltf, 3, {}, 0).inv()).apply([0, 0, 1])
    assert np.arctan2(sight[0], sight[2]) == pytest.approx(0.3 * radius / np.hypot(radius, 0.5))


def test_vrm_names_its_bones_and_may_face_the_other_way(tmp_path: Path) -> None:
    bones = {"humanBones": [{"bone": "head", "node": 4}]}
    avatar = boned(tmp_path / "a.vrm", extensions={"VRM": {"humanoid": bones}})
    take = replace(make_take(jawOpen=1), gaze=None)
    gltf = animated(tmp_path / "out.glb", take, avatar)
    turned = {node: v for (node, what), v in tracks(gltf).items() if what == "rotation"}
    assert set(turned) == {4}
    now = world(gltf, 4, turned, 7) * world(gltf, 4, {}, 0).inv()
    assert take.head_orientation is not None
    x, y, z, w = take.head_orientation[7]
    assert (now * Rotation.from_quat([-x, y, -z, w]).inv()).magnitude() < 1e-5
    newer = {"VRMC_vrm": {"humanoid": {"humanBones": {"head": {"node": 2}}}}}
    assert find_bones({"extensions": newer}) == {"head": 2}


def test_expressions_move_what_they_bind(tmp_path: Path) -> None:
    binds = [{"node": 0, "index": 1, "weight": 0.5}]
    said = {"VRMC_vrm": {"expressions": {"preset": {"aa": {"morphTargetBinds": binds}}}}}
    avatar = make_glb(tmp_path / "a.vrm", ["one", "two"], extensions=said)
    take = make_take(jawOpen=0.5)
    curves = drive(take, "vrm1", avatar)
    assert curves.names == ("aa",)
    gltf = animated(tmp_path / "out.glb", take, avatar, curves)
    assert tracks(gltf)[0, "weights"][0] == pytest.approx([0, 0.65 * 0.5])
    plain, nodes = morph_curves(gltf.json, curves)
    assert plain.names == ("two",)
    assert nodes == ("node 0",)
    group = {"presetName": "a", "binds": [{"mesh": 0, "index": 0, "weight": 100}]}
    older = {"VRM": {"blendShapeMaster": {"blendShapeGroups": [group]}}}
    avatar = make_glb(tmp_path / "b.vrm", ["one", "two"], extensions=older)
    gltf = animated(tmp_path / "out.glb", take, avatar, drive(take, "vrm0", avatar))
    assert tracks(gltf)[0, "weights"][0] == pytest.approx([0.65, 0])


def test_the_profile_that_suits_is_taken(tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "a.glb", ["Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_MTH_A"])
    curves = drive(make_take(eyeBlinkLeft=0.75), None, avatar)
    assert set(curves.names) == {"Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_MTH_A"}
    assert curves.values[0, curves.names.index("Fcl_EYE_Close_L")] == 0.75
    assert drive(make_take(), None, make_glb(tmp_path / "b.glb", BLENDSHAPES)).names == BLENDSHAPES


def test_what_stands_in_moves_by_the_strongest(tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "a.glb", ["eyeBlink", "jawOpen"])
    curves = drive(make_take(eyeBlinkLeft=0.25, eyeBlinkRight=0.75), "arkit", avatar)
    assert curves.values[0, curves.names.index("eyeBlink")] == 0.75


def test_what_no_curve_names_stays(tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "a.glb", ["jawOpen", "thin"])
    edit = GlbEdit(avatar)
    edit.json["meshes"][0]["weights"] = [0.5, 0.75]
    avatar.write_bytes(b"".join(edit.parts()))
    gltf = animated(tmp_path / "out.glb", make_take(jawOpen=0.25), avatar)
    assert tracks(gltf)[0, "weights"][0].tolist() == [0.25, 0.75]


def test_avatars_that_cannot_be_moved(tmp_path: Path) -> None:
    take = make_take()
    with pytest.raises(ConfigError, match="expected shapes that the profile"):
        drive(take, None, make_glb(tmp_path / "a.glb", ["hat"]))
    with pytest.raises(ConfigError, match="expected a mesh with one of jawOpen"):
        curves = Curves(("jawOpen",), np.zeros((8, 1)))
        animated(tmp_path / "out.glb", take, tmp_path / "a.glb", curves)
    with pytest.raises(ConfigError, match="expected an avatar to animate"):
        write_take(tmp_path / "out.glb", take)
    text = tmp_path / "a.gltf"
    text.write_text('{"asset": {"version": "2.0"}, "buffers": [{"uri": "x", "byteLength": 1}]}')
    with pytest.raises(ConfigError, match="with its data inside"):
        GlbEdit(text)
    said = {"asset": {}, "buffers": [{"byteLength": 4}], "meshes": [{"primitives": 1}]}
    broken = write_glb(tmp_path / "b.glb", said, b"1234")
    with pytest.raises(ConfigError, match="expected an avatar, got broken glTF"):
        write_take(tmp_path / "out.glb", take, Stage(avatar=broken))
    broken = write_glb(tmp_path / "c.glb", {"asset": {}, "buffers": [{}]}, b"1234")
    with pytest.raises(ConfigError, match="expected an avatar, got broken glTF"):
        write_take(tmp_path / "out.glb", take, Stage(avatar=broken))
    assert not (tmp_path / "out.glb").exists()


def test_a_name_that_cannot_be_shown_still_moves_its_shape(tmp_path: Path) -> None:
    avatar = make_glb(tmp_path / "a.glb", ["jaw\x07Open"])
    (name,) = AvatarFace(avatar).morphs
    curves = Curves((name,), np.ones((8, 1)))
    gltf = animated(tmp_path / "out.glb", make_take(), avatar, curves)
    assert tracks(gltf)[0, "weights"].min() == 1.0


@pytest.mark.parametrize("name", ["brunette-t", "vroid"])
def test_real_avatars(data_root: Path, tmp_path: Path, name: str) -> None:
    avatar = data_root / "avatars" / f"{name}.glb"
    if not avatar.exists():
        pytest.skip(f"needs {avatar}, got none")
    take = replace(make_take(eyeBlinkLeft=0.5, eyeLookOutLeft=0.5), emotions=None)
    gltf = animated(tmp_path / "out.glb", take, avatar)
    found = tracks(gltf)
    weights = [node for node, what in found if what == "weights"]
    turned = {gltf.json["nodes"][node]["name"] for node, what in found if what == "rotation"}
    # The one turns its eyes by shapes, the other's profile leaves them to the bones.
    assert len(weights) == {"brunette-t": 4, "vroid": 1}[name]
    assert {"Neck", "Head"} <= turned
    assert ({"LeftEye", "RightEye"} <= turned) == (name == "vroid")
    assert max(values.max() for (_, what), values in found.items() if what == "weights") == 0.5
