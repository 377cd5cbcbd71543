"""VRChat, with python-osc's dispatcher in its place."""

import struct

import numpy as np
import pytest
from builders import make_state
from pythonosc.dispatcher import Dispatcher
from sink_rig import lost, posed, stream

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError
from avatar_bridge.sinks import SINKS, unified
from avatar_bridge.sinks.unified import PARAMETERS, parameters

V2 = "/avatar/parameters/v2/"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def opened(receiver, clock):
    sinks = []

    def open_sink(**options: str):
        sinks.append(SINKS.create("vrchat", clock, port=str(receiver.port), **options))
        return sinks[-1]

    yield open_sink
    for sink in sinks:
        sink.close()


def heard(receiver) -> dict[str, tuple]:
    got: dict[str, tuple] = {}
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *arguments: got.update({address: arguments}))
    for datagram in receiver.rest():
        assert len(datagram) <= 1472
        dispatcher.call_handlers_for_packet(datagram, ("127.0.0.1", 1))
    return got


def element(address: str, tags: str, arguments: bytes = b"") -> bytes:
    def text(value: str) -> bytes:
        return value.encode() + b"\0" * (4 - len(value) % 4)

    body = text(address) + text("," + tags) + arguments
    return struct.pack(">i", len(body)) + body


def test_the_bytes_of_a_change_are_those_of_the_layout(opened, receiver):
    sink = opened(bits="2")
    sink.publish(make_state())
    receiver.rest()
    sink.publish(make_state(jawRight=0.75))
    packed = struct.pack(">f", 0.75)
    expected = b"#bundle\0" + struct.pack(">Q", 1)
    expected += element(V2 + "JawRight", "f", packed) + element(V2 + "JawRight2", "T")
    expected += element(V2 + "JawX", "f", packed) + element(V2 + "JawX2", "T")
    assert receiver.rest() == [expected]
    sink.publish(make_state(jawLeft=1.0))
    got = heard(receiver)
    assert got[V2 + "JawX"] == (-1.0,)
    assert got[V2 + "JawXNegative"] == (True,)
    assert (got[V2 + "JawX1"], V2 + "JawX2" in got) == ((True,), False)  # 2 was set before


@pytest.mark.parametrize(
    ("value", "bits"),
    [(0.0, "0000"), (0.06, "0000"), (0.07, "1000"), (0.5, "1110"), (0.99, "0111"), (1.0, "1111")],
)
def test_a_binary_is_the_number_rounded_down(opened, receiver, value, bits):
    opened().publish(make_state(jawOpen=value))
    got = heard(receiver)
    assert [got[f"{V2}JawOpen{bit}"] for bit in (1, 2, 4, 8)] == [(b == "1",) for b in bits]


@pytest.mark.parametrize(("value", "shown"), [(0.5, False), (0.51, True)])
def test_a_bool_is_true_above_one_half(opened, receiver, value, shown):
    opened(forms="bool").publish(make_state(jawOpen=value))
    got = heard(receiver)
    assert got[V2 + "JawOpen"] == (shown,)
    assert V2 + "JawOpen1" not in got


def test_only_changes_go_out_and_everything_once_a_second(opened, receiver, clock):
    sink = opened()
    sink.publish(make_state(jawOpen=0.5))
    everything = heard(receiver)
    assert len(everything) > len(PARAMETERS)
    clock.sleep(0.5)
    sink.publish(make_state(jawOpen=0.5))
    assert not receiver.rest()
    clock.sleep(0.5)
    sink.publish(make_state(jawOpen=0.5))
    assert heard(receiver) == everything


def test_a_prefix_and_a_target_of_the_profile(opened, receiver):
    sink = opened(prefix="FT/", forms="float")
    sink.describe(stream(targets=("happy", "EyeLidLeft")))
    state = make_state()
    object.__setattr__(state, "targets", np.array([1.0, 0.3], np.float32))
    sink.publish(state)
    got = heard(receiver)
    assert got["/avatar/parameters/FT/v2/EyeLidLeft"] == (pytest.approx(0.3),)
    assert got["/avatar/parameters/FT/EyeTrackingActive"] == (True,)


def test_a_lost_face_leaves_the_eyes_to_vrchat(opened, receiver):
    sink = opened()
    sink.publish(make_state())
    assert "/tracking/eye/EyesClosedAmount" in heard(receiver)
    sink.publish(lost(posed(eyes=(20, 0), eyeBlinkLeft=1.0)))
    got = heard(receiver)
    for name in ("EyeTrackingActive", "ExpressionTrackingActive", "LipTrackingActive"):
        assert got[f"/avatar/parameters/{name}"] == (False,)
    assert not [address for address in got if address.startswith("/tracking")]


# Pitch positive downward, yaw positive to the subject's right, in degrees; X to the right, Y up.
@pytest.mark.parametrize(
    ("eyes", "turns", "plane"),
    [((20, 0), (0, -20), (-0.36397, 0)), ((0, 20), (-20, 0), (0, 0.36397))],
)
def test_the_eyes_signs(opened, receiver, eyes, turns, plane):
    opened(forms="float").publish(posed(eyes=eyes))
    got = heard(receiver)
    assert got["/tracking/eye/LeftRightPitchYaw"] == pytest.approx((*turns, *turns), abs=1e-4)
    for eye in ("EyeLeft", "EyeRight", "Eye"):
        xy = got[f"{V2}{eye}X"][0], got[f"{V2}{eye}Y"][0]
        assert xy == pytest.approx(plane, abs=1e-4)


def test_the_eyes_may_be_left_alone(opened, receiver):
    opened(eyes="false").publish(make_state())
    assert not [address for address in heard(receiver) if address.startswith("/tracking")]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({}, {"EyeLidLeft": 0.75, "EyeLid": 0.75, "EyeOpen": 1.0, "EyeClosedLeft": 0.0}),
        ({"eyeWideLeft": 1.0}, {"EyeLidLeft": 1.0, "EyeWide": 1.0, "EyeLid": 0.875}),
        ({"eyeBlinkRight": 1.0}, {"EyeLidRight": 0.0, "EyeOpenRight": 0.0, "EyeClosed": 0.5}),
        ({"browDownLeft": 0.8}, {"BrowDownLeft": 0.8, "BrowPinchLeft": 0.8, "BrowDown": 0.4}),
        ({"browInnerUp": 1.0}, {"BrowUpLeft": 0.4, "BrowUp": 0.4, "BrowInnerUpRight": 1.0}),
        ({"browOuterUpLeft": 1.0}, {"BrowUpLeft": 0.6, "BrowUp": 0.3}),
        ({"mouthSmileLeft": 1.0}, {"MouthCornerPullLeft": 1.0, "SmileFrownLeft": 1.0,
                                   "SmileFrown": 0.5, "SmileSadLeft": 1.0}),
        ({"mouthStretchLeft": 0.6, "mouthFrownLeft": 0.2}, {"MouthSadLeft": 0.6,
                                                            "SmileSadLeft": -0.6,
                                                            "SmileFrownLeft": -0.2}),
        ({"jawLeft": 0.5}, {"JawX": -0.5}),
        ({"mouthRight": 0.5}, {"MouthX": 0.5, "MouthUpperRight": 0.5}),
        ({"mouthFunnel": 1.0}, {"LipFunnel": 1.0, "LipSuckFunnelUpper": -1.0}),
        ({"mouthRollLower": 1.0}, {"LipSuckLower": 1.0, "LipSuck": 0.5, "LipSuckLowerLeft": 1.0}),
        ({"cheekPuff": 0.7}, {"CheekPuffLeft": 0.7, "CheekPuffSuck": 0.7}),
        ({"mouthUpperUpLeft": 1.0, "mouthLowerDownRight": 1.0}, {"MouthOpen": 0.5}),
    ],
)  # fmt: skip
def test_unified_expressions(weights, expected):
    values = parameters(make_state(**weights).blendshapes.weights)
    got = dict(zip(PARAMETERS, values.tolist(), strict=True))
    assert {name: got[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_what_is_not_signed_is_never_below_zero():
    rng = np.random.default_rng(0)
    for _ in range(200):
        values = parameters(rng.random(52).astype(np.float32))
        for name, value in zip(PARAMETERS, values, strict=True):
            assert name in unified.SIGNED or value >= -1e-6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"forms": "float+bool"}, "forms: expected float, bool, binary, float"),
        ({"forms": "int"}, "forms: expected .* got 'int'"),
        ({"bits": "9"}, "bits: expected 1 to 7, got '9'"),
        ({"prefix": "a b"}, "prefix: expected a part of an OSC address"),
        ({"port": "none"}, "port: expected 1 to 65535, got 'none'"),
        ({"eyes": "yes"}, "eyes: expected true or false, got 'yes'"),
        ({"face": "0"}, "face: expected 1 to"),
    ],
)
def test_a_bad_option_is_said_in_one_line(options, said):
    with pytest.raises(ConfigError, match=said):
        SINKS.create("vrchat", ManualClock(), **options)
