"""Request bytes in, response bytes out: the control service without its socket."""

import logging
from collections.abc import Callable
from pathlib import Path

from avatar_bridge.clock import Clock
from avatar_bridge.control.base import Backend
from avatar_bridge.control.far import check_far
from avatar_bridge.control.settings import (
    image_kind,
    preview_settings,
    read_response,
    settings_message,
    sink_message,
)
from avatar_bridge.errors import (
    AvatarBridgeError,
    CalibrationError,
    CaptureError,
    ConfigError,
    SinkError,
    UnsupportedError,
    WireError,
)
from avatar_bridge.preview.base import PreviewAsk
from avatar_bridge.wire.codec import (
    SCHEMA_VERSION,
    expect_version,
    face_message,
    meta_message,
    parse,
)
from avatar_bridge.wire.picture_codec import picture_message
from avatar_bridge.wire.v1 import control_pb2 as pb

MAX_IMAGE_BYTES = 8 << 20
_LONGEST_ERROR = 500  # characters

NEUTRAL = "neutral"  # the step that all others need

# By number, as the messages have them; what is not said is the face at rest.
CALIBRATION_STEPS: dict[int, str] = {
    pb.CALIBRATION_STEP_UNSPECIFIED: NEUTRAL,
    pb.CALIBRATION_STEP_NEUTRAL: NEUTRAL,
    pb.CALIBRATION_STEP_SMILE: "smile",
    pb.CALIBRATION_STEP_BROWS_UP: "brows_up",
    pb.CALIBRATION_STEP_JAW_OPEN: "jaw_open",
    pb.CALIBRATION_STEP_BLINK: "blink",
    pb.CALIBRATION_STEP_PUCKER: "pucker",
}

_log = logging.getLogger(__name__)


class _RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(self, code: pb.ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Handler:
    """Answers requests; never raises for what a client sends or a backend does.

    Args:
        backend: does what is requested.
        clock: the one that stamps the stream.
        pictures_beyond: whether clients on other machines may have pictures of the source's face.
    """

    def __init__(self, backend: Backend, clock: Clock, *, pictures_beyond: bool = False) -> None:
        self._backend = backend
        self._clock = clock
        self._pictures_beyond = pictures_beyond
        self._actions: dict[str, Callable[[pb.ControlRequest, pb.ControlResponse], None]] = {
            "ping": self._ping,
            "get_meta": self._get_meta,
            "list_profiles": self._list_profiles,
            "set_profile": self._set_profile,
            "calibrate": self._calibrate,
            "map": self._map,
            "analyze": self._analyze,
            "start_recording": self._start_recording,
            "stop_recording": self._stop_recording,
            "get_settings": self._get_settings,
            "change_settings": self._change_settings,
            "set_sink": self._set_sink,
            "edit_profile": self._edit_profile,
            "preview": self._preview,
            "set_preview": self._set_preview,
        }

    def answer(self, payload: bytes, *, far: bool = False) -> bytes:
        """The one response to a request, whatever its bytes are.

        Args:
            payload: as it came.
            far: whether the client may be on another machine.
        """
        response = pb.ControlResponse(schema_version=SCHEMA_VERSION)
        try:
            self._act(payload, response, far)
        except _RefusedError as refused:
            _fail(response, refused.code, refused)
        except WireError as error:
            _fail(response, pb.ERROR_CODE_MALFORMED, error)
        except UnsupportedError as error:
            _fail(response, pb.ERROR_CODE_UNSUPPORTED, error)
        except (ConfigError, CaptureError, CalibrationError, SinkError) as error:
            _fail(response, pb.ERROR_CODE_INVALID_ARGUMENT, error)
        except AvatarBridgeError as error:
            _fail(response, pb.ERROR_CODE_INTERNAL, error)
        except Exception as error:  # noqa: BLE001 - one request must not end the service
            _log.exception("a control request failed")
            _fail(response, pb.ERROR_CODE_INTERNAL, type(error).__name__)
        return response.SerializeToString()

    def _act(self, payload: bytes, response: pb.ControlResponse, far: bool) -> None:
        request = parse(pb.ControlRequest, payload)
        response.request_id = request.request_id
        expect_version(request.schema_version)
        name = request.WhichOneof("body")
        if name is None:
            known = ", ".join(self._actions)
            raise _RefusedError(
                pb.ERROR_CODE_UNKNOWN_REQUEST, f"expected one of {known}, got another"
            )
        if name not in self._actions:
            raise _RefusedError(pb.ERROR_CODE_UNSUPPORTED, f"this server does not do {name}")
        if far:
            check_far(request, self._backend, self._pictures_beyond)
        self._actions[name](request, response)

    def _ping(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        response.ping.client_ns = request.ping.client_ns
        response.ping.stream_id = self._backend.info().stream_id
        response.ping.server_ns = self._clock.now_ns()

    def _get_meta(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        response.get_meta.meta.CopyFrom(meta_message(self._backend.info()))

    def _list_profiles(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        response.list_profiles.names.extend(self._backend.profiles())
        response.list_profiles.current = self._backend.info().profile

    def _set_profile(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        name, names = request.set_profile.name, self._backend.profiles()
        if name not in names:
            raise _RefusedError(
                pb.ERROR_CODE_NOT_FOUND, f"expected one of {', '.join(names)}, got {name!r}"
            )
        self._backend.set_profile(name)
        response.set_profile.SetInParent()

    def _calibrate(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        asked, backend = request.calibrate, self._backend
        if asked.action in (pb.CALIBRATION_ACTION_UNSPECIFIED, pb.CALIBRATION_ACTION_MEASURE):
            if asked.step not in CALIBRATION_STEPS:
                raise _RefusedError(
                    pb.ERROR_CODE_UNSUPPORTED, f"this server does not measure step {asked.step}"
                )
            step = CALIBRATION_STEPS[asked.step]
            begun = backend.info().calibration or asked.name in backend.calibrations()
            if step != NEUTRAL and not begun:
                raise _RefusedError(
                    pb.ERROR_CODE_NOT_FOUND, f"expected a neutral face to be measured before {step}"
                )
            backend.calibrate(step, asked.name, not asked.keep_head)
        elif asked.action == pb.CALIBRATION_ACTION_USE:
            if asked.name not in backend.calibrations():
                names = ", ".join(backend.calibrations()) or "none yet"
                raise _RefusedError(
                    pb.ERROR_CODE_NOT_FOUND,
                    f"expected a saved calibration ({names}), got {asked.name!r}",
                )
            backend.use_calibration(asked.name)
        elif asked.action == pb.CALIBRATION_ACTION_CLEAR:
            backend.clear_calibration()
        elif asked.action != pb.CALIBRATION_ACTION_UNDO:
            raise _RefusedError(
                pb.ERROR_CODE_UNSUPPORTED, f"this server does not do action {asked.action}"
            )
        elif not backend.undo_calibration():
            raise _RefusedError(pb.ERROR_CODE_NOT_FOUND, "expected a change to undo, got none")
        response.calibrate.name = backend.info().calibration
        response.calibrate.saved.extend(backend.calibrations())

    def _map(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        asked = request.map
        weights = self._backend.map(dict(asked.action_units), dict(asked.emotions)).weights
        response.map.blendshapes.extend(weights.tolist())

    def _analyze(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        image = request.analyze.image
        _expect_bytes(image, 1)
        states = self._backend.analyze(image)
        stream_id, now_ns = self._backend.info().stream_id, self._clock.now_ns()
        response.analyze.SetInParent()
        for seq, state in enumerate(states):
            response.analyze.faces.append(
                face_message(state, stream_id=stream_id, seq=seq, published_ns=now_ns)
            )

    def _start_recording(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        path = self._backend.start_recording(request.start_recording.name)
        response.start_recording.name, response.start_recording.path = path.stem, _text(path)

    def _stop_recording(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        take = self._backend.stop_recording()
        if take is None:
            raise _RefusedError(pb.ERROR_CODE_NOT_FOUND, "expected a recording to stop, got none")
        stopped = response.stop_recording
        stopped.name, stopped.path = take.path.stem, _text(take.path)
        stopped.frames, stopped.dropped = take.frames, take.dropped

    def _get_settings(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        response.get_settings.CopyFrom(settings_message(self._backend.settings()))

    def _change_settings(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        asked = request.change_settings
        self._backend.change_settings(
            asked.source if asked.HasField("source") else None,
            asked.mirror if asked.HasField("mirror") else None,
            asked.smoothing if asked.HasField("smoothing") else None,
        )
        response.change_settings.SetInParent()

    def _set_sink(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        asked = request.set_sink
        state = self._backend.set_sink(asked.name, asked.on, dict(asked.options))
        response.set_sink.sink.CopyFrom(sink_message(state))

    def _edit_profile(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        asked = request.edit_profile
        changes = {name: read_response(said) for name, said in asked.responses.items()}
        path = self._backend.edit_profile(changes, asked.save_as, asked.reset)
        response.edit_profile.path = _text(path) if path else ""

    def _preview(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        self._expect_previews("preview")
        asked = request.preview
        _expect_bytes(asked.image, 0)
        picture = self._backend.preview(
            PreviewAsk(
                face_id=asked.face_id,
                image=asked.image,
                emotion=asked.emotion,
                intensity=asked.intensity,
                action_units=dict(asked.action_units),
                kind=image_kind(asked.kind),
                net=asked.net,
            )
        )
        stream_id, now_ns = self._backend.info().stream_id, self._clock.now_ns()
        image = picture_message(picture, stream_id=stream_id, seq=0, published_ns=now_ns)
        response.preview.image.CopyFrom(image)

    def _set_preview(self, request: pb.ControlRequest, response: pb.ControlResponse) -> None:
        self._expect_previews("set_preview")
        self._backend.set_preview(preview_settings(request.set_preview))
        response.set_preview.SetInParent()

    def _expect_previews(self, name: str) -> None:
        if not self._backend.can_preview():
            raise UnsupportedError(f"this server does not do {name}")


def _expect_bytes(image: bytes, least: int) -> None:
    if not least <= len(image) <= MAX_IMAGE_BYTES:
        raise _RefusedError(
            pb.ERROR_CODE_INVALID_ARGUMENT,
            f"expected a picture of {least} to {MAX_IMAGE_BYTES} bytes, got {len(image)}",
        )


def _text(path: Path) -> str:
    # A folder's name may hold bytes that are no text, and no message can carry those.
    return str(path.absolute()).encode("utf-8", "replace").decode()


def _fail(response: pb.ControlResponse, code: pb.ErrorCode, reason: object) -> None:
    response.error.code = code
    said = " ".join(str(reason).split())
    # What was sent is not sent back at any length.
    response.error.message = said if len(said) <= _LONGEST_ERROR else said[:_LONGEST_ERROR] + "…"
