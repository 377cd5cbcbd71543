"""Targets are an addition: who does not know them reads on as before."""

import dataclasses

import numpy as np
import pytest
from builders import make_state

from avatar_bridge.errors import WireError
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import (
    decode_face,
    decode_meta,
    encode_face,
    encode_meta,
    face_message,
)

HEADER = {"stream_id": "run", "seq": 7, "published_ns": 1_500}


def test_targets_come_back_as_they_went() -> None:
    values = np.array([0.25, 1.0, 0.0], np.float32)
    state = dataclasses.replace(make_state(jawOpen=0.5), targets=values)
    received = decode_face(encode_face(state, **HEADER)).state
    np.testing.assert_array_equal(received.targets, values)
    np.testing.assert_array_equal(received.blendshapes.weights, state.blendshapes.weights)


def test_without_targets_a_message_is_what_it_was() -> None:
    state = make_state(jawOpen=0.5)
    assert state.targets.shape == (0,)
    assert len(face_message(state, **HEADER).targets) == 0
    assert decode_face(encode_face(state, **HEADER)).state.targets.shape == (0,)


def test_targets_out_of_range_are_refused() -> None:
    frame = face_message(make_state(), **HEADER)
    frame.targets.append(1.5)
    with pytest.raises(WireError, match=r"FaceState.targets: expected 0.0 to 1.0, got"):
        decode_face(topics.join(topics.FACE, frame.SerializeToString()))


def test_their_names_come_with_the_stream() -> None:
    info = StreamInfo(
        stream_id="run",
        source="camera 0",
        profile="vrm1",
        calibration="",
        model="student",
        capabilities=(Capability.MEASURED,) * len(BLENDSHAPES),
        action_units=(),
        target_fps=30.0,
        target_names=("happy", "aa"),
    )
    assert decode_meta(encode_meta(info)) == info
