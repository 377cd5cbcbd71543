"""VMC against its layout and against python-osc's dispatcher, in the receiver's place."""

import struct

import numpy as np
import pytest
from builders import make_state
from pythonosc.dispatcher import Dispatcher
from scipy.spatial.transform import Rotation
from sink_rig import lost, posed, stream

from avatar_bridge.clock import ManualClock
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.vmc import NECK_SHARE

LONGEST = 1500  # bytes of a bundle, by the specification


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(5_000_000_000)


@pytest.fixture
def sink(receiver, clock):
    opened = SINKS.create("vmc", clock, port=str(receiver.port))
    yield opened
    opened.close()


def osc_string(text: str) -> bytes:
    packed = text.encode() + b"\0"
    return packed + b"\0" * (-len(packed) % 4)


def element(address: str, tags: str, arguments: bytes) -> bytes:
    body = osc_string(address) + osc_string("," + tags) + arguments
    return struct.pack(">i", len(body)) + body


def bone(name: str, *numbers: float) -> bytes:
    return element(
        "/VMC/Ext/Bone/Pos", "s" + "f" * 7, osc_string(name) + struct.pack(">7f", *numbers)
    )


def blend(name: str, value: float) -> bytes:
    return element("/VMC/Ext/Blend/Val", "sf", osc_string(name) + struct.pack(">f", value))


def heard(receiver, datagrams=None) -> list[tuple]:
    """Messages as a receiver's dispatcher gets them."""
    got: list[tuple] = []
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *arguments: got.append((address, *arguments)))
    for datagram in datagrams or receiver.rest():
        dispatcher.call_handlers_for_packet(datagram, ("127.0.0.1", 1))
    return got


def bones(receiver) -> dict[str, Rotation]:
    return {
        message[1]: Rotation.from_quat(message[5:])
        for message in heard(receiver)
        if message[0] == "/VMC/Ext/Bone/Pos"
    }


def test_the_bytes_are_those_of_the_layout(sink, receiver, clock):
    clock.sleep(1.5)
    sink.publish(make_state(jawOpen=0.5))
    datagrams = receiver.rest()
    head = b"#bundle\0" + struct.pack(">Q", 1)
    assert all(datagram.startswith(head) and len(datagram) <= LONGEST for datagram in datagrams)
    elements = [
        element("/VMC/Ext/OK", "iiii", struct.pack(">4i", 1, 3, 0, 1)),
        element("/VMC/Ext/T", "f", struct.pack(">f", 1.5)),
        *(bone(name, 0, 0, 0, 0, 0, 0, 1) for name in ("Neck", "Head", "LeftEye", "RightEye")),
        *(blend(name[0].upper() + name[1:], 0.5 * (name == "jawOpen")) for name in BLENDSHAPES),
        element("/VMC/Ext/Blend/Apply", "", b""),
    ]
    got = b"".join(datagram[len(head) :] for datagram in datagrams)
    assert got == b"".join(elements)


def test_a_receiver_gets_all_52_and_then_apply(sink, receiver):
    sink.publish(make_state(mouthSmileLeft=0.25, tongueOut=1.0))
    messages = heard(receiver)
    values = {message[1]: message[2] for message in messages if message[0].endswith("Blend/Val")}
    assert len(values) == 52
    assert (values["MouthSmileLeft"], values["TongueOut"], values["JawOpen"]) == (0.25, 1.0, 0.0)
    assert messages[-1] == ("/VMC/Ext/Blend/Apply",)


def test_a_vrm_target_goes_out_under_both_names(sink, receiver):
    sink.describe(stream(targets=("happy", "A", "EyeLidLeft")))
    state = make_state()
    object.__setattr__(state, "targets", np.array([0.1, 0.2, 0.3], np.float32))
    sink.publish(state)
    values = {m[1]: m[2] for m in heard(receiver) if m[0].endswith("Blend/Val")}
    assert values["happy"] == values["Joy"] == pytest.approx(0.1)
    assert values["A"] == values["aa"] == pytest.approx(0.2)
    assert values["EyeLidLeft"] == pytest.approx(0.3)


def test_a_lost_face_is_said_in_ok(sink, receiver):
    sink.publish(lost(make_state()))
    assert heard(receiver)[0] == ("/VMC/Ext/OK", 1, 3, 0, 0)


# Unity: left-handed, x to the avatar's right, y up, z out of the face. Euler angles there: x
# positive looks down, y positive turns to the own right, z positive lifts the own right side.
@pytest.mark.parametrize(
    ("pose", "expected"),
    [
        ({"left": 20}, (0, -20, 0)),
        ({"up": 20}, (-20, 0, 0)),
        ({"tilt": 20}, (0, 0, 20)),
    ],
)
def test_the_head_turns_as_the_subject_does(sink, receiver, pose, expected):
    sink.publish(posed(**pose))
    turned = bones(receiver)
    neck, head = (turned[name].as_rotvec(degrees=True) for name in ("Neck", "Head"))
    assert neck + head == pytest.approx(expected, abs=1e-3)
    assert neck == pytest.approx([NECK_SHARE * angle for angle in expected], abs=1e-3)


@pytest.mark.parametrize(("eyes", "expected"), [((15, 0), (0, -15, 0)), ((0, 15), (-15, 0, 0))])
def test_the_eyes_turn_as_the_subject_s_do(sink, receiver, eyes, expected):
    sink.publish(posed(eyes=eyes))
    turned = bones(receiver)
    for name in ("LeftEye", "RightEye"):
        assert turned[name].as_rotvec(degrees=True) == pytest.approx(expected, abs=1e-3)


def test_only_the_chosen_face_goes_out(receiver):
    sink = SINKS.create("vmc", ManualClock(), port=str(receiver.port), face="2")
    sink.publish(make_state(face_id=1))
    assert not receiver.rest()
    sink.publish(make_state(face_id=2))
    assert receiver.rest()
    sink.close()
