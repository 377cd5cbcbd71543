"""VMC: messages built byte by byte, frames that end with Apply, and Unity's signs."""

import contextlib
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.capture.states.vmc import VmcDecoder
from avatar_bridge.errors import WireError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability

NOW_NS = 7_000


def text(value: str) -> bytes:
    data = value.encode() + b"\0"
    return data + bytes(-len(data) % 4)


def osc(address: str, *values: object) -> bytes:
    """One OSC 1.0 message: address, type tags, big-endian arguments, each padded to four bytes."""
    tags, data = ",", b""
    for value in values:
        if isinstance(value, str):
            tags, data = tags + "s", data + text(value)
        elif isinstance(value, float):
            tags, data = tags + "f", data + struct.pack(">f", value)
        else:
            tags, data = tags + "i", data + struct.pack(">i", value)
    return text(address) + text(tags) + data


def bundle(*messages: bytes) -> bytes:
    elements = b"".join(len(each).to_bytes(4, "big") + each for each in messages)
    return b"#bundle\0" + (1).to_bytes(8, "big") + elements


def shape(name: str, value: object) -> bytes:
    return osc("/VMC/Ext/Blend/Val", name, value)


def bone(name: str, x: float, y: float, z: float, w: float) -> bytes:
    return osc("/VMC/Ext/Bone/Pos", name, 0.0, 0.0, 0.0, x, y, z, w)


APPLY = osc("/VMC/Ext/Blend/Apply")


def read(*messages: bytes):
    return VmcDecoder().decode(bundle(*messages, APPLY), NOW_NS)[1]


def turned(axis: int, angle: float) -> tuple[float, float, float, float]:
    """A quaternion about one of Unity's axes."""
    parts = [0.0, 0.0, 0.0, math.cos(angle / 2)]
    parts[axis] = math.sin(angle / 2)
    return tuple(parts)


def test_a_frame_is_what_came_until_apply():
    decoder = VmcDecoder()
    assert decoder.decode(shape("JawOpen", 0.5), NOW_NS) is None
    assert decoder.decode(bundle(shape("mouthSmile_L", 0.25)), NOW_NS) is None
    captured_ns, motion = decoder.decode(APPLY, NOW_NS)
    assert captured_ns == NOW_NS
    weights = motion.blendshapes.weights
    assert weights[BLENDSHAPE_INDEX["jawOpen"]] == np.float32(0.5)
    assert weights[BLENDSHAPE_INDEX["mouthSmileLeft"]] == np.float32(0.25)
    assert weights.sum() == np.float32(0.75)


@pytest.mark.parametrize(
    "name",
    ["eyeBlinkLeft", "EyeBlinkLeft", "eyeBlink_L", "EYE_BLINK_LEFT", "Face.M_F.EyeBlinkLeft"],
)
def test_spellings_of_a_name(name):
    assert read(shape(name, 1.0)).blendshapes.weights[0] == 1.0


def test_only_what_is_heard_counts_as_measured():
    decoder = VmcDecoder()
    decoder.decode(bundle(shape("TongueOut", 0.0), shape("Joy", 1.0)), NOW_NS)
    measured = [way is Capability.MEASURED for way in decoder.capabilities]
    assert measured == [index == 51 for index in range(52)]


def test_signs_of_the_head():
    """An avatar at rest faces Unity's +z, its left at -x; here its left is at +x."""

    def axis(which: tuple[float, float, float], quaternion) -> np.ndarray:
        pose = read(bone("Head", *quaternion)).head_pose
        return Rotation.from_quat(pose.orientation).apply(which)

    assert axis((0, 0, 1), turned(0, 0.3))[1] < 0  # about x: downward
    assert axis((0, 0, 1), turned(1, 0.3))[0] < 0  # about y: to the right
    assert axis((1, 0, 0), turned(2, 0.3))[1] < 0  # about z: Unity's x goes up, so the left down


def test_the_neck_carries_the_head():
    motion = read(bone("Neck", *turned(1, 0.2)), bone("Head", *turned(1, 0.3)))
    angles = Rotation.from_quat(motion.head_pose.orientation).as_euler("YXZ")
    assert angles == pytest.approx([-0.5, 0.0, 0.0], abs=1e-6)


def test_signs_of_the_eyes():
    gaze = read(bone("LeftEye", *turned(1, 0.2)), bone("RightEye", *turned(0, 0.1))).gaze
    assert gaze.left == pytest.approx([-0.2, 0.0], abs=1e-6)
    assert gaze.right == pytest.approx([0.0, -0.1], abs=1e-6)


def test_a_performer_that_sees_no_face_says_so():
    assert read(osc("/VMC/Ext/OK", 1, 3, 0, 0)) is None
    assert read(osc("/VMC/Ext/OK", 1, 3, 0, 1)) is not None
    assert read(osc("/VMC/Ext/OK", 1)) is not None


def test_what_is_not_for_faces_is_passed_over():
    assert read(osc("/VMC/Ext/Root/Pos", "root", *[0.0] * 7), osc("/x", "y", 1)) is not None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"noise",
        bundle(shape("JawOpen", 1.0))[:30],
        bundle(shape("JawOpen", math.nan), APPLY),
        bundle(bone("Head", 0.0, 0.0, 0.0, 0.0), APPLY),
        bundle(bone("Head", math.inf, 0.0, 0.0, 0.0), APPLY),
        bundle(osc("/VMC/Ext/Bone/Pos", "Head", 0.0, 0.0, 0.0, "a", "b", "c", "d"), APPLY),
    ],
)
def test_what_is_not_of_the_protocol_is_our_error(data):
    with pytest.raises(WireError):
        VmcDecoder().decode(data, NOW_NS)


@given(st.binary(max_size=200), st.integers(0, 120))
def test_no_bytes_do_more_than_raise_our_error(noise, at):
    decoder = VmcDecoder()
    damaged = bytearray(bundle(shape("JawOpen", 0.5), bone("Head", 0.0, 0.0, 0.0, 1.0), APPLY))
    damaged[at : at + len(noise)] = noise
    for data in (noise, bytes(damaged), b"#bundle\0" + noise):
        try:
            decoder.decode(data, NOW_NS)
        except (WireError, ValueError):
            continue


def test_a_sender_cannot_fill_the_terminal(caplog) -> None:
    decoder = VmcDecoder()
    unknown = text("/VMC/Ext/Blend/Val") + text(",sZQf") + text("JawOpen") + struct.pack(">f", 0.5)
    for packet in (unknown, bundle(b"neither"), b"#bundle\0" + bytes(8) + bytes(4) + b"x" * 8):
        with contextlib.suppress(WireError):
            decoder.decode(packet, NOW_NS)
    assert caplog.records == []
