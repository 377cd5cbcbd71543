"""Requests as bytes, without sockets."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import make_state
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.clock import ManualClock
from avatar_bridge.control import handler as handler_module
from avatar_bridge.control.base import Settings
from avatar_bridge.control.handler import Handler
from avatar_bridge.control.settings import read_settings, response_message
from avatar_bridge.errors import (
    AvatarBridgeError,
    CalibrationError,
    CaptureError,
    ConfigError,
    ModelError,
    SinkError,
    TakeError,
    UnsupportedError,
)
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability
from avatar_bridge.preview.base import PreviewAsk, PreviewSettings
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.retarget.measure import steps
from avatar_bridge.sinks.rack import SinkState
from avatar_bridge.takes.writer import TakeResult
from avatar_bridge.types import Blendshapes, StreamInfo
from avatar_bridge.wire.codec import read_face, read_meta
from avatar_bridge.wire.picture import ImageKind, PreviewPicture
from avatar_bridge.wire.picture_codec import read_picture
from avatar_bridge.wire.v1 import control_pb2 as pb
from avatar_bridge.wire.v1 import face_pb2

INFO = StreamInfo("run", "test", "arkit", "", "net", (Capability.MEASURED,) * 52, (), 30.0)

SETTINGS = Settings(
    source="camera:0",
    sources=("camera:0", "performer"),
    mirror=True,
    smoothing="balanced",
    smoothings=("balanced", "none"),
    profile="arkit",
    profiles=("arkit", "vrm"),
    calibration="anna",
    calibrations=("anna", "bert"),
    sinks=(SinkState("vmc", True, "paused: gone", {"port": "39540"}), SinkState("vts", False)),
    recording="recording one",
    responses=(ShapeResponse(1.5, 0.25, 0.5, (0.0, 0.0, 1.0, 0.75)),) * 52,
    unsaved=True,
    preview=PreviewSettings(12.5, "happiness", 0.5, ImageKind.HEAD),
    generators=("adaptive",),
)
PICTURE = PreviewPicture(b"jpeg", 4, 3, 70, ImageKind.GENERATED, 1, 0, 0, "fear", 0.5, "adaptive")


class FakeBackend:
    """Knows two profiles, maps AU26 to jawOpen, and sees one face in any picture but b"bad"."""

    def __init__(self) -> None:
        self.set_to: list[str] = []
        self.calibrated: list[tuple[str, str, bool]] = []
        self.calibration = ""
        self.failure: Exception | None = None
        self.recording: Path | None = None
        self.previews = False
        self.asked: list[object] = []

    def info(self):
        if self.failure:
            raise self.failure
        return replace(INFO, calibration=self.calibration)

    def calibrations(self):
        return ("anna", "bert")

    def calibrate(self, step, name, centre):
        if name == "nobody":
            raise CalibrationError("expected a face before the camera, got none")
        self.calibrated.append((step, name, centre))
        self.calibration = name or "unsaved"

    def use_calibration(self, name):
        self.calibration = name

    def clear_calibration(self):
        self.calibration = ""

    def undo_calibration(self):
        undone, self.calibration = bool(self.calibration), ""
        return undone

    def profiles(self):
        return ("arkit", "vrm")

    def set_profile(self, name):
        self.set_to.append(name)

    def start_recording(self, name):
        if self.recording:
            raise ConfigError(f"expected no recording to run, got {self.recording.stem}")
        if name == "full":
            raise TakeError("expected to write full.mcap, got: No space left on device")
        self.recording = Path("/takes", f"{name or 'named'}.mcap")
        return self.recording

    def stop_recording(self):
        path, self.recording = self.recording, None
        return TakeResult(path, 120, 3) if path else None

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

    def settings(self):
        return SETTINGS

    def change_settings(self, source, mirror, smoothing):
        if source == "camera:9":
            raise CaptureError("expected camera 9, got no camera there")
        self.asked.append((source, mirror, smoothing))

    def set_sink(self, name, on, options):
        if name != "vmc":
            raise ConfigError(f"expected one of vmc, got {name!r}")
        if options.get("host") == "nowhere":
            raise SinkError("expected a host, got nowhere")
        return SinkState(name, on, "running" if on else "", options)

    def edit_profile(self, changes, save_as, reset):
        self.asked.append((changes, save_as, reset))
        return Path("/settings", f"{save_as}.toml") if save_as else None

    def can_preview(self):
        return self.previews

    def preview(self, ask):
        self.asked.append(ask)
        return PICTURE

    def set_preview(self, settings):
        if settings.net:
            raise UnsupportedError(f"expected no generator, got {settings.net}")
        self.asked.append(settings)


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


def calibrate(**values) -> pb.ControlRequest:
    return pb.ControlRequest(calibrate=pb.CalibrateRequest(**values))


def test_a_bare_calibration_takes_the_face_for_the_one_at_rest(ask, backend):
    answer = ask(calibrate()).calibrate
    assert (answer.name, list(answer.saved)) == ("unsaved", ["anna", "bert"])
    assert backend.calibrated == [("neutral", "", True)]


@pytest.mark.parametrize("step", [s for s in pb.CalibrationStep.values() if s])
def test_every_step_is_measured_by_its_name(ask, backend, step):
    asked = calibrate(name="anna", action=pb.CALIBRATION_ACTION_MEASURE, step=step, keep_head=True)
    assert ask(asked).calibrate.name == "anna"
    name = pb.CalibrationStep.Name(step).removeprefix("CALIBRATION_STEP_").lower()
    assert name in steps()
    assert backend.calibrated == [(name, "anna", False)]


def test_a_saved_calibration_is_used_undone_and_cleared(ask):
    used = calibrate(name="bert", action=pb.CALIBRATION_ACTION_USE)
    assert ask(used).calibrate.name == "bert"
    assert ask(calibrate(action=pb.CALIBRATION_ACTION_UNDO)).calibrate.name == ""
    assert error_of(ask(calibrate(action=pb.CALIBRATION_ACTION_UNDO))) == "NOT_FOUND"
    ask(used)
    assert ask(calibrate(action=pb.CALIBRATION_ACTION_CLEAR)).calibrate.name == ""


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (calibrate(name="nobody"), "INVALID_ARGUMENT"),
        (calibrate(name="carl", action=pb.CALIBRATION_ACTION_USE), "NOT_FOUND"),
        (calibrate(name="../anna", action=pb.CALIBRATION_ACTION_USE), "NOT_FOUND"),
        (calibrate(action=99), "UNSUPPORTED"),
        (calibrate(step=99), "UNSUPPORTED"),
    ],
)
def test_a_calibration_that_cannot_be_says_why(ask, backend, asked, code):
    assert error_of(ask(asked)) == code
    assert backend.calibrated == []


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
        pb.ControlRequest(preview=pb.PreviewRequest()),
        pb.ControlRequest(set_preview=pb.SetPreviewRequest()),
    ],
    ids=lambda request: request.WhichOneof("body"),
)
def test_what_is_not_done_yet_says_so(ask, request_):
    response = ask(request_)
    assert error_of(response) == "UNSUPPORTED"
    assert response.request_id == 42


def test_settings_arrive_as_they_are(ask):
    answer = ask(pb.ControlRequest(get_settings=pb.GetSettingsRequest())).get_settings
    assert read_settings(answer) == SETTINGS


def change(**values) -> pb.ControlRequest:
    return pb.ControlRequest(change_settings=pb.ChangeSettingsRequest(**values))


def test_only_what_is_said_changes(ask, backend):
    assert ask(change(mirror=False)).WhichOneof("body") == "change_settings"
    ask(change(source="performer", smoothing="none"))
    assert backend.asked == [(None, False, None), ("performer", None, "none")]
    assert error_of(ask(change(source="camera:9"))) == "INVALID_ARGUMENT"


def test_a_sink_is_turned_on_and_off(ask):
    def asked(**values):
        return ask(pb.ControlRequest(set_sink=pb.SetSinkRequest(**values)))

    on = asked(name="vmc", on=True, options={"port": "5"}).set_sink.sink
    assert (on.name, on.on, on.state, dict(on.options)) == ("vmc", True, "running", {"port": "5"})
    assert not asked(name="vmc").set_sink.sink.on
    assert error_of(asked(name="tape")) == "INVALID_ARGUMENT"
    assert error_of(asked(name="vmc", on=True, options={"host": "nowhere"})) == "INVALID_ARGUMENT"


def test_a_profile_is_edited(ask, backend):
    half = ShapeResponse(0.5, 0.0, 1.0, (0.0, 0.0, 1.0, 0.5))
    message = pb.EditProfileRequest(
        responses={"jawOpen": response_message(half)}, save_as="mine", reset=True
    )
    answer = ask(pb.ControlRequest(edit_profile=message)).edit_profile
    assert answer.path == str(Path("/settings/mine.toml").absolute())
    assert backend.asked == [({"jawOpen": half}, "mine", True)]
    assert ask(pb.ControlRequest(edit_profile=pb.EditProfileRequest())).edit_profile.path == ""


def test_a_preview_is_made_where_there_is_a_previewer(ask, backend):
    backend.previews = True
    message = pb.PreviewRequest(emotion="fear", intensity=0.5, face_id=1)
    answer = ask(pb.ControlRequest(preview=message)).preview
    assert read_picture(answer.image).picture == PICTURE
    assert backend.asked == [PreviewAsk(face_id=1, emotion="fear", intensity=0.5)]
    for wrong in (
        pb.PreviewRequest(intensity=0.5),
        pb.PreviewRequest(emotion="hunger", intensity=0.5),
        pb.PreviewRequest(emotion="fear", intensity=1.5),
        pb.PreviewRequest(emotion="fear", kind=face_pb2.IMAGE_KIND_CAMERA),
    ):
        assert error_of(ask(pb.ControlRequest(preview=wrong))) == "INVALID_ARGUMENT"


def test_the_preview_stream_is_set(ask, backend):
    backend.previews = True
    message = pb.SetPreviewRequest(fps=10, kind=face_pb2.IMAGE_KIND_HEAD)
    answer = ask(pb.ControlRequest(set_preview=message))
    assert answer.WhichOneof("body") == "set_preview"
    assert backend.asked == [PreviewSettings(10, "live", 0.0, ImageKind.HEAD)]
    fast = ask(pb.ControlRequest(set_preview=pb.SetPreviewRequest(fps=99)))
    assert error_of(fast) == "INVALID_ARGUMENT"
    none = ask(pb.ControlRequest(set_preview=pb.SetPreviewRequest(net="other")))
    assert error_of(none) == "UNSUPPORTED"


def test_a_recording_is_started_and_stopped(ask):
    start = pb.ControlRequest(start_recording=pb.StartRecordingRequest(name="one"))
    stop = pb.ControlRequest(stop_recording=pb.StopRecordingRequest())
    assert error_of(ask(stop)) == "NOT_FOUND"
    started = ask(start).start_recording
    assert (started.name, started.path) == ("one", str(Path("/takes/one.mcap").absolute()))
    refused = ask(start)
    assert error_of(refused) == "INVALID_ARGUMENT"
    assert refused.error.message == "expected no recording to run, got one"
    stopped = ask(stop).stop_recording
    assert (stopped.name, stopped.frames, stopped.dropped) == ("one", 120, 3)
    assert stopped.path == started.path
    assert error_of(ask(stop)) == "NOT_FOUND"


def test_a_full_disk_is_the_servers_fault(ask):
    response = ask(pb.ControlRequest(start_recording=pb.StartRecordingRequest(name="full")))
    assert error_of(response) == "INTERNAL"
    assert response.error.message.endswith("No space left on device")


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
