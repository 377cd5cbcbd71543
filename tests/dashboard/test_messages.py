"""What the page's scripts are sent."""

import json
from dataclasses import replace

import numpy as np
import pytest
from builders import make_state

from avatar_bridge.dashboard import messages
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.telemetry import StageTiming, StreamStatus
from avatar_bridge.types import EmotionScores, Gaze, HeadPose
from avatar_bridge.wire.codec import ReceivedFace


def told(**changes: object) -> dict:
    state = replace(make_state(), **changes)
    return json.loads(messages.face_message(ReceivedFace("s", 7, 1, 0.25, -0.5, state)))


def test_a_face_is_told_in_full() -> None:
    emotions = np.array([0, 0, 0, 0.75, 0, 0, 0.25], np.float32)
    gaze = Gaze(np.array([0.1, 0.2], np.float32), np.array([-0.3, -0.4], np.float32))
    said = told(captured_ns=1_500_000, emotions=EmotionScores(emotions), gaze=gaze)
    assert (said["t"], said["seq"], said["ms"]) == ("face", 7, 1.5)
    assert len(said["w"]) == len(BLENDSHAPES)
    assert list(said["emo"]) == list(EMOTIONS)
    assert (said["dominant"], said["valence"], said["arousal"]) == ("happiness", 0.25, -0.5)
    assert said["gaze"] == {
        "left_yaw": 0.1,
        "left_pitch": 0.2,
        "right_yaw": -0.3,
        "right_pitch": -0.4,
    }


@pytest.mark.parametrize(
    ("axis", "turned"),
    [
        ((0, 1, 0), [0, 20, 0]),  # about the axis up: toward the subject's left
        ((-1, 0, 0), [20, 0, 0]),  # the other way about the axis to the left: up
        ((0, 0, -1), [0, 0, 20]),  # and about the one out of the face: toward the left shoulder
    ],
)
def test_angles_are_pitch_yaw_and_roll_in_degrees(axis, turned) -> None:
    half = np.radians(10)
    quaternion = np.array([*(np.sin(half) * np.array(axis)), np.cos(half)], np.float32)
    said = told(head_pose=HeadPose(np.zeros(3, np.float32), quaternion))
    assert said["head"]["euler_deg"] == pytest.approx(turned, abs=0.02)


def test_latency_is_that_of_the_way_from_picture_to_weights() -> None:
    stages = (StageTiming("total", 1, 2, 3), StageTiming("capture to publish", 4, 5, 6))
    status = StreamStatus(30.0, stages, 10, 1, "running", 1)
    said = json.loads(messages.status_message(status, None))
    assert (said["p50"], said["p95"], said["drops"]) == (4, 5, 1)
    assert "rss" not in said
    offline = json.loads(messages.status_message(replace(status, stages=()), 5))
    assert (offline["p50"], offline["rss"]) == (None, 5)
