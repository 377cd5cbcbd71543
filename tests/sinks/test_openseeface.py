"""OpenSeeFace against its layout and against a receiver that reads as its Unity script does."""

import struct
from dataclasses import dataclass

import numpy as np
import pytest
from builders import make_points, make_state
from scipy.spatial.transform import Rotation
from sink_rig import lost, posed

from avatar_bridge.clock import ManualClock
from avatar_bridge.sinks import SINKS
from avatar_bridge.sinks.openseeface import FEATURES, UNITS

SIZE = 1785


@dataclass
class Face:
    """What a receiver takes from one record."""

    time: float
    id: int
    size: tuple[float, float]
    right_open: float
    left_open: float
    success: bool
    quaternion: np.ndarray
    rotation: np.ndarray  # degrees, as the script mends them
    translation: np.ndarray
    confidence: np.ndarray
    points: np.ndarray
    points_3d: np.ndarray
    features: dict[str, float]


def parse(record: bytes) -> Face:
    """Field by field at the documented offsets; signs are mended as the script does."""
    assert len(record) == SIZE

    def floats(at: int, count: int) -> np.ndarray:
        return np.frombuffer(record, "<f4", count, at)

    x, y, z = floats(49, 3)
    euler = np.array([x, -y, z])  # its vectors have y turned round
    tx, ty, tz = floats(61, 3)
    points_3d = floats(889, 210).reshape(70, 3) * (1, -1, 1)
    return Face(
        time=struct.unpack_from("<d", record, 0)[0],
        id=struct.unpack_from("<i", record, 8)[0],
        size=tuple(floats(12, 2)),
        right_open=float(floats(20, 1)[0]),
        left_open=float(floats(24, 1)[0]),
        success=record[28] == 1,
        quaternion=floats(33, 4),
        rotation=np.array([np.fmod(-(euler[0] + 180), 360), euler[1], euler[2] - 90]),
        translation=np.array([-ty, tx, -tz]),
        confidence=floats(73, 68),
        points=floats(345, 136).reshape(68, 2),
        points_3d=points_3d,
        features=dict(zip(FEATURES, floats(1729, 14).tolist(), strict=True)),
    )


@pytest.fixture
def face(receiver):
    """What a receiver gets of a state."""
    sink = SINKS.create("openseeface", ManualClock(), port=str(receiver.port))

    def send(state) -> Face:
        sink.publish(state)
        return parse(receiver.take())

    yield send
    sink.close()


def test_the_bytes_are_those_of_the_layout(receiver):
    sink = SINKS.create("openseeface", ManualClock(), port=str(receiver.port))
    sink.publish(make_state(face_id=3, captured_ns=2_500_000_000, eyeBlinkRight=0.25))
    record = receiver.take()
    assert len(record) == SIZE
    head = struct.pack("<di4fBf", 2.5, 2, 640, 480, 0.75, 1.0, 1, 0.0)
    assert record[:33] == head
    assert record[73:345] == struct.pack("<68f", *[0.9] * 68)
    points = make_points()
    assert record[345:353] == struct.pack("<2f", *points[0])
    assert record[345 + 8 * 66 : 345 + 8 * 68] == struct.pack("<4f", *points[68], *points[69])
    root = np.sqrt(0.5)
    assert np.abs(struct.unpack("<4f", record[33:49])) == pytest.approx([root, root, 0, 0])
    assert struct.unpack("<3f", record[49:61]) == pytest.approx([-180, 0, 90])
    nose = [-0.0321 * UNITS, 0, (0.0464 - 0.5) * UNITS]
    assert struct.unpack("<3f", record[61:73]) == pytest.approx(nose, abs=1e-5)
    assert record[1729:] == struct.pack("<14f", 0, -0.25, *[0] * 12)
    sink.close()


def test_the_mouth_is_in_openseeface_s_order(face):
    points, ours = face(make_state()).points, make_points()
    assert points[48:53] == pytest.approx(ours[49:54])  # the upper lip
    assert points[53:58] == pytest.approx(ours[55:60])  # the lower lip
    assert points[[58, 62]] == pytest.approx(ours[[48, 54]])  # its corners
    assert points[59:62] == pytest.approx(ours[61:64])
    assert points[63:66] == pytest.approx(ours[65:68])


def test_a_lost_face_has_no_success(face):
    got = face(lost(make_state()))
    assert not got.success
    assert not got.points.any()
    assert not got.points_3d.any()


# What OpenSeeFace itself sends of such a head, from its own fit of its own head's points: its
# angles near (180, 0, 90) grow so. Its script makes (-(x + 180), -y, z - 90) of them.
@pytest.mark.parametrize(
    ("pose", "expected"),
    [
        ({}, (0, 0, 0)),
        ({"left": 20}, (0, -20, 0)),
        ({"up": 20}, (20, 0, 0)),
        ({"up": -20}, (-20, 0, 0)),
        ({"tilt": 20}, (0, 0, -20)),
    ],
)
def test_the_head_s_signs(face, pose, expected):
    assert face(posed(**pose)).rotation == pytest.approx(expected, abs=1e-2)


def test_quaternion_and_angles_are_of_one_turn(face):
    got = face(posed(left=15, up=-10, tilt=5))
    x, y, z = got.rotation  # by the script, of which these are what was sent
    sent = Rotation.from_euler("xyz", (-x - 180, -y, z + 90), degrees=True)
    assert (Rotation.from_quat(got.quaternion) * sent).magnitude() == pytest.approx(0, abs=1e-4)


def test_the_pose_lays_the_points_in_space_on_the_image(face):
    got = face(posed(left=15, up=10, tilt=5, position=(0.02, 0.03, -0.5)))
    turn = Rotation.from_quat(got.quaternion).inv()  # of the head's axes into the camera's
    right, up, away = got.translation
    head = got.points_3d[:66] * (1, 1, -1)  # the packet has z turned round
    row, column, depth = turn.apply(head).T + np.array([[up], [-right], [-away]])
    width, height = got.size
    assert column / depth * width + width / 2 == pytest.approx(got.points[:66, 0], abs=0.05)
    assert row / depth * width + height / 2 == pytest.approx(got.points[:66, 1], abs=0.05)


@pytest.mark.parametrize(("eyes", "axis", "sign"), [((20, 0), 0, -1), ((0, 20), 1, 1)])
def test_the_irises_look_where_the_eyes_do(face, eyes, axis, sign):
    points = face(posed(eyes=eyes)).points_3d
    for iris, centre in ((66, 68), (67, 69)):
        looks = points[iris] - points[centre]
        assert looks[axis] == pytest.approx(sign * 0.012 * UNITS * np.sin(np.radians(20)), rel=1e-3)


def test_the_features_follow_the_blendshapes(face):
    got = face(make_state(eyeBlinkLeft=1.0, browDownRight=0.5, mouthSmileLeft=0.4, jawOpen=0.6))
    assert got.features == pytest.approx(
        {
            **dict.fromkeys(FEATURES, 0.0),
            "eye_l": -1.0,
            "eyebrow_steepness_r": -0.5,
            "eyebrow_updown_r": -0.5,
            "mouth_corner_updown_l": -0.4,
            "mouth_corner_inout_l": 0.4,
            "mouth_open": 0.6,
            "mouth_wide": 0.2,
        }
    )
    assert got.left_open == 0.0
