"""VTube Studio: feeds its tracking parameters over its public API.

WebSocket, JSON. https://github.com/DenchiSoft/VTubeStudio. VTube Studio asks its user once
whether the bridge may; the token that it gives is kept in the user's config folder.

Of VTube Studio's own parameters those go out that it lists, held in the ranges that it lists.
Beside them the 52 go out as parameters of the bridge's own, `AbJawOpen` and so on, which a
model's maker can choose as inputs.

**Convention:** angles in degrees. VTube Studio behaves like a mirror: FaceAngleX, EyeLeftX,
EyeRightX and MouthX are positive to the subject's right, FaceAngleZ toward the subject's right
shoulder, FacePositionX to the subject's right in centimetres; FaceAngleY, FacePositionY and the
eyes' Y are positive upward. An eye's 1 is 30°. Brows and MouthSmile are 0.5 at rest, an open eye
is 0.75.
**Convention (lost):** `faceFound` is false, and values decay to rest.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from avatar_bridge.clock import Clock
from avatar_bridge.errors import SinkError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.geometry import head_angles
from avatar_bridge.mailbox import Empty
from avatar_bridge.paths import config_folder, write_whole
from avatar_bridge.sinks import options
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.guard import FIRST_PAUSE_S
from avatar_bridge.sinks.worker import Finished, Worker
from avatar_bridge.types import FaceState

PORT = 8001
API = {"apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0"}
PLUGIN = {"pluginName": "Avatar Bridge", "pluginDeveloper": "avatar-bridge"}
TOKENS = "vts_tokens.json"
PREFIX = "Ab"
SHAPES: tuple[str, ...] = tuple(PREFIX + name[0].upper() + name[1:] for name in BLENDSHAPES)

REPEAT_S = 0.5  # VTube Studio forgets a parameter that is not sent for a second
ANSWER_S = 5.0
GOODBYE_S = 0.5
LISTEN_S = 0.2  # between two looks at whether to close, while the user makes up their mind
EYE_RANGE = math.radians(30)

# https://github.com/DenchiSoft/VTubeStudio/blob/master/Files/ErrorID.cs
DENIED = 50
CONTROLLED_BY_OTHER = 454

Ranges = Mapping[str, tuple[float, float]]


class VtsSink(QuietSink):
    """Feeds one face, from a thread of its own.

    Args:
        address: of VTube Studio, `ws://…`.
        tokens: file in which tokens are kept, by address.
        face: which face.
        shapes: whether the 52 go out as parameters of the bridge's own.
        pause_s: before the first new attempt, once VTube Studio is lost.
    """

    def __init__(
        self, address: str, tokens: Path, face: int, *, shapes: bool, pause_s: float = FIRST_PAUSE_S
    ) -> None:
        self._address = address
        self._tokens = tokens
        self._face = face
        self._shapes = shapes
        self._pause_s = pause_s
        self._worker: Worker[FaceState] = Worker("vts", self._session, pause_s)

    def publish(self, state: FaceState) -> None:
        if options.is_of(state.face_id, self._face):
            self._worker.newest.put(state)

    @property
    def state(self) -> str:
        """Whether its receiver takes what is sent, for people."""
        return self._worker.state

    def close(self) -> None:
        self._worker.close()

    def _session(self, worker: Worker[FaceState]) -> None:
        try:
            with connect(
                self._address,
                open_timeout=ANSWER_S,
                close_timeout=0.5,
                proxy=None,
                compression=None,
            ) as socket:
                talk = _Talk(socket, worker)
                self._authenticate(talk)
                self._feed(talk, worker)
        except WebSocketException as error:
            raise SinkError(f"VTube Studio at {self._address} is lost: {error}") from error
        except OSError as error:
            raise SinkError(
                f"VTube Studio does not answer at {self._address}: start it and allow plugins"
            ) from error

    def _authenticate(self, talk: "_Talk") -> None:
        token = self._read_tokens().get(self._address)
        if token and _admitted(talk, token):
            return
        talk.worker.warn("allow Avatar Bridge in VTube Studio's window")
        given = talk.ask("AuthenticationTokenRequest", PLUGIN, patient=True)
        token = given.get("authenticationToken")
        if not isinstance(token, str) or not _admitted(talk, token):
            raise SinkError("VTube Studio refuses the token that it gave")
        self._keep(token)

    def _feed(self, talk: "_Talk", worker: Worker[FaceState]) -> None:
        if self._shapes:
            for name, shape in zip(SHAPES, BLENDSHAPES, strict=True):
                talk.ask("ParameterCreationRequest", {
                    "parameterName": name, "explanation": f"ARKit's {shape}, from Avatar Bridge",
                    "min": 0.0, "max": 1.0, "defaultValue": 0.0,
                })  # fmt: skip
        ranges = _ranges(talk.ask("InputParameterListRequest", {}))
        worker.reached()
        state: FaceState | None = None
        contested = False
        while True:
            taken = worker.newest.take(REPEAT_S)
            if taken is Empty.ENDED:
                return
            state = taken if isinstance(taken, FaceState) else state
            if state is None:
                continue
            try:
                talk.ask("InjectParameterDataRequest", injection(state, ranges, self._shapes))
                contested = False
            except _RefusedError as error:
                if error.number != CONTROLLED_BY_OTHER:
                    raise
                if not contested:
                    worker.warn("another plugin feeds the same parameters: end one of the two")
                contested = True
                worker.closing.wait(self._pause_s)

    def _read_tokens(self) -> dict[str, str]:
        try:
            stored = json.loads(self._tokens.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def _keep(self, token: str) -> None:
        text = json.dumps({**self._read_tokens(), self._address: token}, indent=2)
        try:
            write_whole(self._tokens, text + "\n")
            self._tokens.chmod(0o600)
        except OSError as error:
            self._worker.warn(f"the token cannot be kept in {self._tokens}: {error.strerror}")


class _RefusedError(SinkError):
    """VTube Studio answered with an error."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(f"VTube Studio refuses (error {number}): {text}")
        self.number = number


class _Talk:
    """Requests and their answers over one connection."""

    def __init__(self, socket: ClientConnection, worker: Worker[FaceState]) -> None:
        self.worker = worker
        self._socket = socket
        self._asked = 0

    def ask(self, kind: str, data: Mapping[str, Any], *, patient: bool = False) -> dict[str, Any]:
        """The data of the answer.

        Args:
            kind: of the request.
            data: of the request.
            patient: whether a person answers, who may take any time.

        Raises:
            SinkError: an error for an answer, or none in time.
            Finished: the person does not allow it, or the sink is closing.
        """
        self._asked += 1
        request = {**API, "requestID": str(self._asked), "messageType": kind, "data": data}
        self._socket.send(json.dumps(request))
        waits = ANSWER_S
        while patient or waits > 0:
            if self.worker.closing.is_set():
                raise Finished("closed")
            try:
                answer = _read(self._socket.recv(LISTEN_S))
            except TimeoutError:
                waits -= LISTEN_S
                continue
            if answer.get("requestID") == str(self._asked):
                return self._checked(answer)
        raise SinkError(f"VTube Studio does not answer a {kind}")

    def _checked(self, answer: dict[str, Any]) -> dict[str, Any]:
        data = answer.get("data") or {}
        if not isinstance(data, dict):
            raise SinkError("VTube Studio: expected an answer with data, got another")
        if answer.get("messageType") != "APIError":
            return data
        number = data.get("errorID", -1)
        if number == DENIED:
            raise Finished("VTube Studio's user did not allow it; start again to be asked again")
        raise _RefusedError(number, str(data.get("message", "")))


def _read(message: str | bytes) -> dict[str, Any]:
    """A message of its API.

    Raises:
        SinkError: another program answers there.
    """
    try:
        said = json.loads(message)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise SinkError("expected VTube Studio, got another program's answer")
    return said


def _admitted(talk: _Talk, token: str) -> bool:
    answer = talk.ask("AuthenticationRequest", {**PLUGIN, "authenticationToken": token})
    return bool(answer.get("authenticated"))


def injection(state: FaceState, ranges: Ranges, shapes: bool) -> dict[str, Any]:
    """The data of one request that sets the parameters.

    Args:
        state: of the face.
        ranges: least and largest value of the parameters that there are.
        shapes: whether the bridge's own are set, too.
    """
    values = tracking_values(state)
    if shapes:
        values |= dict(zip(SHAPES, state.blendshapes.weights.tolist(), strict=True))
    return {
        "faceFound": state.tracked,
        "mode": "set",
        "parameterValues": [
            {"id": name, "value": round(max(ranges[name][0], min(value, ranges[name][1])), 4)}
            for name, value in values.items()
            if name in ranges
        ],
    }


def tracking_values(state: FaceState) -> dict[str, float]:
    """VTube Studio's own parameters, before they are held in its ranges."""
    w = dict(zip(BLENDSHAPES, state.blendshapes.weights.tolist(), strict=True))
    yaw, pitch, roll = (math.degrees(angle) for angle in head_angles(state.head_pose))
    x, y, _ = state.head_pose.position.tolist()
    (left_yaw, left_pitch), (right_yaw, right_pitch) = (
        eye.tolist() for eye in (state.gaze.left, state.gaze.right)
    )
    smile = (w["mouthSmileLeft"] + w["mouthSmileRight"]) / 2
    frown = (w["mouthFrownLeft"] + w["mouthFrownRight"]) / 2
    brows = {
        side: 0.5 + ((w["browInnerUp"] + w[f"browOuterUp{side}"]) / 2 - w[f"browDown{side}"]) / 2
        for side in ("Left", "Right")
    }
    return {
        "FaceAngleX": -yaw,
        "FaceAngleY": pitch,
        "FaceAngleZ": -roll,
        "FacePositionX": -100 * x,
        "FacePositionY": 100 * y,
        "MouthSmile": 0.5 + (smile - frown) / 2,
        "MouthOpen": w["jawOpen"] * (1 - w["mouthClose"]),
        "MouthX": w["mouthRight"] - w["mouthLeft"],
        "Brows": (brows["Left"] + brows["Right"]) / 2,
        "BrowLeftY": brows["Left"],
        "BrowRightY": brows["Right"],
        "EyeOpenLeft": 0.75 * (1 - w["eyeBlinkLeft"]) + 0.25 * w["eyeWideLeft"],
        "EyeOpenRight": 0.75 * (1 - w["eyeBlinkRight"]) + 0.25 * w["eyeWideRight"],
        "EyeLeftX": -left_yaw / EYE_RANGE,
        "EyeLeftY": left_pitch / EYE_RANGE,
        "EyeRightX": -right_yaw / EYE_RANGE,
        "EyeRightY": right_pitch / EYE_RANGE,
        "TongueOut": w["tongueOut"],
        "CheekPuff": w["cheekPuff"],
        "FaceAngry": float(state.emotions.probabilities[EMOTION_INDEX["anger"]]),
    }


def _ranges(listed: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Least and largest value by name, from an InputParameterListResponse."""
    try:
        both = [*listed.get("defaultParameters", ()), *listed.get("customParameters", ())]
        return {each["name"]: (float(each["min"]), float(each["max"])) for each in both}
    except (KeyError, TypeError, ValueError) as error:
        raise SinkError("VTube Studio: expected parameters with ranges, got others") from error


def create(
    clock: Clock,
    *,
    host: str = options.LOOPBACK,
    port: str = str(PORT),
    shapes: str = "true",
    face: str = "1",
) -> VtsSink:
    """Feed VTube Studio; it may be started later.

    Args:
        clock: not needed.
        host: where VTube Studio runs.
        port: of its API.
        shapes: "false" leaves the bridge's own parameters out.
        face: which face goes out.

    Raises:
        ConfigError: an option that cannot be used.
    """
    address = f"ws://{f'[{host}]' if ':' in host else host}:{options.port('vts', port)}"
    return VtsSink(
        address,
        config_folder() / TOKENS,
        options.face("vts", face),
        shapes=options.flag("vts", "shapes", shapes),
    )
