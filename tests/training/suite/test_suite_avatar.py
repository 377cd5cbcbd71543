import json
import math
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.suite.portrait import look_at_face
from avatar_bridge.training.synthetic.avatar import Avatar, Part, load_avatar

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)


class Glb:
    """Puts a file together, accessor by accessor."""

    def __init__(self) -> None:
        self.binary = b""
        self.views: list[dict[str, int]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, data: bytes) -> int:
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)})
        self.binary += data + b"\0" * (-len(data) % 4)
        return len(self.views) - 1

    def add(self, values: np.ndarray, kind: int, shape: str, **more: Any) -> int:
        told = {"componentType": kind, "type": shape, "count": len(values), **more}
        told["bufferView"] = self.view(np.ascontiguousarray(values).tobytes())
        self.accessors.append(told)
        return len(self.accessors) - 1

    def sparse(self, rows: list[int], values: np.ndarray, count: int) -> int:
        self.accessors.append(
            {
                "componentType": 5126,
                "type": "VEC3",
                "count": count,
                "sparse": {
                    "count": len(rows),
                    "indices": {
                        "bufferView": self.view(np.array(rows, np.uint16).tobytes()),
                        "componentType": 5123,
                    },
                    "values": {"bufferView": self.view(values.astype(np.float32).tobytes())},
                },
            }
        )
        return len(self.accessors) - 1

    def write(self, path: Path, tree: dict[str, Any]) -> None:
        whole = tree | {
            "asset": {"version": "2.0"},
            "accessors": self.accessors,
            "bufferViews": self.views,
            "buffers": [{"byteLength": len(self.binary)}],
        }
        text = json.dumps(whole).encode()
        text += b" " * (-len(text) % 4)
        body = struct.pack("<II", len(text), 0x4E4F534A) + text
        body += struct.pack("<II", len(self.binary), 0x004E4942) + self.binary
        path.write_bytes(struct.pack("<III", 0x46546C67, 2, 12 + len(body)) + body)


@pytest.fixture
def glb(tmp_path: Path) -> Callable[..., Path]:
    """A triangle with a texture and two shapes, one of them sparse; on a skin if asked for."""

    def make(skinned: bool = False) -> Path:
        file = Glb()
        attributes = {
            "POSITION": file.add(CORNERS, 5126, "VEC3"),
            # normalised bytes: 255 is 1
            "TEXCOORD_0": file.add(
                np.array([[0, 0], [255, 0], [0, 255]], np.uint8), 5121, "VEC2", normalized=True
            ),
        }
        smile = file.add(np.full((3, 3), 0.25, np.float32), 5126, "VEC3")
        wink = file.sparse([2], np.array([[0.0, -1.0, 0.0]]), 3)
        node: dict[str, Any] = {"mesh": 0}
        nodes: list[dict[str, Any]] = [node]
        tree: dict[str, Any] = {}
        if skinned:
            attributes["JOINTS_0"] = file.add(
                np.array([[0, 9, 0, 0]] * 3, np.uint8),
                5121,
                "VEC4",  # 9 is none, at weight 0
            )
            attributes["WEIGHTS_0"] = file.add(
                np.array([[1, 0, 0, 0]] * 3, np.float32), 5126, "VEC4"
            )
            inverse = np.eye(4, dtype=np.float32)
            inverse[3, :3] = (0, -5, 0)  # column by column
            tree["skins"] = [
                {"joints": [2], "inverseBindMatrices": file.add(inverse.reshape(1, 16), 5126,
                                                                "MAT4")}
            ]  # fmt: skip
            node["skin"] = 0
            node["translation"] = [100, 100, 100]  # which a skin overrides
            quarter = [0, 0, math.sqrt(0.5), math.sqrt(0.5)]  # about z
            nodes += [
                {"children": [2], "translation": [0, 5, 0]},
                {"rotation": quarter},
            ]
        else:
            node |= {"translation": [0, 0, 3], "scale": [2, 2, 2]}
        red = np.zeros((2, 2, 3), np.uint8)
        red[..., 2] = 255  # BGR
        image = file.view(cv2.imencode(".png", red)[1].tobytes())
        tree |= {
            "nodes": nodes,
            "meshes": [
                {
                    "name": "Head",
                    "extras": {"targetNames": ["mouthSmileLeft", "eyeBlinkLeft"]},
                    "primitives": [
                        {
                            "attributes": attributes,
                            "targets": [{"POSITION": smile}, {"POSITION": wink}],
                            "material": 0,
                        }
                    ],
                }
            ],
            "materials": [
                {
                    "alphaMode": "MASK",
                    "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}},
                }
            ],
            "textures": [{"source": 0}],
            "images": [{"bufferView": image, "mimeType": "image/png"}],
        }
        path = tmp_path / "tiny.glb"
        file.write(path, tree)
        return path

    return make


def test_a_node_places_and_scales_its_mesh(glb: Callable[..., Path]) -> None:
    (part,) = load_avatar(glb()).parts
    assert part.positions == pytest.approx(CORNERS * 2 + (0, 0, 3))
    assert part.triangles.tolist() == [[0, 1, 2]]
    assert part.uv.tolist() == [[0, 0], [1, 0], [0, 1]]
    assert part.normals == pytest.approx(np.tile([0.0, 0.0, 1.0], (3, 1)))


def test_shapes_are_named_and_turned_with_the_node(glb: Callable[..., Path]) -> None:
    avatar = load_avatar(glb())
    (part,) = avatar.parts
    assert avatar.shapes == ("mouthSmileLeft", "eyeBlinkLeft")
    moved, _ = part.moved({"mouthSmileLeft": 0.5, "jawOpen": 1.0})
    assert moved - part.positions == pytest.approx(np.full((3, 3), 0.25))
    assert part.shapes["eyeBlinkLeft"].tolist() == [[0, 0, 0], [0, 0, 0], [0, -2, 0]]
    assert avatar.moved_by("eyeBlinkLeft") == pytest.approx([0, 2, 3])


def test_a_skin_places_its_vertices_by_joints(glb: Callable[..., Path]) -> None:
    (part,) = load_avatar(glb(skinned=True)).parts
    turned = np.column_stack([5 - CORNERS[:, 1], CORNERS[:, 0] + 5, CORNERS[:, 2]])
    assert part.positions == pytest.approx(turned, abs=1e-6)
    assert part.shapes["eyeBlinkLeft"][2] == pytest.approx([1, 0, 0], abs=1e-6)


def test_textures_come_as_rgba_with_their_cutoff(glb: Callable[..., Path]) -> None:
    (part,) = load_avatar(glb()).parts
    assert part.texture is not None
    assert part.texture[0, 0].tolist() == [255, 0, 0, 255]
    assert part.cutoff == 0.5


@pytest.mark.parametrize("content", [b"", b"glTF", b"x" * 64])
def test_what_is_no_glb_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.glb"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"broken\.glb: expected a binary glTF 2 file"):
        load_avatar(path)


def test_a_missing_file_and_a_cut_one(tmp_path: Path, glb: Callable[..., Path]) -> None:
    with pytest.raises(ConfigError, match="expected an avatar at"):
        load_avatar(tmp_path / "none.glb")
    path = glb()
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ConfigError, match="expected a binary glTF 2 file"):
        load_avatar(path)


def two_eyes() -> Avatar:
    """Vertices that are the eyes, 6 cm apart at a height of 1.6 m."""
    positions = np.array([[0.03, 1.6, 0.1], [-0.03, 1.6, 0.1], [0, 1.5, 0.1]], np.float32)
    blink = np.zeros((2, 3, 3), np.float32)
    blink[0, 0] = blink[1, 1] = (0, -0.01, 0)
    shapes = {"eyeBlinkLeft": blink[0], "eyeBlinkRight": blink[1]}
    part = Part("eyes", positions, positions, positions[:, :2], np.array([[0, 1, 2]]), shapes)
    return Avatar((part,))


@pytest.mark.parametrize("yaw", [-20.0, 0.0, 20.0])
def test_a_view_has_the_face_in_the_middle(yaw: float) -> None:
    view = look_at_face(two_eyes(), math.radians(yaw), 200)
    assert (view.box[:2] + view.box[2:]) / 2 == pytest.approx([100, 100], abs=1.0)
    assert 60 < view.box[2] - view.box[0] < 120
    eyes = two_eyes().parts[0].positions[:2]
    seen = eyes @ view.matrix[:3, :3].T + view.matrix[:3, 3]
    left, right = view.camera.pixels(seen)
    assert left[0] > right[0]  # the subject's left eye is on the picture's right
    assert left[1] < 100
    # Turned to its own left, the left eye goes away from the camera.
    assert np.sign(seen[1, 2] - seen[0, 2]) == np.sign(yaw)


def test_the_public_avatar_has_all_shapes(data_root: Path) -> None:
    avatar = load_avatar(data_root / "avatars" / "brunette-t.glb")
    assert set(BLENDSHAPES) <= set(avatar.shapes)
    left, right = (avatar.moved_by(f"eyeBlink{side}") for side in ("Left", "Right"))
    assert left[0] > 0.02 > -0.02 > right[0]
    jaw, brow = avatar.moved_by("jawOpen"), avatar.moved_by("browInnerUp")
    assert jaw[1] < left[1] < brow[1]
