"""The asking end of the control service, for programs, benchmarks and tests."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import zmq

from avatar_bridge.clock import NS_PER_MS, NS_PER_S, Clock
from avatar_bridge.control.base import Settings
from avatar_bridge.control.handler import CALIBRATION_STEPS
from avatar_bridge.control.settings import (
    preview_message,
    read_settings,
    read_sink,
    response_message,
)
from avatar_bridge.errors import ConfigError, WireError
from avatar_bridge.preview.base import PreviewAsk, PreviewSettings
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.sinks.rack import SinkState
from avatar_bridge.takes.writer import TakeResult
from avatar_bridge.types import Blendshapes, StreamInfo
from avatar_bridge.wire.address import check_address
from avatar_bridge.wire.codec import (
    SCHEMA_VERSION,
    ReceivedFace,
    expect_version,
    parse,
    read_face,
    read_meta,
)
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.picture import ImageKind, PreviewPicture
from avatar_bridge.wire.picture_codec import read_picture
from avatar_bridge.wire.v1 import control_pb2 as pb
from avatar_bridge.wire.v1 import face_pb2

# Of one answer: a server that sends more is cut off before it takes memory.
MAX_ANSWER_BYTES = 16 << 20


class RequestRefusedError(WireError):
    """The service answered with an error.

    Attributes:
        code: a name of ErrorCode without its prefix, such as "NOT_FOUND".
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Ping:
    """How far away a server is.

    Attributes:
        round_trip_ns: from sending to receiving.
        offset_ns: server's clock minus this one's, exact to half the round trip. A message's age
            is this clock + offset_ns - its published_ns.
        stream_id: of the server's run.
    """

    round_trip_ns: int
    offset_ns: int
    stream_id: str


class ControlClient:
    """A DEALER socket; used by one thread.

    Every request raises WireError if there is no answer in time, and RequestRefusedError if the
    answer is an error.

    Args:
        address: of the service.
        clock: measures pings and timeouts.
        timeout_s: longest wait for one answer, in seconds.
        keys: this client's, for a service that has keys.

    Raises:
        ConfigError: not an address.
    """

    def __init__(
        self,
        address: str,
        clock: Clock,
        *,
        timeout_s: float = 2.0,
        keys: ClientKeys | None = None,
    ) -> None:
        check_address(address)
        self._address = address
        self._clock = clock
        self._timeout_s = timeout_s
        self._last_id = 0
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.IPV6, int("[" in address))
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_ANSWER_BYTES)
        if keys is not None:
            keys.apply(self._socket)
        # Without a server a request is not kept to surprise a later one.
        self._socket.setsockopt(zmq.IMMEDIATE, 1)
        try:
            self._socket.connect(address)
        except zmq.ZMQError as error:
            self.close()
            raise WireError(f"cannot connect to {address}: {error.strerror}") from error

    def __enter__(self) -> "ControlClient":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ping(self) -> Ping:
        """Measure the round trip and the clocks."""
        sent_ns = self._clock.now_ns()
        answer = self.request(pb.ControlRequest(ping=pb.PingRequest(client_ns=sent_ns))).ping
        received_ns = self._clock.now_ns()
        middle_ns = (answer.client_ns + received_ns) // 2
        return Ping(received_ns - answer.client_ns, answer.server_ns - middle_ns, answer.stream_id)

    def info(self) -> StreamInfo:
        """What the stream carries."""
        answer = self.request(pb.ControlRequest(get_meta=pb.GetMetaRequest()))
        return read_meta(answer.get_meta.meta)

    def profiles(self) -> tuple[str, ...]:
        """Names that `set_profile` takes."""
        answer = self.request(pb.ControlRequest(list_profiles=pb.ListProfilesRequest()))
        return tuple(answer.list_profiles.names)

    def set_profile(self, name: str) -> None:
        """Change the retarget profile."""
        self.request(pb.ControlRequest(set_profile=pb.SetProfileRequest(name=name)))

    def calibrate(self, step: str = "neutral", name: str = "", *, centre: bool = True) -> str:
        """Measure the face for about a second and use the result.

        Args:
            step: neutral, smile, brows_up, jaw_open, blink or pucker.
            name: to keep it under; empty for this run only.
            centre: whether head and gaze at rest become straight.

        Returns:
            The name of the calibration that is now in use.

        Raises:
            ConfigError: not a step.
        """
        number = next((n for n, known in CALIBRATION_STEPS.items() if n and known == step), None)
        if number is None:
            steps = ", ".join(dict.fromkeys(CALIBRATION_STEPS.values()))
            raise ConfigError(f"expected a step of {steps}, got {step!r}")
        return self._calibration(
            pb.CalibrateRequest(
                name=name,
                action=pb.CALIBRATION_ACTION_MEASURE,
                step=pb.CalibrationStep.Name(number),
                keep_head=not centre,
            )
        )

    def use_calibration(self, name: str) -> str:
        """Use a saved calibration; gives the name of the one in use."""
        return self._calibration(pb.CalibrateRequest(name=name, action=pb.CALIBRATION_ACTION_USE))

    def undo_calibration(self) -> str:
        """Go back to what was in use before; gives its name, empty for none."""
        return self._calibration(pb.CalibrateRequest(action=pb.CALIBRATION_ACTION_UNDO))

    def clear_calibration(self) -> None:
        """Use no calibration."""
        self._calibration(pb.CalibrateRequest(action=pb.CALIBRATION_ACTION_CLEAR))

    def _calibration(self, asked: pb.CalibrateRequest) -> str:
        return self.request(pb.ControlRequest(calibrate=asked)).calibrate.name

    def map(
        self, action_units: Mapping[str, float], emotions: Mapping[str, float] | None = None
    ) -> Blendshapes:
        """Weights for action units and emotions, by name, each in [0, 1]."""
        asked = pb.MapRequest(action_units=dict(action_units), emotions=dict(emotions or {}))
        answer = self.request(pb.ControlRequest(map=asked))
        try:
            return Blendshapes(np.array(list(answer.map.blendshapes), np.float32))
        except ValueError as error:
            raise WireError(f"map: {error}") from error

    def analyze(self, image: bytes) -> tuple[ReceivedFace, ...]:
        """The faces of a JPEG or PNG file."""
        answer = self.request(pb.ControlRequest(analyze=pb.AnalyzeRequest(image=image)))
        return tuple(read_face(face) for face in answer.analyze.faces)

    def start_recording(self, name: str = "") -> Path:
        """Record what is published; gives the file, on the server's machine."""
        asked = pb.StartRecordingRequest(name=name)
        answer = self.request(pb.ControlRequest(start_recording=asked))
        return Path(answer.start_recording.path)

    def stop_recording(self) -> TakeResult:
        """End the recording; the file is on the server's machine."""
        answer = self.request(pb.ControlRequest(stop_recording=pb.StopRecordingRequest()))
        stopped = answer.stop_recording
        return TakeResult(Path(stopped.path), stopped.frames, stopped.dropped)

    def settings(self) -> Settings:
        """How the server is set."""
        answer = self.request(pb.ControlRequest(get_settings=pb.GetSettingsRequest()))
        return read_settings(answer.get_settings)

    def change_settings(
        self, source: str | None = None, mirror: bool | None = None, smoothing: str | None = None
    ) -> None:
        """Set what is not None; the stream goes on."""
        asked = pb.ChangeSettingsRequest(source=source, smoothing=smoothing)
        if mirror is not None:
            asked.mirror = mirror
        self.request(pb.ControlRequest(change_settings=asked))

    def set_sink(self, name: str, on: bool, options: Mapping[str, str] | None = None) -> SinkState:
        """Turn an output on or off; gives how it is then."""
        asked = pb.SetSinkRequest(name=name, on=on, options=dict(options or {}))
        return read_sink(self.request(pb.ControlRequest(set_sink=asked)).set_sink.sink)

    def edit_profile(
        self,
        changes: Mapping[str, ShapeResponse] | None = None,
        *,
        save_as: str = "",
        reset: bool = False,
    ) -> str:
        """Change how shapes answer; gives the file, on the server's machine, or nothing."""
        responses = {name: response_message(said) for name, said in (changes or {}).items()}
        asked = pb.EditProfileRequest(responses=responses, save_as=save_as, reset=reset)
        return self.request(pb.ControlRequest(edit_profile=asked)).edit_profile.path

    def preview(self, ask: PreviewAsk) -> PreviewPicture:
        """One made picture, apart from the stream."""
        head = ask.kind is ImageKind.HEAD
        asked = pb.PreviewRequest(
            face_id=ask.face_id,
            image=ask.image,
            emotion=ask.emotion,
            intensity=ask.intensity,
            action_units=dict(ask.action_units),
            kind=face_pb2.IMAGE_KIND_HEAD if head else face_pb2.IMAGE_KIND_GENERATED,
            net=ask.net,
        )
        answer = self.request(pb.ControlRequest(preview=asked))
        return read_picture(answer.preview.image).picture

    def set_preview(self, settings: PreviewSettings) -> None:
        """Change what topic `preview` shows."""
        self.request(pb.ControlRequest(set_preview=preview_message(settings)))

    def request(self, request: pb.ControlRequest) -> pb.ControlResponse:
        """Ask anything; version and number are filled in here.

        Raises:
            WireError: no answer in time, or one that is not ours.
            RequestRefusedError: the answer is an error.
        """
        self._last_id += 1
        request.schema_version = SCHEMA_VERSION
        request.request_id = self._last_id
        deadline_ns = self._clock.now_ns() + round(self._timeout_s * NS_PER_S)
        self._wait(zmq.POLLOUT, deadline_ns)
        try:
            self._socket.send(request.SerializeToString(), zmq.NOBLOCK)
        except zmq.Again as error:
            raise WireError(f"expected a server at {self._address}, got none") from error
        while True:
            self._wait(zmq.POLLIN, deadline_ns)
            response = parse(pb.ControlResponse, self._socket.recv(zmq.NOBLOCK))
            expect_version(response.schema_version)
            if response.HasField("error") and response.request_id in (0, self._last_id):
                code = response.error.code
                name = pb.ErrorCode.Name(code) if code in pb.ErrorCode.values() else str(code)
                raise RequestRefusedError(name.removeprefix("ERROR_CODE_"), response.error.message)
            if response.request_id == self._last_id:
                return self._expected(request, response)
            # else the late answer to a request that was given up

    def close(self) -> None:
        """Disconnect; never waits."""
        self._socket.close()
        self._context.term()

    def _wait(self, event: int, deadline_ns: int) -> None:
        left_ms = math.ceil((deadline_ns - self._clock.now_ns()) / NS_PER_MS)
        if left_ms < 0 or not self._socket.poll(left_ms, event):
            raise WireError(
                f"expected an answer from {self._address} within {self._timeout_s} s, got none"
            )

    @staticmethod
    def _expected(request: pb.ControlRequest, response: pb.ControlResponse) -> pb.ControlResponse:
        asked, got = request.WhichOneof("body"), response.WhichOneof("body")
        if asked != got:
            raise WireError(f"expected an answer to {asked}, got one to {got}")
        return response
