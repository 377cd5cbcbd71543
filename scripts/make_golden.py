"""Write the golden packets of `tests/golden`: whole messages and what they say, as JSON.

`tests/golden/README.md` says how clients use them. All values are exact in float32, and where
valence and arousal are sums, the sums do not depend on their order.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.telemetry import StageTiming, StreamStatus
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceState,
    Gaze,
    HeadPose,
    StreamInfo,
)
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import (
    SCHEMA_VERSION,
    encode_face,
    encode_meta,
    encode_status,
    meta_message,
)
from avatar_bridge.wire.v1 import control_pb2, face_pb2

OUT = Path(__file__).resolve().parents[1] / "tests" / "golden"
STREAM = "3f2a8c51d0e94b7f"
MESSAGES: dict[bytes, type[Message]] = {
    topics.FACE: face_pb2.FaceFrame,
    topics.META: face_pb2.StreamMeta,
    topics.STATUS: face_pb2.StreamStatus,
}
CONTROL = "control_"  # how the names of those begin that are no published messages
_BEYOND_ASCII = "café-面-😀"
_NEW = (24, 25, 1000, 20000, 2**29 - 1)  # field numbers of the future, up to the highest
_LARGEST = 2**63 - 1  # what a signed 64-bit integer holds: some engines have no other


def main() -> int:
    """Write the files anew."""
    for name, text in files().items():
        (OUT / name).write_bytes(text)
    return 0


def files() -> dict[str, bytes]:
    """File name → content."""
    made = {}
    twins: dict[str, tuple[bytes, dict[str, Any]]] = {
        name: (message, twin_of(message)) for name, message in packets().items()
    }
    for name, said in control_packets().items():
        # Maps have no order of their own; sorted keys make the bytes the same every time.
        twins[name] = (
            said.SerializeToString(deterministic=True),
            {"type": said.DESCRIPTOR.name, "message": _values(said)},
        )
    for name, (message, twin) in twins.items():
        made[f"{name}.bin"] = message
        made[f"{name}.json"] = (json.dumps(twin, indent=2, ensure_ascii=False) + "\n").encode()
    return made


def twin_of(message: bytes) -> dict[str, Any]:
    """What a published message says."""
    topic, payload = topics.split(message)
    return {"topic": topic.decode(), "message": _values(MESSAGES[topic].FromString(payload))}


def _values(said: Message) -> dict[str, Any]:
    """The fields in the names of the .proto; unknown ones are not shown."""
    values = MessageToDict(
        said, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    asked = values.get("map", {})
    for name in asked.keys() & {"action_units", "emotions"}:  # the two maps, shuffled by nature
        asked[name] = dict(sorted(asked[name].items()))
    return values


def packets() -> dict[str, bytes]:
    """Packet name → whole message."""
    seen = _normal()
    normal = encode_face(seen, stream_id=STREAM, seq=1042, published_ns=7_200_041_000_123)
    return {
        "normal": normal,
        "face_lost": encode_face(
            _lost(seen), stream_id=STREAM, seq=1060, published_ns=7_200_641_000_456
        ),
        "all_zero": encode_face(_rest(), stream_id="", seq=0, published_ns=0),
        "extreme": encode_face(
            _extreme(), stream_id=_BEYOND_ASCII, seq=_LARGEST, published_ns=_LARGEST
        ),
        "future_fields": topics.join(topics.FACE, _from_the_future(topics.split(normal)[1])),
        "meta": encode_meta(_info()),
        "status": encode_status(_status(), stream_id=STREAM, published_ns=7_201_000_000_789),
    }


def control_packets() -> dict[str, Message]:
    """Packet name → request or response of the control service."""
    pb = control_pb2
    requests = {
        "ping": {"ping": pb.PingRequest(client_ns=7_300_000_000_001)},
        "get_meta": {"get_meta": pb.GetMetaRequest()},
        "list_profiles": {"list_profiles": pb.ListProfilesRequest()},
        "set_profile": {"set_profile": pb.SetProfileRequest(name=_BEYOND_ASCII)},
        "calibrate": {"calibrate": pb.CalibrateRequest(name=_BEYOND_ASCII)},
        "map": {
            "map": pb.MapRequest(
                action_units={"AU12": 0.75, "AU26": 0.5, "AU4L": 0.015625},
                emotions={"happiness": 0.5, "surprise": 0.25},
            )
        },
    }
    responses = {
        "ping": {
            "ping": pb.PingResponse(
                client_ns=_LARGEST, server_ns=-_LARGEST - 1, stream_id=_BEYOND_ASCII
            )
        },
        "get_meta": {"get_meta": pb.GetMetaResponse(meta=meta_message(_info()))},
        "list_profiles": {
            "list_profiles": pb.ListProfilesResponse(
                names=["arkit", _BEYOND_ASCII, "vrm"], current="arkit"
            )
        },
        "set_profile": {"set_profile": pb.SetProfileResponse()},
        "calibrate": {"calibrate": pb.CalibrateResponse(name=_BEYOND_ASCII)},
        "map": {"map": pb.MapResponse(blendshapes=_ramp(len(BLENDSHAPES), 11).tolist())},
        "error": {
            "error": pb.Error(
                code=pb.ERROR_CODE_NOT_FOUND,
                message=f"expected one of arkit, vrm, got '{_BEYOND_ASCII}'",
            )
        },
    }
    numbers = {"ping": _LARGEST, "get_meta": 0}  # the others are 300, in two bytes
    made: dict[str, Message] = {}
    for ending, kind, bodies in (
        ("request", pb.ControlRequest, requests),
        ("response", pb.ControlResponse, responses),
    ):
        for name, body in bodies.items():
            made[f"{CONTROL}{name}_{ending}"] = kind(
                schema_version=SCHEMA_VERSION, request_id=numbers.get(name, 300), **body
            )
    return made


def _ramp(count: int, step: int) -> np.ndarray:
    """Values of (0, 1], no two neighbours alike, so that a wrong order shows."""
    return np.array([(index * step % 64 + 1) / 64 for index in range(count)], np.float32)


def _emotions(**probabilities: float) -> EmotionScores:
    return EmotionScores(np.array([probabilities.get(name, 0.0) for name in EMOTIONS]))


def _normal() -> FaceState:
    return FaceState(
        frame_index=1050,
        captured_ns=7_200_008_000_001,
        face_id=1,
        tracked=True,
        confidence=0.96875,
        blendshapes=Blendshapes(_ramp(len(BLENDSHAPES), 11)),
        action_units=ActionUnits(_ramp(len(ACTION_UNIT_NAMES), 23)),
        emotions=_emotions(happiness=0.5, surprise=0.25, neutral=0.25),
        head_pose=HeadPose(
            np.array([0.03125, -0.015625, -0.5]),
            np.array([0.09375, -0.0625, 0.03125, 1017 / 1024]),
        ),
        gaze=Gaze(np.array([0.125, -0.0625]), np.array([0.09375, -0.03125])),
        image_size=(640, 480),
        box=np.array([200.5, 120.25, 420.75, 380.0]),
    )


def _lost(seen: FaceState) -> FaceState:
    """Half way on its decay to rest."""
    return replace(
        seen,
        frame_index=1068,
        captured_ns=7_200_608_000_002,
        tracked=False,
        confidence=0.0,
        blendshapes=Blendshapes(seen.blendshapes.weights / 2),
        action_units=ActionUnits(seen.action_units.intensities / 2),
        emotions=_emotions(sadness=0.5, fear=0.25, neutral=0.25),
        gaze=Gaze(seen.gaze.left / 2, seen.gaze.right / 2),
    )


def _rest() -> FaceState:
    """Before any face: all that may be 0 is."""
    return FaceState(
        frame_index=0,
        captured_ns=0,
        face_id=0,
        tracked=False,
        confidence=0.0,
        blendshapes=Blendshapes.neutral(),
        action_units=ActionUnits.neutral(),
        emotions=EmotionScores.neutral(),
        head_pose=HeadPose(np.zeros(3), np.array([0, 0, 0, 1])),
        gaze=Gaze(np.zeros(2), np.zeros(2)),
        image_size=(0, 0),
        box=np.zeros(4),
    )


def _extreme() -> FaceState:
    return FaceState(
        frame_index=_LARGEST,
        captured_ns=_LARGEST,
        face_id=2**32 - 1,
        tracked=True,
        confidence=1.0,
        blendshapes=Blendshapes(np.ones(len(BLENDSHAPES))),
        action_units=ActionUnits(np.ones(len(ACTION_UNIT_NAMES))),
        emotions=_emotions(anger=1.0),
        head_pose=HeadPose(np.array([-64.0, 64.0, -128.0]), np.array([-1.0, 0.0, 0.0, 0.0])),
        gaze=Gaze(np.array([-1.5, 1.5]), np.array([1.5, -1.5])),
        image_size=(7680, 4320),
        box=np.array([-4096.0, -2048.0, 16384.0, 8192.0]),
    )


def _info() -> StreamInfo:
    cycle = (Capability.MEASURED, Capability.DERIVED, Capability.UNSUPPORTED)
    return StreamInfo(
        stream_id=STREAM,
        source="performer",
        profile="arkit",
        calibration="",
        model="student",
        capabilities=tuple(cycle[index % 3] for index in range(len(BLENDSHAPES))),
        action_units=ACTION_UNIT_NAMES[::2],
        target_fps=30.0,
    )


def _status() -> StreamStatus:
    return StreamStatus(
        fps=29.75,
        stages=(
            StageTiming("capture", 1.5, 2.25, 4.0),
            StageTiming("analyze", 9.125, 12.5, 31.0, 3),
        ),
        captured=1100,
        dropped=31,
        source_state="running",
        tracked_faces=1,
    )


def _from_the_future(payload: bytes) -> bytes:
    """The same frame as a later schema might send it: with fields of every type in every place."""
    later = descriptor_pb2.FileDescriptorProto()
    later.ParseFromString(face_pb2.DESCRIPTOR.serialized_pb)
    field = descriptor_pb2.FieldDescriptorProto
    kinds = {
        "a_varint": field.TYPE_SINT64,
        "a_double": field.TYPE_DOUBLE,
        "a_text": field.TYPE_STRING,
        "a_float": field.TYPE_FLOAT,
        "some_bytes": field.TYPE_BYTES,
    }
    for message in later.message_type:
        if message.name in ("FaceFrame", "HeadPose", "Gaze", "FaceBox"):
            for number, (name, kind) in zip(_NEW, kinds.items(), strict=True):
                message.field.add(name=name, number=number, type=kind, label=field.LABEL_OPTIONAL)
            message.field.add(
                name="numbers", number=26, type=field.TYPE_FLOAT, label=field.LABEL_REPEATED
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(later)
    kind_of_frame = message_factory.GetMessageClass(
        pool.FindMessageTypeByName("avatar_bridge.v1.FaceFrame")
    )
    frame: Any = kind_of_frame.FromString(payload)
    for part in (frame, frame.head_pose, frame.gaze, frame.box):
        part.a_varint, part.a_double, part.a_float = -(2**40), 0.5, 0.25
        part.a_text, part.some_bytes = "face", b"face\x00\x08\x02"
        part.numbers.extend([1.0] * 52)
    return frame.SerializeToString()


if __name__ == "__main__":
    sys.exit(main())
