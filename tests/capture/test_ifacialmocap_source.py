"""iFacialMocap: the phone's text in both versions, its signs, and the handshake."""

import socket

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from avatar_bridge.capture.states import ifacialmocap
from avatar_bridge.capture.states.ifacialmocap import HANDSHAKE, IFacialMocapDecoder, create
from avatar_bridge.clock import ManualClock, SystemClock
from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability

NOW_NS = 7_000
AT_REST = "|=head#0,0,0,0,0,0|rightEye#0,0,0|leftEye#0,0,0|"


def read(said: str):
    return IFacialMocapDecoder().decode(said.encode(), NOW_NS)[1]


def turned(**angles: str):
    parts = {"head": "0,0,0,0,0,0", "rightEye": "0,0,0", "leftEye": "0,0,0"} | angles
    return read("jawOpen&0|=" + "".join(f"{name}#{text}|" for name, text in parts.items()))


@pytest.mark.parametrize("separator", ["-", "&"])
def test_weights_of_both_versions(separator):
    weights = read(
        f"mouthSmile_R{separator}50|browInnerUp{separator}7|unheardOf{separator}9{AT_REST}"
    ).blendshapes.weights
    assert weights[BLENDSHAPE_INDEX["mouthSmileRight"]] == np.float32(0.5)
    assert weights[BLENDSHAPE_INDEX["browInnerUp"]] == np.float32(0.07)
    assert weights.sum() == pytest.approx(0.57)


def test_a_weight_below_nothing_is_nothing():
    assert read(f"jawOpen--3|tongueOut&130{AT_REST}").blendshapes.weights.sum() == 1.0


def test_only_what_is_heard_counts_as_measured():
    decoder = IFacialMocapDecoder()
    decoder.decode(f"eyeBlink_L-0{AT_REST}".encode(), NOW_NS)
    assert [way is Capability.MEASURED for way in decoder.capabilities] == [True] + [False] * 51


def test_signs_of_the_head():
    """Out of the face is +z, to the subject's left +x, up +y: see `types`."""

    def axis(which: tuple[float, float, float], text: str) -> np.ndarray:
        pose = turned(head=text).head_pose
        return Rotation.from_quat(pose.orientation).apply(which)

    assert axis((0, 0, 1), "20,0,0,0,0,0")[1] < 0  # x: downward
    assert axis((0, 0, 1), "0,20,0,0,0,0")[0] > 0  # y: to the subject's left
    assert axis((1, 0, 0), "0,0,20,0,0,0")[1] > 0  # z: the right ear toward the right shoulder


def test_signs_of_the_eyes():
    gaze = turned(leftEye="6,3,0", rightEye="-6,0,0").gaze
    assert np.degrees(gaze.left) == pytest.approx([3.0, -6.0], abs=0.02)
    assert np.degrees(gaze.right) == pytest.approx([0.0, 6.0], abs=0.02)


def test_the_place_of_the_head_as_far_as_it_makes_sense():
    assert turned(head="0,0,0,0.1,0.2,-0.4").head_pose.position == pytest.approx([0.1, 0.2, -0.4])
    assert not turned(head="0,0,0,900,0,0").head_pose.position.any()
    assert not turned(head="0,0,0").head_pose.position.any()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hello",
        "=head#0,0,0,0,0,0|",
        "jawOpen-50|",
        f"jawOpen-{'9' * 400}{AT_REST}",
        "jawOpen-5|=head#a,b,c|",
        "jawOpen-5|=head#nan,0,0|",
        "jawOpen-5|=leftEye#inf,0,0|",
    ],
)
def test_what_is_not_of_the_app_is_our_error(said):
    with pytest.raises(WireError):
        read(said)


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_raise_our_error(noise):
    for data in (noise, b"jawOpen-5|=head#" + noise, b"jawOpen-5|" + noise + AT_REST.encode()):
        try:
            IFacialMocapDecoder().decode(data, NOW_NS)
        except (WireError, ValueError):
            continue


def test_the_phone_is_asked_and_asked_again_while_it_says_nothing(monkeypatch):
    clock = ManualClock()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(2)
        monkeypatch.setattr(ifacialmocap, "PORT", 0)
        source = create(f"127.0.0.1:{phone.getsockname()[1]}", clock)
        assert phone.recvfrom(200)[0] == HANDSHAKE
        clock.sleep(1.5)
        here = ("127.0.0.1", source.port)
        phone.sendto(f"jawOpen&100{AT_REST}".encode(), here)
        assert source.read().motion.blendshapes.weights.sum() == 1.0
        assert phone.recvfrom(200)[0] == HANDSHAKE
        source.close()


@pytest.mark.parametrize(
    "target", ["", " ", "a b", "phone:x", "phone:99999", "phone:0", "phone:²", "-x", "/dev/null"]
)
def test_no_address_of_a_phone(target):
    with pytest.raises(CaptureError, match="expected ifacialmocap:ADDRESS"):
        create(target, SystemClock())
