import dataclasses

import numpy as np
import pytest
from builders import make_state
from hypothesis import given, settings
from hypothesis import strategies as st

from avatar_bridge.errors import WireError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.telemetry import StageTiming, StreamStatus
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import (
    decode_face,
    decode_meta,
    decode_status,
    encode_face,
    encode_meta,
    encode_status,
    face_message,
    meta_message,
)
from avatar_bridge.wire.v1 import face_pb2

HEADER = {"stream_id": "run", "seq": 7, "published_ns": 1_500}
INFO = StreamInfo(
    stream_id="run",
    source="camera 0",
    profile="arkit",
    calibration="mine",
    model="student",
    capabilities=(Capability.MEASURED, Capability.DERIVED) * 25 + (Capability.UNSUPPORTED,) * 2,
    action_units=ACTION_UNIT_NAMES[:9],
    target_fps=30.0,
)
STATUS = StreamStatus(
    fps=29.5,
    stages=(StageTiming("detect", 4.0, 8.0, 16.0, 2),),
    captured=100,
    dropped=3,
    source_state="running",
    tracked_faces=2,
)


@pytest.mark.parametrize("tracked", [True, False])
def test_a_face_comes_back_as_it_went(tracked):
    state = make_state(tracked=tracked, captured_ns=1_000, jawOpen=0.3, tongueOut=1.0)
    received = decode_face(encode_face(state, **HEADER))
    assert (received.stream_id, received.seq, received.published_ns) == ("run", 7, 1_500)
    assert (received.valence, received.arousal) == pytest.approx(state.emotions.valence_arousal)
    back = received.state
    for name in ("frame_index", "captured_ns", "face_id", "tracked", "image_size"):
        assert getattr(back, name) == getattr(state, name)
    assert back.confidence == pytest.approx(state.confidence)
    assert back.landmarks is None
    for get in (
        lambda s: s.blendshapes.weights,
        lambda s: s.action_units.intensities,
        lambda s: s.emotions.probabilities,
        lambda s: s.head_pose.position,
        lambda s: s.head_pose.orientation,
        lambda s: s.gaze.left,
        lambda s: s.gaze.right,
        lambda s: s.box,
    ):
        np.testing.assert_array_equal(get(back), get(state))


def test_a_face_says_it_all_also_at_rest():
    frame = face_message(make_state(tracked=False), **HEADER)
    assert len(frame.blendshapes) == len(BLENDSHAPES)
    assert frame.HasField("head_pose")
    assert frame.HasField("gaze")
    assert frame.HasField("box")


def test_a_number_that_does_not_fit_is_refused():
    with pytest.raises(WireError, match="does not fit"):
        encode_face(make_state(), stream_id="run", seq=-1, published_ns=0)


def _set(path: str, value: float):
    def change(frame: face_pb2.FaceFrame) -> None:
        *parents, name = path.split(".")
        part = frame
        for parent in parents:
            part = getattr(part, parent)
        if name.isdigit():
            part[int(name)] = value
        else:
            setattr(part, name, value)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_set("schema_version", 0), "expected schema version 1, got 0"),
        (_set("schema_version", 2), "expected schema version 1, got 2"),
        (_set("blendshapes.3", float("nan")), "face: Blendshapes: expected finite"),
        (_set("blendshapes.3", 1.5), "Blendshapes: expected 0.0 to 1.0, got"),
        (_set("blendshapes.3", -0.1), "Blendshapes: expected 0.0 to 1.0, got"),
        (lambda f: f.blendshapes.pop(), r"Blendshapes: expected shape \(52,\), got \(51,\)"),
        (lambda f: f.ClearField("blendshapes"), r"expected shape \(52,\), got \(0,\)"),
        (lambda f: f.action_units.append(0.0), "ActionUnits: expected shape"),
        (_set("action_units.0", float("inf")), "ActionUnits: expected finite"),
        (lambda f: f.emotions.pop(), "EmotionScores: expected shape"),
        (_set("emotions.0", 0.5), "EmotionScores: expected a sum of 1, got 1.5"),
        (_set("confidence", 1.5), "confidence: expected 0 to 1, got 1.5"),
        (_set("confidence", float("nan")), "confidence: expected 0 to 1, got nan"),
        (_set("valence", -2.0), "valence: expected -1 to 1, got -2.0"),
        (_set("arousal", float("nan")), "arousal: expected -1 to 1, got nan"),
        (_set("head_pose.qw", 0.0), "HeadPose.orientation: expected length 1, got"),
        (lambda f: f.ClearField("head_pose"), "HeadPose.orientation: expected length 1, got"),
        (_set("head_pose.z", float("-inf")), "HeadPose.position: expected finite"),
        (_set("gaze.left_yaw", float("nan")), "Gaze.left: expected finite"),
        (_set("box.x1", float("nan")), "FaceState.box: expected finite"),
    ],
)
def test_a_face_out_of_bounds_is_refused_in_one_line(change, said):
    frame = face_message(make_state(), **HEADER)
    change(frame)
    with pytest.raises(WireError, match=said) as caught:
        decode_face(topics.join(topics.FACE, frame.SerializeToString()))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"", "expected a topic and 0x00, got 0 bytes"),
        (b"meta\x00", "expected topic face, got meta"),
        (b"face\x00\xff\xff\xff", "expected a FaceFrame, got 3 other bytes"),
        (b"face\x00\x12\x02\xff\xfe", "expected a FaceFrame, got 4 other bytes"),
        (b"face\x00", "expected schema version 1, got 0"),
    ],
)
def test_other_bytes_are_refused(message, said):
    with pytest.raises(WireError, match=said):
        decode_face(message)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_raise_our_error(noise):
    for message in (noise, b"face\x00" + noise, b"face\x00\x08\x01" + noise):
        _survives(message)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_does_more_than_raise_our_error(data):
    message = bytearray(encode_face(make_state(jawOpen=0.5), **HEADER))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    _survives(bytes(message[: data.draw(st.integers(0, len(message)))]))


def _survives(message: bytes) -> None:
    try:
        received = decode_face(message)
    except WireError as error:
        assert "\n" not in str(error)
    else:
        assert np.isfinite(received.state.blendshapes.weights).all()


def test_meta_comes_back_as_it_went():
    assert decode_meta(encode_meta(INFO)) == INFO


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: m.blendshape_names.pop(), "meta: expected 52 blendshapes, got 51"),
        (lambda m: m.blendshape_names.reverse(), r"blendshapes\[0\]: expected eyeBlinkLeft, got"),
        (lambda m: m.action_unit_names.reverse(), r"action units\[0\]: expected AU1, got"),
        (lambda m: m.emotion_names.append("awe"), "expected 7 emotions, got 8"),
        (lambda m: m.capabilities.pop(), "meta: capabilities: expected 52, got 51"),
        (lambda m: m.capabilities.__setitem__(0, 0), "expected a capability of 1 to 3, got 0"),
        (lambda m: m.capabilities.__setitem__(0, 9), "expected a capability of 1 to 3, got 9"),
        (lambda m: setattr(m, "target_fps", float("nan")), "expected a target_fps of 0 or more"),
        (lambda m: setattr(m, "schema_version", 2), "expected schema version 1, got 2"),
    ],
)
def test_another_vocabulary_is_refused(change, said):
    meta = meta_message(INFO)
    change(meta)
    with pytest.raises(WireError, match=said):
        decode_meta(topics.join(topics.META, meta.SerializeToString()))


def test_status_comes_back_as_it_went():
    received = decode_status(encode_status(STATUS, stream_id="run", published_ns=5))
    assert (received.stream_id, received.published_ns, received.status) == ("run", 5, STATUS)


def test_a_status_that_is_not_finite_is_refused():
    message = encode_status(
        dataclasses.replace(STATUS, fps=float("nan")), stream_id="run", published_ns=5
    )
    with pytest.raises(WireError, match="status: expected finite"):
        decode_status(message)
