"""A phone's stream in, any sink out: through the translator, and through a whole bridge."""

import socket
import struct
import threading
from dataclasses import replace

import numpy as np
import pytest
from builders import make_motion
from scipy.spatial.transform import Rotation
from take_rig import free_udp_port, full_state

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build, build_retargeter
from avatar_bridge.capture.states.base import Reading
from avatar_bridge.capture.states.ifacialmocap import IFacialMocapDecoder
from avatar_bridge.capture.states.livelink import LiveLinkDecoder
from avatar_bridge.capture.states.vmc import VmcDecoder
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import Config, LossConfig, SourceConfig, WireConfig
from avatar_bridge.control.client import ControlClient, RequestRefusedError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, Capability
from avatar_bridge.sinks import ifacialmocap, livelink, vmc
from avatar_bridge.sinks.memory import MemorySink
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.translator import Translator
from avatar_bridge.types import FaceState, Gaze, HeadPose, Motion


@pytest.fixture
def translator() -> Translator:
    return Translator(build_retargeter("arkit", ()), LossConfig(hold_s=0.3, decay_s=0.7))


def jaw(state: FaceState) -> float:
    return float(state.blendshapes.weights[BLENDSHAPE_INDEX["jawOpen"]])


def test_a_reading_goes_through_to_the_bit(translator):
    given = full_state(3)
    for n in range(3):
        motion = Motion(full_state(n).blendshapes, given.head_pose, given.gaze)
        (state,) = translator.process(Reading(n, n * 16_000_000, motion))
        assert state.blendshapes.weights.tobytes() == motion.blendshapes.weights.tobytes()
        assert state.head_pose.orientation.tobytes() == given.head_pose.orientation.tobytes()
        assert (state.frame_index, state.captured_ns) == (n, n * 16_000_000)
        assert (state.face_id, state.tracked, state.confidence) == (1, True, 1.0)


def test_a_lost_face_holds_then_fades(translator):
    translator.process(Reading(0, 0, make_motion(jawOpen=0.8)))
    held, half, gone = (
        translator.process(Reading(n, round(at * NS_PER_S), None))[0]
        for n, at in ((1, 0.25), (2, 0.65), (3, 1.1))
    )
    assert jaw(held) == pytest.approx(0.8)
    assert jaw(half) == pytest.approx(0.4)
    assert jaw(gone) == 0.0
    assert [state.tracked for state in (held, half, gone)] == [False] * 3
    assert held.confidence == 0.0


def test_nothing_is_said_before_the_first_reading(translator):
    assert translator.idle(5) == ()
    (state,) = translator.process(Reading(0, 5, None))
    assert (state.face_id, state.tracked) == (0, False)


def test_the_profiles_targets_are_driven():
    translator = Translator(build_retargeter("vrm1", ()), LossConfig())
    (state,) = translator.process(Reading(0, 0, make_motion(eyeBlinkLeft=1.0, eyeBlinkRight=1.0)))
    names = translator.retargeter.target_names
    assert state.targets[names.index("blinkLeft")] > 0.5


@pytest.mark.parametrize("kind", ["livelink", "vmc", "ifacialmocap"])
def test_what_a_sink_sends_comes_back(kind):
    """Our own outputs are read as what they say: the same conventions on both sides."""
    state = _calm()
    packets, decoder = _sent(kind, state)
    sightings = [decoder.decode(packet, 0) for packet in packets]
    motion = next(sighting for sighting in sightings if sighting)[1]
    weights = 0.006 if kind == "ifacialmocap" else 0.0  # whole hundredths
    assert motion.blendshapes.weights == pytest.approx(state.blendshapes.weights, abs=weights)
    assert motion.head_pose.orientation == pytest.approx(state.head_pose.orientation, abs=1e-5)
    assert motion.gaze.left == pytest.approx(state.gaze.left, abs=2e-3)
    assert motion.gaze.right == pytest.approx(state.gaze.right, abs=2e-3)


def _calm() -> FaceState:
    """A face that looks somewhere, its head turned about all axes."""
    turned = Rotation.from_euler("YXZ", (0.4, -0.2, 0.1)).as_quat()
    eyes = Gaze(np.array([0.2, -0.1]), np.array([0.1, 0.15]))
    pose = HeadPose(np.array([0.1, 0.0, -0.5]), turned)
    return replace(full_state(1), tracked=True, head_pose=pose, gaze=eyes)


def _sent(kind: str, state: FaceState):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(2)
        port = str(receiver.getsockname()[1])
        clock = SystemClock()
        if kind == "livelink":
            sink, decoder = livelink.create(clock, port=port), LiveLinkDecoder()
        elif kind == "vmc":
            sink, decoder = vmc.create(clock, port=port), VmcDecoder()
        else:
            sink = ifacialmocap.create(clock, to=f"127.0.0.1:{port}")
            decoder = IFacialMocapDecoder()
        sink.publish(state)
        sink.close()
        packets = []
        receiver.settimeout(0.2)
        try:
            while True:
                packets.append(receiver.recv(65_535))
        except TimeoutError:
            return packets, decoder


def _phone(jaw_open: float) -> bytes:
    values = [0.0] * 61
    values[BLENDSHAPE_INDEX["jawOpen"]] = jaw_open
    return (
        b"\x06" + bytes(8) + struct.pack(">ifii", 0, 0.0, 60, 1) + struct.pack(">B61f", 61, *values)
    )


def test_a_whole_bridge_translates_fades_and_answers():
    port = free_udp_port()
    config = Config(
        source=SourceConfig(uri=f"livelink:127.0.0.1:{port}"),
        wire=WireConfig(publish="", control="tcp://127.0.0.1:*"),
        loss=LossConfig(hold_s=0.05, decay_s=0.1),
    )
    sink = MemorySink()
    bridge = Bridge(build(config, SystemClock(), (sink,)))
    running = threading.Thread(target=bridge.run)
    running.start()
    waited = threading.Event()
    try:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone,
            ControlClient(bridge.control_address, SystemClock()) as client,
        ):
            for _ in range(500):
                phone.sendto(b"noise", ("127.0.0.1", port))
                phone.sendto(_phone(0.75), ("127.0.0.1", port))
                if sink.states:
                    break
                waited.wait(0.01)
            for _ in range(500):  # silence: the stream goes on and fades
                if sink.states and not sink.states[-1].tracked and jaw(sink.states[-1]) == 0.0:
                    break
                waited.wait(0.01)
            info = client.info()
            with pytest.raises(RequestRefusedError, match="expected a source of pictures"):
                client.analyze(b"picture")
            with pytest.raises(RequestRefusedError, match="expected a source of pictures"):
                client.calibrate()
    finally:
        bridge.stop()
        running.join(5)
    assert jaw(sink.states[0]) == 0.75
    assert jaw(sink.states[-1]) == 0.0
    assert not sink.states[-1].tracked
    assert (info.model, info.action_units) == ("", ())
    assert set(info.capabilities) == {Capability.MEASURED}
    assert bridge.reader == f"translating livelink 127.0.0.1:{port}"


def test_a_translator_makes_no_stages():
    telemetry = Telemetry(SystemClock())
    translator = Translator(build_retargeter("arkit", ()), LossConfig())
    translator.process(Reading(0, 0, make_motion()))
    translator.close()
    assert telemetry.snapshot("").stages == ()
