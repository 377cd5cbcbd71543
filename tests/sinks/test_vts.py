"""VTube Studio, with a small one in its place that follows its API's documentation."""

import json
import logging
import threading
from contextlib import suppress
from dataclasses import replace

import pytest
from builders import make_state
from sink_rig import LOOPBACK, lost, posed, until
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.vts import SHAPES, VtsSink, injection, tracking_values

TOKEN = "f00"
DEFAULTS = {
    "FaceAngleX": (-30, 30), "FaceAngleY": (-30, 30), "FaceAngleZ": (-90, 90),
    "FacePositionX": (-15, 15), "FacePositionY": (-15, 15), "MouthSmile": (0, 1),
    "MouthOpen": (0, 1), "Brows": (0, 1), "EyeOpenLeft": (0, 1), "EyeLeftX": (-1, 1),
    "MousePositionX": (-1, 1),
}  # fmt: skip


class FakeStudio:
    """One VTube Studio.

    Attributes:
        allows: whether its user does.
        controlled: whether another plugin feeds the parameters.
        requests: all that came, by type.
        values: what was injected last.
    """

    def __init__(self) -> None:
        self.allows = True
        self.controlled = False
        self.requests: list[tuple[str, dict]] = []
        self.values: dict[str, float] = {}
        self.face_found: bool | None = None
        self._custom: dict[str, tuple[float, float]] = {}
        self._server = serve(self._talk, LOOPBACK, 0)
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.requests]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _talk(self, connection) -> None:
        admitted = False
        with suppress(ConnectionClosed):
            for text in connection:
                request = json.loads(text)
                assert request["apiName"] == "VTubeStudioPublicAPI"
                assert request["apiVersion"] == "1.0"
                kind, data = request["messageType"], request["data"]
                self.requests.append((kind, data))
                if kind not in ("AuthenticationRequest", "AuthenticationTokenRequest"):
                    assert admitted, "error 8: requires authentication"
                answer = self._answer(kind, data)
                admitted = admitted or bool(answer.get("authenticated"))
                failed = "errorID" in answer
                connection.send(json.dumps({
                    "apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0", "timestamp": 1,
                    "requestID": request["requestID"], "data": answer,
                    "messageType": "APIError" if failed else kind.replace("Request", "Response"),
                }))  # fmt: skip

    def _answer(self, kind: str, data: dict) -> dict:
        if kind.startswith("Authentication"):
            assert 3 <= len(data["pluginName"]) <= 32
            assert 3 <= len(data["pluginDeveloper"]) <= 32
        if kind == "AuthenticationTokenRequest":
            if self.allows:
                return {"authenticationToken": TOKEN}
            return {"errorID": 50, "message": "User has denied API access for your plugin."}
        if kind == "AuthenticationRequest":
            return {"authenticated": data["authenticationToken"] == TOKEN, "reason": ""}
        if kind == "ParameterCreationRequest":
            name = data["parameterName"]
            assert name.isalnum()
            assert 4 <= len(name) <= 32
            assert len(data["explanation"]) < 256
            self._custom[name] = (data["min"], data["max"])
            assert len(self._custom) <= 100
            return {"parameterName": name}
        if kind == "InputParameterListRequest":
            return {
                "modelLoaded": True,
                "defaultParameters": [_listed(*each) for each in DEFAULTS.items()],
                "customParameters": [_listed(*each) for each in self._custom.items()],
            }
        assert kind == "InjectParameterDataRequest"
        if self.controlled:
            return {"errorID": 454, "message": "controlled by another plugin"}
        self.face_found = data["faceFound"]
        assert data["mode"] == "set"
        self.values = {each["id"]: each["value"] for each in data["parameterValues"]}
        assert self.values.keys() <= DEFAULTS.keys() | self._custom.keys(), "error 453"
        return {}


def _listed(name: str, limits: tuple[float, float]) -> dict:
    least, most = limits
    return {"name": name, "value": 0, "min": least, "max": most, "defaultValue": 0}


@pytest.fixture
def studio():
    opened = FakeStudio()
    yield opened
    opened.close()


@pytest.fixture
def opened(tmp_path):
    sinks = []

    def open_sink(port: int, **options):
        options = {"shapes": True, "pause_s": 0.01} | options
        sinks.append(VtsSink(f"ws://{LOOPBACK}:{port}", tmp_path / "t.json", 1, **options))
        return sinks[-1]

    yield open_sink
    for sink in sinks:
        sink.close()


def test_a_request_is_as_documented(studio, opened):
    sink = opened(studio.port)
    state = posed(left=10, up=5, jawOpen=0.5)
    until(lambda: studio.face_found is True, lambda: sink.publish(state))
    kind, data = studio.requests[-1]
    assert kind == "InjectParameterDataRequest"
    assert list(data) == ["faceFound", "mode", "parameterValues"]
    assert data["parameterValues"][:2] == [
        {"id": "FaceAngleX", "value": -10.0},
        {"id": "FaceAngleY", "value": 5.0},
    ]
    assert studio.values["AbJawOpen"] == 0.5
    assert set(SHAPES) <= studio.values.keys()
    assert "MousePositionX" not in studio.values  # listed, but not ours to move
    assert "TongueOut" not in studio.values  # ours to move, but not listed
    until(lambda: studio.face_found is False, lambda: sink.publish(lost(state)))


def test_the_user_is_asked_once(studio, opened, tmp_path, caplog):
    first = opened(studio.port)
    until(lambda: bool(studio.values), lambda: first.publish(make_state()))
    assert studio.kinds()[:2] == ["AuthenticationTokenRequest", "AuthenticationRequest"]
    assert "allow Avatar Bridge" in caplog.text
    first.close()
    stored = tmp_path / "t.json"
    assert json.loads(stored.read_text()) == {f"ws://{LOOPBACK}:{studio.port}": TOKEN}
    assert stored.stat().st_mode & 0o077 == 0
    studio.values, studio.requests = {}, []
    again = opened(studio.port)
    until(lambda: bool(studio.values), lambda: again.publish(make_state()))
    assert studio.kinds()[:2] == ["AuthenticationRequest", "ParameterCreationRequest"]


def test_a_token_that_is_no_longer_good_is_asked_for_anew(studio, opened, tmp_path):
    (tmp_path / "t.json").write_text(json.dumps({f"ws://{LOOPBACK}:{studio.port}": "old"}))
    sink = opened(studio.port)
    until(lambda: bool(studio.values), lambda: sink.publish(make_state()))
    assert studio.kinds()[:2] == ["AuthenticationRequest", "AuthenticationTokenRequest"]


def test_a_no_is_taken_for_an_answer(studio, opened, caplog):
    studio.allows = False
    sink = opened(studio.port)
    until(lambda: "did not allow" in caplog.text, lambda: sink.publish(make_state()))
    assert studio.kinds() == ["AuthenticationTokenRequest"]


def test_another_plugin_is_waited_for(studio, opened, caplog):
    studio.controlled = True
    sink = opened(studio.port)
    state = make_state(jawOpen=1.0)
    injections = "InjectParameterDataRequest"
    until(lambda: studio.kinds().count(injections) > 2, lambda: sink.publish(state))
    assert caplog.text.count("another plugin") == 1
    studio.controlled = False
    until(lambda: bool(studio.values), lambda: sink.publish(state))


def test_it_may_come_later_and_go(studio, opened, caplog):
    port = studio.port
    studio.close()
    with caplog.at_level(logging.WARNING):
        sink = opened(port)
        until(lambda: "does not answer" in caplog.text, lambda: sink.publish(make_state()))
        sink.close()
    assert len(caplog.records) == 1


def test_an_answer_that_is_none_is_said_once_and_tried_again(studio, opened, caplog, monkeypatch):
    monkeypatch.setattr(studio, "_answer", lambda kind, data: {})
    opened(studio.port)
    until(lambda: studio.kinds().count("AuthenticationTokenRequest") > 2)
    assert caplog.text.count("trying again") == 1


@pytest.mark.parametrize("said", ["[]", "nobody", "[" * 5000, '{"requestID": "1", "data": [1]}'])
def test_another_program_at_its_port_is_one_line(opened, caplog, said):
    def talk(connection) -> None:
        with suppress(ConnectionClosed):
            for _ in connection:
                connection.send(said)

    with serve(talk, LOOPBACK, 0) as other:
        serving = threading.Thread(target=other.serve_forever)
        serving.start()
        sink = opened(other.socket.getsockname()[1])
        until(lambda: "trying again" in caplog.text)
        sink.close()
        other.shutdown()
        serving.join()
    assert "got another" in caplog.text


def test_a_face_that_stands_still_is_sent_again_in_time(studio, opened, monkeypatch):
    monkeypatch.setattr("avatar_bridge.sinks.vts.REPEAT_S", 0.01)
    sink = opened(studio.port, shapes=False)
    sink.publish(make_state())
    until(lambda: studio.kinds().count("InjectParameterDataRequest") > 2)


def test_publishing_never_waits(opened):
    sink = opened(1)  # nobody is there
    state = make_state()
    for _ in range(1000):
        sink.publish(state)


# Like a mirror: positive to the subject's right, upward, toward the subject's right shoulder.
@pytest.mark.parametrize(
    ("pose", "expected"),
    [
        ({"left": 20}, {"FaceAngleX": -20.0}),
        ({"up": 20}, {"FaceAngleY": 20.0}),
        ({"tilt": 20}, {"FaceAngleZ": -20.0}),
        ({"eyes": (15, 0)}, {"EyeLeftX": -0.5, "EyeRightX": -0.5}),
        ({"eyes": (0, 15)}, {"EyeLeftY": 0.5, "EyeRightY": 0.5}),
        ({"position": (0.1, 0.05, -0.5)}, {"FacePositionX": -10.0, "FacePositionY": 5.0}),
        ({"mouthRight": 0.5}, {"MouthX": 0.5}),
        ({"mouthSmileLeft": 1.0, "mouthSmileRight": 1.0}, {"MouthSmile": 1.0}),
        ({"mouthFrownLeft": 1.0, "mouthFrownRight": 1.0}, {"MouthSmile": 0.0}),
        ({"eyeBlinkLeft": 1.0}, {"EyeOpenLeft": 0.0}),
        ({"eyeWideRight": 1.0}, {"EyeOpenRight": 1.0}),
        ({"browDownLeft": 1.0}, {"BrowLeftY": 0.0, "Brows": 0.25}),
        ({"browInnerUp": 1.0, "browOuterUpLeft": 1.0}, {"BrowLeftY": 1.0, "Brows": 0.875}),
    ],
)
def test_the_parameters(pose, expected):
    rest = dict.fromkeys(("FaceAngleX", "FaceAngleY", "FaceAngleZ", "MouthX"), 0.0)
    rest |= {"MouthSmile": 0.5, "EyeOpenLeft": 0.75, "EyeOpenRight": 0.75}
    got = tracking_values(posed(**pose))
    wanted = rest | expected
    assert {name: got[name] for name in wanted} == pytest.approx(wanted, abs=1e-4)


def test_values_are_held_in_the_ranges_that_are_listed():
    data = injection(posed(left=50), {"FaceAngleX": (-30, 30), "MouthOpen": (0, 1)}, shapes=True)
    assert data["parameterValues"] == [
        {"id": "FaceAngleX", "value": -30},
        {"id": "MouthOpen", "value": 0.0},
    ]


def test_only_the_chosen_face_goes_out(studio, opened):
    sink = opened(studio.port)
    sink.publish(replace(make_state(jawOpen=1.0), face_id=2))
    until(lambda: bool(studio.values), lambda: sink.publish(make_state()))
    assert studio.values["AbJawOpen"] == 0.0


def test_a_bad_option_is_said_in_one_line():
    with pytest.raises(ConfigError, match="vts: shapes: expected true or false, got 'no'"):
        SINKS.create("vts", ManualClock(), shapes="no")
