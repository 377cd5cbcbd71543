"""Live Link Face against its layout and against a receiver written from it."""

import struct
from dataclasses import dataclass, replace

import numpy as np
import pytest
from builders import make_state
from sink_rig import lost, posed, stream

from avatar_bridge.clock import ManualClock
from avatar_bridge.errors import ConfigError
from avatar_bridge.export.livelink_csv import app_head, eye_angles
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.sinks import SINKS


@dataclass
class Packet:
    device: str
    subject: str
    frame: int
    subframe: float
    rate: tuple[int, int]
    values: tuple[float, ...] | None


def parse(packet: bytes) -> Packet:
    """As a receiver reads it, to the last byte."""
    at = 0

    def take(form: str) -> tuple:
        nonlocal at
        got = struct.unpack_from(">" + form, packet, at)
        at += struct.calcsize(">" + form)
        return got

    def text() -> str:
        (length,) = take("i")
        return take(f"{length}s")[0].decode()

    assert take("B") == (6,)
    device, subject = text(), text()
    frame, subframe, numerator, denominator = take("ifii")
    values = None
    if at < len(packet):
        (count,) = take("B")
        values = take(f"{count}f")
    assert at == len(packet)
    return Packet(device, subject, frame, subframe, (numerator, denominator), values)


@pytest.fixture
def sink(receiver):
    opened = SINKS.create("livelink", ManualClock(), port=str(receiver.port))
    yield opened
    opened.close()


def test_the_bytes_are_those_of_the_layout(sink, receiver):
    state = make_state(jawOpen=0.5, tongueOut=1.0)
    sink.describe(stream(fps=30))
    sink.publish(state)
    packet = receiver.take()
    assert len(packet) == 306 + len("AvatarBridge")
    assert packet[:5] == b"\x06\x00\x00\x00\x24"
    assert packet[41:57] == b"\x00\x00\x00\x0cAvatarBridge"
    assert packet[57:73] == struct.pack(">ifii", 0, 0.0, 30, 1)
    assert packet[73] == 61
    floats = struct.unpack(">61f", packet[74:])
    expected = np.zeros(61, np.float32)
    expected[[17, 51]] = 0.5, 1.0
    assert np.array(floats, np.float32) == pytest.approx(expected)


def test_a_receiver_reads_face_and_time(sink, receiver):
    sink.describe(stream(fps=60))
    first = make_state(captured_ns=7_000_000_000)
    sink.publish(first)
    sink.publish(replace(first, captured_ns=8_025_000_000))
    parse(receiver.take())
    packet = parse(receiver.take())
    assert (packet.frame, packet.rate) == (61, (60, 1))
    assert packet.subframe == pytest.approx(0.5)
    assert len(packet.device) == 36
    assert packet.values is not None
    assert len(packet.values) == 61


def test_a_lost_face_ends_before_the_count(sink, receiver):
    sink.publish(lost(make_state()))
    packet = receiver.take()
    assert parse(packet).values is None
    assert len(packet) == 306 + 12 - 1 - 61 * 4


# Positive to the subject's right, downward, and toward the subject's left shoulder.
@pytest.mark.parametrize(
    ("pose", "expected"),
    [({"left": 20}, (-20, 0, 0)), ({"up": 20}, (0, -20, 0)), ({"tilt": 20}, (0, 0, 20))],
)
def test_the_head_s_signs(sink, receiver, pose, expected):
    sink.publish(posed(**pose))
    values = parse(receiver.take()).values
    assert np.degrees(values[52:55]) == pytest.approx(expected, abs=1e-3)


def test_all_angles_are_those_of_the_app_s_own_takes(sink, receiver):
    state = posed(left=12, up=-7, tilt=4, eyes=(10, 5))
    sink.publish(state)
    values = parse(receiver.take()).values
    assert values[52:55] == pytest.approx(app_head(state.head_pose), abs=1e-6)
    assert values[55:58] == pytest.approx(eye_angles(state.gaze.left), abs=1e-6)
    assert values[58:61] == pytest.approx(eye_angles(state.gaze.right), abs=1e-6)


def test_every_face_is_a_subject_of_its_own(sink, receiver):
    sink.publish(make_state(face_id=1, jawOpen=0.1))
    sink.publish(make_state(face_id=2, jawOpen=0.2))
    one, two = parse(receiver.take()), parse(receiver.take())
    assert (one.subject, two.subject) == ("AvatarBridge", "AvatarBridge2")
    assert one.device != two.device
    assert two.values[BLENDSHAPE_INDEX["jawOpen"]] == pytest.approx(0.2)


def test_a_subject_needs_a_name(receiver):
    with pytest.raises(ConfigError, match="subject: expected 1 to 64 bytes, got ''"):
        SINKS.create("livelink", ManualClock(), subject="")
