"""Live Link Face: packets built by hand from the layout, and the app's own signs."""

import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.capture.states.livelink import LiveLinkDecoder
from avatar_bridge.clock import NS_PER_S
from avatar_bridge.errors import WireError
from avatar_bridge.export.livelink_csv import app_head
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability

NOW_NS = 1_000 * NS_PER_S


def packet(
    values: list[float] | None,
    device: bytes = b"D" * 36,
    frame: int = 600,
    rate: tuple[int, int] = (60, 1),
) -> bytes:
    """Byte by byte as the layout says."""
    head = b"\x06" + len(device).to_bytes(4, "big") + device
    head += (5).to_bytes(4, "big") + b"phone"
    head += frame.to_bytes(4, "big", signed=True) + struct.pack(">f", 0.25)
    head += b"".join(part.to_bytes(4, "big", signed=True) for part in rate)
    if values is None:
        return head
    return head + bytes([len(values)]) + b"".join(struct.pack(">f", value) for value in values)


def motion(**at: float):
    values = [0.0] * 61
    for index, value in at.items():
        values[int(index[1:])] = value
    return LiveLinkDecoder().decode(packet(values), NOW_NS)[1]


def test_the_layout_has_the_documented_size():
    assert len(packet([0.0] * 61)) == 306 + len(b"phone")


def test_the_52_come_in_canonical_order_to_the_bit():
    values = np.random.default_rng(3).random(61).astype(np.float32)
    read = LiveLinkDecoder().decode(packet(values.tolist()), NOW_NS)[1]
    assert read.blendshapes.weights.tobytes() == values[:52].tobytes()


def test_a_weight_beyond_its_range_is_taken_as_its_end():
    weights = motion(_0=1.0001, _17=-0.2).blendshapes.weights
    assert (weights[BLENDSHAPE_INDEX["eyeBlinkLeft"]], weights[BLENDSHAPE_INDEX["jawOpen"]]) == (
        1,
        0,
    )


def test_signs_of_the_head():
    """Out of the face is +z, to the subject's left +x, up +y: see `types`."""

    def face_axis(axis: tuple[float, float, float], **at: float):
        return Rotation.from_quat(motion(**at).head_pose.orientation).apply(axis)

    assert face_axis((0, 0, 1), _52=0.3)[0] < 0  # yaw: to the subject's right
    assert face_axis((0, 0, 1), _53=0.3)[1] < 0  # pitch: downward
    assert face_axis((1, 0, 0), _54=0.3)[1] < 0  # roll: the left ear toward the left shoulder


def test_the_head_is_what_the_writer_of_takes_would_write():
    angles = (0.4, -0.3, 0.2)
    read = motion(_52=angles[0], _53=angles[1], _54=angles[2])
    assert app_head(read.head_pose) == pytest.approx(angles, abs=1e-6)


def test_signs_of_the_eyes():
    gaze = motion(_55=0.2, _56=0.1, _58=-0.2).gaze
    assert gaze.left == pytest.approx([-0.2, -0.1], abs=1e-6)
    assert gaze.right == pytest.approx([0.2, 0.0], abs=1e-6)


def test_a_packet_that_ends_before_the_count_sees_no_face():
    assert LiveLinkDecoder().decode(packet(None), NOW_NS)[1] is None


@pytest.mark.parametrize("device", [b"", b"x", b"D" * 36, "Ä".encode() * 40])
def test_any_length_of_the_devices_id(device):
    assert LiveLinkDecoder().decode(packet([0.5] * 61, device), NOW_NS)[1] is not None


def test_the_rate_is_the_packets():
    decoder = LiveLinkDecoder()
    decoder.decode(packet([0.0] * 61, rate=(30_000, 1_001)), NOW_NS)
    assert decoder.fps == pytest.approx(29.97, abs=0.001)
    assert set(decoder.capabilities) == {Capability.MEASURED}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "expected Live Link Face version 6, got "),
        (b"\x05" + packet([0.0] * 61)[1:], "version 6, got 05"),
        (packet([0.0] * 60), "expected 61 values at byte 66, got 60"),
        (packet([0.0] * 61)[:-1], "expected 61 values at byte 66, got 61 in 310 bytes"),
        (packet([math.nan] * 61), "expected finite values"),
        (b"\x06\xff\xff\xff\xff" + bytes(300), "expected a text of 0 to 256 bytes at byte 1"),
        (b"\x06\x00\x00\x01\x00" + bytes(100), "expected a length at byte 261, got 105 bytes"),
        (packet(None)[:-1], "expected a timecode at byte 50"),
    ],
)
def test_what_is_no_such_packet_is_one_line(data, said):
    with pytest.raises(WireError, match=said):
        LiveLinkDecoder().decode(data, NOW_NS)


@given(st.binary(max_size=400), st.integers(0, 320))
def test_no_bytes_do_more_than_raise_our_error(noise, at):
    decoder = LiveLinkDecoder()
    damaged = bytearray(packet([0.5] * 61))
    damaged[at : at + len(noise)] = noise
    for data in (noise, bytes(damaged), b"\x06" + noise):
        try:
            decoder.decode(data, NOW_NS)
        except (WireError, ValueError):
            continue
