"""Faces with every field filled, and takes made of them."""

import socket
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from avatar_bridge.clock import NS_PER_S
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.takes.mcap import TakeStart
from avatar_bridge.takes.writer import TakeWriter
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceState,
    Gaze,
    HeadPose,
    StreamInfo,
)
from avatar_bridge.wire.codec import encode_face, encode_meta

START = TakeStart(datetime(2026, 3, 1, 12, 0, tzinfo=UTC), 5 * NS_PER_S)
INFO = StreamInfo(
    stream_id="recorded",
    source="camera 0",
    profile="arkit",
    calibration="",
    model="student",
    capabilities=(Capability.MEASURED,) * len(BLENDSHAPES),
    action_units=("AU12L",),
    target_fps=30.0,
)


def full_state(number: int, captured_ns: int = 0, face_id: int = 1) -> FaceState:
    """A face of which no number is round; another one for every number."""
    random = np.random.default_rng(number)
    emotions = random.random(7).astype(np.float32)
    turn = random.normal(size=4)
    return FaceState(
        frame_index=number,
        captured_ns=captured_ns,
        face_id=face_id,
        tracked=bool(number % 5),
        confidence=float(np.float32(random.random())),
        blendshapes=Blendshapes(random.random(52)),
        action_units=ActionUnits(random.random(len(ActionUnits.neutral().intensities))),
        emotions=EmotionScores(emotions / emotions.sum()),
        head_pose=HeadPose(random.normal(size=3), turn / np.linalg.norm(turn)),
        gaze=Gaze(random.normal(size=2), random.normal(size=2)),
        image_size=(640, 480),
        box=random.random(4),
    )


def write_take(path: Path, states: list[FaceState], info: StreamInfo | None = INFO) -> Path:
    """A take of these states, each published a millisecond after it was captured."""
    writer = TakeWriter(path, START)
    if info:
        writer.write(encode_meta(info), log_ns=0, publish_ns=0)
    for seq, state in enumerate(states):
        at_ns = state.captured_ns + 1_000_000
        message = encode_face(state, stream_id="recorded", seq=seq, published_ns=at_ns)
        writer.write(message, log_ns=at_ns, publish_ns=state.captured_ns, sequence=seq)
    writer.finish()
    return path


def free_udp_port() -> int:
    """A port that nobody uses now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def numbers(state: FaceState) -> bytes:
    """Every number that moves an avatar, bit by bit."""
    arrays = (
        state.blendshapes.weights,
        state.action_units.intensities,
        state.emotions.probabilities,
        state.head_pose.position,
        state.head_pose.orientation,
        state.gaze.left,
        state.gaze.right,
        state.box,
        np.float32(state.confidence),
    )
    return b"".join(array.tobytes() for array in arrays)
