"""The packets that clients in other languages decode as well."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from google.protobuf.json_format import ParseDict

from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import (
    decode_face,
    decode_meta,
    decode_status,
    encode_face,
    encode_meta,
    encode_status,
)
from avatar_bridge.wire.v1 import control_pb2 as pb

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"
FACES = ("normal", "face_lost", "all_zero", "extreme", "future_fields")
PUBLISHED = (*FACES, "meta", "status")
ASKED = ("ping", "get_meta", "list_profiles", "set_profile", "calibrate", "map")
REQUESTS = tuple(f"control_{name}_request" for name in ASKED)
RESPONSES = tuple(f"control_{name}_response" for name in (*ASKED, "error"))
NAMES = (*PUBLISHED, *REQUESTS, *RESPONSES)


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_golden", ROOT / "scripts/make_golden.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packet(name: str) -> bytes:
    return (GOLDEN / f"{name}.bin").read_bytes()


def twin(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def test_every_file_has_its_twin_and_its_test():
    assert {path.stem for path in GOLDEN.glob("*.bin")} == set(NAMES)
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_files_are_what_the_script_makes(name, maker):
    made = maker.files()
    assert packet(name) == made[f"{name}.bin"], "run scripts/make_golden.py"
    assert twin(name) == json.loads(made[f"{name}.json"]), "run scripts/make_golden.py"


@pytest.mark.parametrize("name", FACES)
def test_faces_are_read_as_their_twins_say(name):
    said, face = twin(name)["message"], decode_face(packet(name))
    state, pose, box = face.state, said["head_pose"], said["box"]
    assert (face.stream_id, face.seq) == (said["stream_id"], int(said["seq"]))
    assert face.published_ns == int(said["published_ns"])
    assert state.captured_ns == int(said["captured_ns"])
    assert state.frame_index == int(said["frame_index"])
    assert (state.face_id, state.tracked) == (said["face_id"], said["tracked"])
    assert state.image_size == (said["image_width"], said["image_height"])
    for got, wanted in (
        ([face.valence, face.arousal, state.confidence], ["valence", "arousal", "confidence"]),
        (state.head_pose.position, [pose[key] for key in ("x", "y", "z")]),
        (state.head_pose.orientation, [pose[key] for key in ("qx", "qy", "qz", "qw")]),
        (state.gaze.left, [said["gaze"][key] for key in ("left_yaw", "left_pitch")]),
        (state.gaze.right, [said["gaze"][key] for key in ("right_yaw", "right_pitch")]),
        (state.box, [box[key] for key in ("x0", "y0", "x1", "y1")]),
        (state.blendshapes.weights, said["blendshapes"]),
        (state.action_units.intensities, said["action_units"]),
        (state.emotions.probabilities, said["emotions"]),
    ):
        values = [said[each] if isinstance(each, str) else each for each in wanted]
        np.testing.assert_array_equal(np.float32(got), np.float32(values))


def test_the_future_reads_as_today():
    assert twin("future_fields") == twin("normal")
    assert len(packet("future_fields")) > len(packet("normal"))


@pytest.mark.parametrize("name", [name for name in FACES if name != "future_fields"])
def test_faces_are_written_the_same(name):
    face = decode_face(packet(name))
    again = encode_face(
        face.state, stream_id=face.stream_id, seq=face.seq, published_ns=face.published_ns
    )
    assert again == packet(name)


def test_meta_is_read_and_written_the_same():
    said, info = twin("meta")["message"], decode_meta(packet("meta"))
    assert encode_meta(info) == packet("meta")
    assert info.profile == said["profile"]
    assert [f"CAPABILITY_{each.name}" for each in info.capabilities] == said["capabilities"]
    assert list(info.action_units) == said["measured_action_units"]


def test_status_is_read_and_written_the_same():
    said, got = twin("status")["message"], decode_status(packet("status"))
    again = encode_status(got.status, stream_id=got.stream_id, published_ns=got.published_ns)
    assert again == packet("status")
    assert [stage.p95_ms for stage in got.status.stages] == [s["p95_ms"] for s in said["stages"]]
    assert got.status.dropped == int(said["dropped"])


@pytest.mark.parametrize("name", PUBLISHED)
def test_topics_are_in_the_packets(name):
    topic, _ = topics.split(packet(name))
    assert topic.decode() == twin(name)["topic"]


@pytest.mark.parametrize("name", (*REQUESTS, *RESPONSES))
def test_control_twins_say_what_the_bytes_say(name):
    kind = pb.ControlRequest if name in REQUESTS else pb.ControlResponse
    said = twin(name)
    assert said["type"] == kind.DESCRIPTOR.name
    body = kind.FromString(packet(name)).WhichOneof("body")
    assert name == f"control_{body}_{'request' if name in REQUESTS else 'response'}"
    again = ParseDict(said["message"], kind())
    assert again.SerializeToString(deterministic=True) == packet(name)
