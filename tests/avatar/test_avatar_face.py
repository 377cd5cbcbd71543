import base64
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from glb import NUDGE, SQUARE, make_glb, write_glb
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.avatar.face import AvatarFace
from avatar_bridge.errors import ConfigError

VRM0 = {
    "VRM": {
        "blendShapeMaster": {
            "blendShapeGroups": [
                {"name": "喜", "presetName": "joy"},
                {"name": "MouthPuff", "presetName": "unknown"},
            ]
        }
    }
}
VRM1 = {"VRMC_vrm": {"expressions": {"preset": {"happy": {}}, "custom": {"jawOpen": {}}}}}


@pytest.mark.parametrize("names_at", ["mesh", "primitive", "accessor"])
def test_names_are_read_wherever_they_stand(tmp_path: Path, names_at: str) -> None:
    face = AvatarFace(make_glb(tmp_path / "a.glb", ["jawOpen", "smile"], names_at=names_at))
    assert face.morphs == ("jawOpen", "smile")
    assert (face.kind, face.expressions) == ("glTF", ())


@pytest.mark.parametrize(
    ("extensions", "kind", "expressions"),
    [(VRM0, "VRM 0", ("joy", "MouthPuff")), (VRM1, "VRM 1", ("happy", "jawOpen"))],
)
def test_expressions_of_both_vrms(tmp_path: Path, extensions, kind, expressions) -> None:
    face = AvatarFace(make_glb(tmp_path / "a.vrm", ["A"], extensions=extensions))
    assert (face.kind, face.expressions) == (kind, expressions)


def test_movements_come_as_they_were_written(tmp_path: Path) -> None:
    moves = {"up": NUDGE, "out": np.eye(4, 3) * 0.02}
    morphs = AvatarFace(make_glb(tmp_path / "a.glb", moves)).read_morphs()
    np.testing.assert_allclose(morphs.points, SQUARE, rtol=1e-6)
    for row, name in enumerate(morphs.names):
        np.testing.assert_allclose(morphs.moves[row], moves[name], atol=1e-7)


def test_vrm_0_is_turned_to_look_along_z(tmp_path: Path) -> None:
    turned = AvatarFace(make_glb(tmp_path / "a.vrm", ["A"], extensions=VRM0)).read_morphs()
    np.testing.assert_allclose(turned.points, SQUARE * [-1, 1, -1], rtol=1e-6)


def test_sparse_normalised_numbers_in_a_gltf_beside_its_buffer(tmp_path: Path) -> None:
    points = np.zeros((4, 3), "<f4").tobytes()
    moved = np.array([0, 32767, -32768, 0], "<i2").tobytes()
    sparse = np.array([2], "<u2").tobytes() + b"\0\0" + moved
    (tmp_path / "a.bin").write_bytes(sparse)
    said = {
        "asset": {"version": "2.0"},
        "nodes": [
            {"mesh": 0, "scale": [2, 2, 2], "translation": [0, 1, 0]},
        ],
        "meshes": [
            {
                "extras": {"targetNames": ["one"]},
                "primitives": [{"attributes": {"POSITION": 0}, "targets": [{"POSITION": 1}]}],
            }
        ],
        "buffers": [
            {"byteLength": 48, "uri": "data:;base64," + base64.b64encode(points).decode()},
            {"byteLength": len(sparse), "uri": "a.bin"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteLength": 48},
            {"buffer": 1, "byteLength": 2},
            {"buffer": 1, "byteOffset": 4, "byteLength": 8},
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {
                "componentType": 5122,
                "normalized": True,
                "count": 4,
                "type": "VEC3",
                "sparse": {
                    "count": 1,
                    "indices": {"bufferView": 1, "componentType": 5123},
                    "values": {"bufferView": 2},
                },
            },
        ],
    }
    path = tmp_path / "a.gltf"
    path.write_text(json.dumps(said))
    morphs = AvatarFace(path).read_morphs()
    np.testing.assert_allclose(morphs.points, [[0, 1, 0]] * 4)
    np.testing.assert_allclose(morphs.moves[0, 2], [0, 2, -2])
    assert not morphs.moves[0, [0, 1, 3]].any()
    said["buffers"][1]["uri"] = "../a.bin"
    path.write_text(json.dumps(said))
    with pytest.raises(ConfigError, match="outside the avatar's folder"):
        AvatarFace(path).read_morphs()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected glTF"),
        (b"glTF\x01\0\0\0\0\0\0\0", "expected glTF version 2"),
        (b"glTF\x02\0\0\0\0\0\0\0", "without JSON"),
        (b"glTF\x02\0\0\0\0\0\0\0\xff\xff\0\0JSON", "end of the file"),
        (b"[]", "without an asset"),
        (b'{"asset": {}, "meshes": [3]}', "broken glTF"),
        (
            b'{"asset": {}, "meshes": [{"primitives": [{"targets": [{}]}]}], "nodes": []}',
            "broken glTF",
        ),
    ],
)
def test_what_is_no_avatar_is_refused_in_one_line(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "a.glb"
    path.write_bytes(data)
    with pytest.raises(ConfigError, match=said) as caught:
        AvatarFace(path).read_morphs()
    assert "a.glb" in str(caught.value)
    with pytest.raises(ConfigError, match="readable avatar"):
        AvatarFace(tmp_path / "none.glb")


def test_data_that_is_too_short_is_refused(tmp_path: Path) -> None:
    path = make_glb(tmp_path / "a.glb", ["one"])
    face = AvatarFace(path)
    said = face._gltf.json
    said["accessors"][1]["count"] = 5
    with pytest.raises(ConfigError, match="accessor 1: got broken data: expected 5 rows"):
        AvatarFace(write_glb(path, said, b"\0" * 96)).read_morphs()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_damage_does_more_than_raise_our_error(tmp_path_factory, data) -> None:
    path = tmp_path_factory.mktemp("glb") / "a.glb"
    whole = bytearray(make_glb(path, ["one", "two"]).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    try:
        AvatarFace(path).read_morphs()
    except ConfigError as error:
        assert "a.glb" in str(error)


HUGE = 10**30
INFINITE = float("inf")


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        # A negative step from row to row would read what lies before the buffer.
        (("bufferViews", 1, "byteStride"), -(10**9), "expected a whole number"),
        (("bufferViews", 0, "byteStride"), HUGE, "expected a whole number"),
        (("bufferViews", 0, "byteLength"), -5, "expected a whole number"),
        (("bufferViews", 0, "byteOffset"), -8, "expected a whole number"),
        (("accessors", 0, "byteOffset"), -4, "expected a whole number"),
        (("accessors", 0, "count"), INFINITE, "expected a whole number"),
        (("accessors", 0, "count"), 10_000_000, "expected a whole number"),
        (("nodes", 0, "translation"), [float("nan"), 0, 0], "broken glTF"),
        (("nodes", 0, "scale"), [1e30, 1, 1], "more than 1e+06 metres"),
        (("bufferViews", 0), "text", "broken data"),
    ],
)
def test_numbers_that_no_face_has_are_refused(tmp_path: Path, place, value, said: str) -> None:
    json_ = AvatarFace(make_glb(tmp_path / "a.glb", ["one", "two"]))._gltf.json
    binary = (tmp_path / "a.glb").read_bytes()[-144:]
    at = json_
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(ConfigError, match=re.escape(said)) as caught:
        AvatarFace(write_glb(tmp_path / "b.glb", json_, binary)).read_morphs()
    assert "b.glb" in str(caught.value)


@pytest.mark.parametrize(
    ("points", "said"), [(0, "morph targets, got none"), (200_000, "far more")]
)
def test_a_face_without_points_or_with_far_too_many(tmp_path: Path, points: int, said: str) -> None:
    json_ = AvatarFace(make_glb(tmp_path / "a.glb", [f"m{i}" for i in range(200)]))._gltf.json
    for accessor in json_["accessors"]:
        accessor["count"] = points
        del accessor["bufferView"]
    with pytest.raises(ConfigError, match=said):
        AvatarFace(write_glb(tmp_path / "b.glb", json_, b"")).read_morphs()


def test_long_and_circular_chains_of_nodes_take_no_time(tmp_path: Path) -> None:
    face = AvatarFace(make_glb(tmp_path / "a.glb", ["one"]))
    count = 3000
    json_ = face._gltf.json
    json_["nodes"] = [{"mesh": i, "children": [(i + 1) % count]} for i in range(count)]
    json_["meshes"] += [{"primitives": []}] * (count - 1)
    path = write_glb(tmp_path / "b.glb", json_, (tmp_path / "a.glb").read_bytes()[-96:])
    began = time.process_time()
    assert AvatarFace(path).read_morphs().names == ("one",)
    assert time.process_time() - began < 5


def test_names_are_text_that_can_be_shown(tmp_path: Path) -> None:
    face = AvatarFace(make_glb(tmp_path / "a.glb", ["\ud83dx", "a\x1b[2J", "😀"]))
    assert face.morphs == ("\ufffdx", "a\ufffd[2J", "😀")
