"""Requests as bytes, without sockets."""

import numpy as np
import pytest
from builders import make_state
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.clock import ManualClock
from avatar_bridge.control import handler as handler_module
from avatar_bridge.control.handler import Handler
from avatar_bridge.errors import AvatarBridgeError, CaptureError, ConfigError, ModelError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability
from avatar_bridge.types import Blendshapes, StreamInfo
from avatar_bridge.wire.codec import read_face, read_meta
from avatar_bridge.wire.v1 import control_pb2 as pb

INFO = StreamInfo("run", "test", "arkit", "", "net", (Capability.MEASURED,) * 52, (), 30.0)


class FakeBackend:
    """Knows two profiles, maps AU26 to jawOpen, and sees one face in any picture but b"bad"."""

    def __init__(self) -> None:
        self.set_to: list[str] = []
        self.failure: Exception | None = None

    def info(self):
        if self.failure:
            raise self.failure
        return INFO

    def profiles(self):
        return ("arkit", "vrm")

    def set_profile(self, name):
        self.set_to.append(name)

    def map(self, action_units, emotions):
        if set(action_units) - {"AU26"}:
            raise ConfigError(f"expected AU26, got {sorted(action_units)}")
        weights = np.zeros(52, np.float32)
        weights[BLENDSHAPE_INDEX["jawOpen"]] = action_units.get("AU26", 0.0)
        weights[BLENDSHAPE_INDEX["mouthSmileLeft"]] = emotions.get("happiness", 0.0)
        return Blendshapes(weights)

    def analyze(self, image):
        if image == b"bad":
            raise CaptureError("expected a JPEG or PNG picture, got 3 other bytes")
        return (make_state(jawOpen=0.5), make_state(face_id=2))


@pytest.fixture
def backend() -> FakeBackend:
    return FakeBackend()


@pytest.fixture
def ask(backend):
    handler = Handler(backend, ManualClock(5_000))

    def ask(request: pb.ControlRequest | bytes) -> pb.ControlResponse:
        if isinstance(request, pb.ControlRequest):
            request.schema_version = request.schema_version or 1
            request.request_id = 42
            request = request.SerializeToString()
        response = pb.ControlResponse.FromString(handler.answer(request))
        assert response.schema_version == 1
        return response

    return ask


def error_of(response: pb.ControlResponse) -> str:
    assert response.WhichOneof("body") == "error"
    assert response.error.message
    assert "\n" not in response.error.message
    return pb.ErrorCode.Name(response.error.code).removeprefix("ERROR_CODE_")


def test_ping_tells_the_servers_clock(ask):
    response = ask(pb.ControlRequest(ping=pb.PingRequest(client_ns=77)))
    assert response.request_id == 42
    assert response.ping == pb.PingResponse(client_ns=77, server_ns=5_000, stream_id="run")


def test_meta_is_the_streams(ask):
    response = ask(pb.ControlRequest(get_meta=pb.GetMetaRequest()))
    assert read_meta(response.get_meta.meta) == INFO


def test_profiles_are_listed_and_set(ask, backend):
    listed = ask(pb.ControlRequest(list_profiles=pb.ListProfilesRequest())).list_profiles
    assert (list(listed.names), listed.current) == (["arkit", "vrm"], "arkit")
    response = ask(pb.ControlRequest(set_profile=pb.SetProfileRequest(name="vrm")))
    assert response.WhichOneof("body") == "set_profile"
    assert backend.set_to == ["vrm"]


def test_an_unknown_profile_is_not_found(ask, backend):
    response = ask(pb.ControlRequest(set_profile=pb.SetProfileRequest(name="/etc/passwd")))
    assert error_of(response) == "NOT_FOUND"
    assert response.error.message == "expected one of arkit, vrm, got '/etc/passwd'"
    assert backend.set_to == []


def test_map_is_the_pure_mapping(ask):
    asked = pb.MapRequest(action_units={"AU26": 0.5}, emotions={"happiness": 1.0})
    weights = ask(pb.ControlRequest(map=asked)).map.blendshapes
    assert len(weights) == 52
    assert weights[BLENDSHAPE_INDEX["jawOpen"]] == 0.5
    assert weights[BLENDSHAPE_INDEX["mouthSmileLeft"]] == 1.0
    wrong = pb.MapRequest(action_units={"AU99": 0.5})
    assert error_of(ask(pb.ControlRequest(map=wrong))) == "INVALID_ARGUMENT"


def test_analyze_gives_every_face(ask):
    response = ask(pb.ControlRequest(analyze=pb.AnalyzeRequest(image=b"picture")))
    faces = [read_face(face) for face in response.analyze.faces]
    assert [face.state.face_id for face in faces] == [1, 2]
    assert [(face.seq, face.stream_id, face.published_ns) for face in faces] == [
        (0, "run", 5_000),
        (1, "run", 5_000),
    ]


@pytest.mark.parametrize("image", [b"bad", b""])
def test_a_broken_picture_is_an_invalid_argument(ask, image):
    response = ask(pb.ControlRequest(analyze=pb.AnalyzeRequest(image=image)))
    assert error_of(response) == "INVALID_ARGUMENT"


def test_a_picture_too_large_never_reaches_the_backend(ask, monkeypatch):
    monkeypatch.setattr(handler_module, "MAX_IMAGE_BYTES", 4)
    response = ask(pb.ControlRequest(analyze=pb.AnalyzeRequest(image=b"large")))
    assert error_of(response) == "INVALID_ARGUMENT"
    assert response.error.message == "expected a picture of 1 to 4 bytes, got 5"


@pytest.mark.parametrize(
    "request_",
    [
        pb.ControlRequest(calibrate=pb.CalibrateRequest()),
        pb.ControlRequest(start_recording=pb.StartRecordingRequest()),
        pb.ControlRequest(stop_recording=pb.StopRecordingRequest()),
        pb.ControlRequest(preview=pb.PreviewRequest()),
    ],
    ids=lambda request: request.WhichOneof("body"),
)
def test_what_is_not_done_yet_says_so(ask, request_):
    response = ask(request_)
    assert error_of(response) == "UNSUPPORTED"
    assert response.request_id == 42


def test_a_newer_clients_request_is_unknown(ask):
    newer = pb.ControlRequest(schema_version=1, request_id=42).SerializeToString()
    response = ask(newer + b"\xa2\x06\x00")  # field 100, empty message
    assert error_of(response) == "UNKNOWN_REQUEST"
    assert response.request_id == 42


@pytest.mark.parametrize(
    ("payload", "request_id"),
    [(b"", 0), (b"\xff\xff", 0), (b"GET / HTTP/1.1", 0), (b"\x08\x02\x10\x2a", 42)],
)
def test_bytes_that_are_no_request_are_malformed(ask, payload, request_id):
    response = ask(payload)
    assert error_of(response) == "MALFORMED"
    assert response.request_id == request_id


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (ConfigError("a name"), "INVALID_ARGUMENT", "a name"),
        (ModelError("no\nmodel"), "INTERNAL", "no model"),
        (AvatarBridgeError("that"), "INTERNAL", "that"),
        (ZeroDivisionError("secret"), "INTERNAL", "ZeroDivisionError"),
    ],
)
def test_what_a_backend_raises_is_answered(ask, backend, failure, code, said):
    backend.failure = failure
    response = ask(pb.ControlRequest(get_meta=pb.GetMetaRequest()))
    assert error_of(response) == code
    assert response.error.message == said
    assert response.request_id == 42


KINDS = sorted({field.name for field in pb.ControlRequest.DESCRIPTOR.oneofs[0].fields})


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_bytes_get_exactly_one_answer(data):
    request = pb.ControlRequest(schema_version=1, request_id=3)
    getattr(request, data.draw(st.sampled_from(KINDS))).SetInParent()
    payload = bytearray(request.SerializeToString() + data.draw(st.binary(max_size=40)))
    for _ in range(data.draw(st.integers(0, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    answer = Handler(FakeBackend(), ManualClock()).answer(bytes(payload))
    assert pb.ControlResponse.FromString(answer).WhichOneof("body")
