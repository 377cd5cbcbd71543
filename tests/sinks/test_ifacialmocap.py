"""iFacialMocap, asked as a program on the PC asks the phone."""

import pytest
from builders import make_state
from sink_rig import lost, posed

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.sinks import SINKS

HANDSHAKE = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
V2 = HANDSHAKE + b"|sendDataVersion=v2"

# The sample of the specification: what its own eyes do.
SAMPLE_EYES = {"rightEye": (6.0297494, 2.4403017, 0.25649446)}


def parse(frame: bytes, separator: str) -> tuple[dict[str, int], dict[str, tuple[float, ...]]]:
    """Shapes and turns, as a receiver reads them."""
    shapes, _, rest = frame.decode("ascii").partition("|=")
    values = {}
    for entry in shapes.split("|"):
        name, value = entry.split(separator)
        values[name] = int(value)
    assert rest.endswith("|")
    turns = {}
    for entry in rest.removesuffix("|").split("|"):
        name, _, numbers = entry.partition("#")
        turns[name] = tuple(float(number) for number in numbers.split(","))
    return values, turns


@pytest.fixture
def sink(receiver):
    opened = SINKS.create("ifacialmocap", ManualClock(), port="0", reply=str(receiver.port))
    yield opened
    opened.close()


def test_the_bytes_are_those_of_the_layout(receiver):
    to = f"127.0.0.1:{receiver.port}"
    sink = SINKS.create("ifacialmocap", ManualClock(), to=to, version="v1")
    sink.publish(posed(mouthSmileRight=0.12, jawLeft=1.0, position=(0.25, -0.5, -0.75)))
    zeros = "0.000000,0.000000,0.000000"
    shapes = (
        "mouthSmile_R-12|eyeLookOut_L-0|mouthUpperUp_L-0|eyeWide_R-0|mouthClose-0|mouthPucker-0|"
        "mouthRollLower-0|eyeBlink_R-0|eyeLookDown_L-0|cheekSquint_R-0|eyeBlink_L-0|tongueOut-0|"
        "jawRight-0|eyeLookIn_R-0|cheekSquint_L-0|mouthDimple_L-0|mouthPress_L-0|eyeSquint_L-0|"
        "mouthRight-0|mouthShrugLower-0|eyeLookUp_R-0|eyeLookOut_R-0|mouthPress_R-0|cheekPuff-0|"
        "jawForward-0|mouthLowerDown_L-0|mouthFrown_L-0|mouthShrugUpper-0|browOuterUp_L-0|"
        "browInnerUp-0|mouthDimple_R-0|browDown_R-0|mouthUpperUp_R-0|mouthRollUpper-0|"
        "mouthFunnel-0|mouthStretch_R-0|mouthFrown_R-0|eyeLookDown_R-0|jawOpen-0|jawLeft-100|"
        "browDown_L-0|mouthSmile_L-0|noseSneer_R-0|mouthLowerDown_R-0|noseSneer_L-0|eyeWide_L-0|"
        "mouthStretch_L-0|browOuterUp_R-0|eyeLookIn_L-0|eyeSquint_R-0|eyeLookUp_L-0|mouthLeft-0|"
    )
    head = f"=head#{zeros},0.250000,-0.500000,-0.750000|"
    assert receiver.take().decode() == f"{shapes}{head}rightEye#{zeros}|leftEye#{zeros}|"
    sink.close()


@pytest.mark.parametrize(("greeting", "separator"), [(HANDSHAKE, "-"), (V2, "&")])
def test_a_program_that_greets_gets_frames(sink, receiver, greeting, separator):
    sink.publish(make_state(jawOpen=0.5))
    assert not receiver.rest()
    receiver.say(greeting, sink.port)
    sink.publish(make_state(jawOpen=0.5, browOuterUpLeft=1.0))
    values, turns = parse(receiver.take(), separator)
    assert len(values) == len(BLENDSHAPES)
    assert (values["jawOpen"], values["browOuterUp_L"], values["browOuterUp_R"]) == (50, 100, 0)
    assert [len(turns[name]) for name in ("head", "rightEye", "leftEye")] == [6, 3, 3]
    sink.publish(lost(make_state()))
    assert parse(receiver.take(), separator)[0]["jawOpen"] == 0


def test_a_receiver_out_of_reach_costs_the_others_nothing(sink, receiver):
    sink._receivers["255.255.255.255", 9] = "v1"  # which the network refuses
    receiver.say(HANDSHAKE, sink.port)
    for _ in range(2):
        sink.publish(make_state())
        assert parse(receiver.take(), "-")


def test_what_is_no_greeting_gets_nothing(sink, receiver):
    receiver.say(b"hello", sink.port)
    sink.publish(make_state())
    assert not receiver.rest()


def test_an_answer_may_go_to_the_port_that_asked(receiver):
    sink = SINKS.create("ifacialmocap", ManualClock(), port="0", reply="0")
    receiver.say(V2, sink.port)
    sink.publish(make_state())
    assert receiver.take().startswith(b"mouthSmile_R&0|")
    sink.close()


# x downward, y to the subject's left, z toward the subject's right shoulder.
@pytest.mark.parametrize(
    ("pose", "expected"),
    [({"left": 20}, (0, 20, 0)), ({"up": 20}, (-20, 0, 0)), ({"tilt": 20}, (0, 0, -20))],
)
def test_the_head_s_signs(sink, receiver, pose, expected):
    receiver.say(V2, sink.port)
    sink.publish(posed(**pose))
    assert parse(receiver.take(), "&")[1]["head"][:3] == pytest.approx(expected, abs=1e-3)


def test_the_eyes_are_those_of_the_specification_s_sample(sink, receiver):
    down, left, roll = SAMPLE_EYES["rightEye"]
    receiver.say(V2, sink.port)
    sink.publish(posed(eyes=(left, -down)))
    got = parse(receiver.take(), "&")[1]["rightEye"]
    assert got == pytest.approx((down, left, roll), abs=1e-3)


def test_a_taken_port_is_said_in_one_line(sink):
    with pytest.raises(SinkError, match=f"ifacialmocap: UDP port {sink.port} of 127.0.0.1 cannot"):
        SINKS.create("ifacialmocap", ManualClock(), port=str(sink.port))


def test_other_machines_are_kept_out_unless_asked_for():
    with pytest.raises(ConfigError, match="insecure=true"):
        SINKS.create("ifacialmocap", ManualClock(), host="0.0.0.0", port="0")
    SINKS.create("ifacialmocap", ManualClock(), host="0.0.0.0", port="0", insecure="true").close()
