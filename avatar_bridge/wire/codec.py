"""Face states, stream descriptions and statuses to bytes and back.

`proto/avatar_bridge/v1/face.proto` is the contract: units, axes and orders are written there.
Landmarks stay at home. Fields that this version does not know are skipped.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from google.protobuf.message import DecodeError, Message

from avatar_bridge.errors import WireError
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.telemetry import StageTiming, StreamStatus
from avatar_bridge.types import (
    ActionUnits,
    Blendshapes,
    EmotionScores,
    FaceState,
    Float32,
    Gaze,
    HeadPose,
    StreamInfo,
)
from avatar_bridge.wire import topics
from avatar_bridge.wire.v1 import face_pb2

SCHEMA_VERSION = 1

_CAPABILITIES = {
    Capability.MEASURED: face_pb2.CAPABILITY_MEASURED,
    Capability.DERIVED: face_pb2.CAPABILITY_DERIVED,
    Capability.UNSUPPORTED: face_pb2.CAPABILITY_UNSUPPORTED,
}
_CAPABILITY_OF = {number: capability for capability, number in _CAPABILITIES.items()}

M = TypeVar("M", bound=Message)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class ReceivedFace:
    """A face state as it came over the wire.

    Attributes:
        stream_id: changes whenever the server starts.
        seq: counts the stream's face messages; a gap means lost ones.
        published_ns: when it was sent, on the server's clock.
        valence: from unpleasant, -1, to pleasant, 1.
        arousal: from calm, -1, to excited, 1.
        state: without landmarks.
    """

    stream_id: str
    seq: int
    published_ns: int
    valence: float
    arousal: float
    state: FaceState

    def __post_init__(self) -> None:
        for name in ("valence", "arousal"):
            value = getattr(self, name)
            if not -1.0 <= value <= 1.0:
                raise ValueError(f"{name}: expected -1 to 1, got {value}")


@dataclass(frozen=True, slots=True)
class ReceivedStatus:
    """A status as it came over the wire.

    Attributes:
        stream_id: changes whenever the server starts.
        published_ns: when it was sent, on the server's clock.
    """

    stream_id: str
    published_ns: int
    status: StreamStatus


def encode_face(state: FaceState, *, stream_id: str, seq: int, published_ns: int) -> bytes:
    """One whole message of topic `face`.

    Args:
        state: sent in full, but for its landmarks.
        stream_id: of this run of the server.
        seq: from 0, one more for each face message of the stream.
        published_ns: now, on the clock that stamped the state.

    Raises:
        WireError: a number does not fit its field.
    """
    frame = face_message(state, stream_id=stream_id, seq=seq, published_ns=published_ns)
    return topics.join(topics.FACE, frame.SerializeToString())


def decode_face(message: bytes) -> ReceivedFace:
    """What `encode_face` made.

    Raises:
        WireError: not such a message, or a value out of its range.
    """
    return read_face(_parse(topics.FACE, message, face_pb2.FaceFrame))


def face_message(
    state: FaceState, *, stream_id: str, seq: int, published_ns: int
) -> face_pb2.FaceFrame:
    """As `encode_face`, without topic and still to be serialised."""
    x, y, z = state.head_pose.position.tolist()
    qx, qy, qz, qw = state.head_pose.orientation.tolist()
    left_yaw, left_pitch = state.gaze.left.tolist()
    right_yaw, right_pitch = state.gaze.right.tolist()
    x0, y0, x1, y1 = state.box.tolist()
    valence, arousal = state.emotions.valence_arousal
    return _fitting(
        face_pb2.FaceFrame,
        schema_version=SCHEMA_VERSION,
        stream_id=stream_id,
        seq=seq,
        captured_ns=state.captured_ns,
        published_ns=published_ns,
        frame_index=state.frame_index,
        face_id=state.face_id,
        tracked=state.tracked,
        confidence=state.confidence,
        blendshapes=state.blendshapes.weights.tolist(),
        action_units=state.action_units.intensities.tolist(),
        emotions=state.emotions.probabilities.tolist(),
        valence=valence,
        arousal=arousal,
        head_pose=face_pb2.HeadPose(x=x, y=y, z=z, qx=qx, qy=qy, qz=qz, qw=qw),
        gaze=face_pb2.Gaze(
            left_yaw=left_yaw,
            left_pitch=left_pitch,
            right_yaw=right_yaw,
            right_pitch=right_pitch,
        ),
        image_width=state.image_size[0],
        image_height=state.image_size[1],
        box=face_pb2.FaceBox(x0=x0, y0=y0, x1=x1, y1=y1),
        targets=state.targets.tolist(),
    )


def read_face(frame: face_pb2.FaceFrame) -> ReceivedFace:
    """What `face_message` made.

    Raises:
        WireError: another schema version, or a value out of its range.
    """
    expect_version(frame.schema_version)
    pose, gaze, box = frame.head_pose, frame.gaze, frame.box
    return _valid(
        topics.FACE,
        lambda: ReceivedFace(
            stream_id=frame.stream_id,
            seq=frame.seq,
            published_ns=frame.published_ns,
            valence=frame.valence,
            arousal=frame.arousal,
            state=FaceState(
                frame_index=frame.frame_index,
                captured_ns=frame.captured_ns,
                face_id=frame.face_id,
                tracked=frame.tracked,
                confidence=frame.confidence,
                blendshapes=Blendshapes(_array(frame.blendshapes)),
                action_units=ActionUnits(_array(frame.action_units)),
                emotions=EmotionScores(_array(frame.emotions)),
                head_pose=HeadPose(
                    _array((pose.x, pose.y, pose.z)),
                    _array((pose.qx, pose.qy, pose.qz, pose.qw)),
                ),
                gaze=Gaze(
                    _array((gaze.left_yaw, gaze.left_pitch)),
                    _array((gaze.right_yaw, gaze.right_pitch)),
                ),
                image_size=(frame.image_width, frame.image_height),
                box=_array((box.x0, box.y0, box.x1, box.y1)),
                targets=_array(frame.targets),
            ),
        ),
    )


def encode_meta(info: StreamInfo) -> bytes:
    """One whole message of topic `meta`.

    Raises:
        WireError: a number does not fit its field.
    """
    return topics.join(topics.META, meta_message(info).SerializeToString())


def decode_meta(message: bytes) -> StreamInfo:
    """What `encode_meta` made.

    Raises:
        WireError: not such a message, or a stream of other names or another order.
    """
    return read_meta(_parse(topics.META, message, face_pb2.StreamMeta))


def meta_message(info: StreamInfo) -> face_pb2.StreamMeta:
    """As `encode_meta`, without topic and still to be serialised."""
    return _fitting(
        face_pb2.StreamMeta,
        schema_version=SCHEMA_VERSION,
        stream_id=info.stream_id,
        source=info.source,
        profile=info.profile,
        calibration=info.calibration,
        model=info.model,
        target_fps=info.target_fps,
        blendshape_names=BLENDSHAPES,
        capabilities=[_CAPABILITIES[capability] for capability in info.capabilities],
        action_unit_names=ACTION_UNIT_NAMES,
        measured_action_units=info.action_units,
        emotion_names=EMOTIONS,
        target_names=info.target_names,
    )


def read_meta(meta: face_pb2.StreamMeta) -> StreamInfo:
    """What `meta_message` made.

    Raises:
        WireError: another schema version, other names, another order, or an unknown capability.
    """
    expect_version(meta.schema_version)
    _expect_names("blendshapes", meta.blendshape_names, BLENDSHAPES)
    _expect_names("action units", meta.action_unit_names, ACTION_UNIT_NAMES)
    _expect_names("emotions", meta.emotion_names, EMOTIONS)
    for number in meta.capabilities:
        if number not in _CAPABILITY_OF:
            raise WireError(f"meta: expected a capability of 1 to 3, got {number}")
    if not np.isfinite(meta.target_fps) or meta.target_fps < 0:
        raise WireError(f"meta: expected a target_fps of 0 or more, got {meta.target_fps}")
    return _valid(
        topics.META,
        lambda: StreamInfo(
            stream_id=meta.stream_id,
            source=meta.source,
            profile=meta.profile,
            calibration=meta.calibration,
            model=meta.model,
            capabilities=tuple(_CAPABILITY_OF[number] for number in meta.capabilities),
            action_units=tuple(meta.measured_action_units),
            target_fps=meta.target_fps,
            target_names=tuple(meta.target_names),
        ),
    )


def encode_status(status: StreamStatus, *, stream_id: str, published_ns: int) -> bytes:
    """One whole message of topic `status`.

    Raises:
        WireError: a number does not fit its field.
    """
    message = _fitting(
        face_pb2.StreamStatus,
        schema_version=SCHEMA_VERSION,
        stream_id=stream_id,
        published_ns=published_ns,
        fps=status.fps,
        stages=[
            face_pb2.StageTiming(
                name=stage.name,
                p50_ms=stage.p50_ms,
                p95_ms=stage.p95_ms,
                worst_ms=stage.worst_ms,
                errors=stage.errors,
            )
            for stage in status.stages
        ],
        captured=status.captured,
        dropped=status.dropped,
        source_state=status.source_state,
        tracked_faces=status.tracked_faces,
    )
    return topics.join(topics.STATUS, message.SerializeToString())


def decode_status(message: bytes) -> ReceivedStatus:
    """What `encode_status` made.

    Raises:
        WireError: not such a message.
    """
    status = _parse(topics.STATUS, message, face_pb2.StreamStatus)
    expect_version(status.schema_version)
    times = [(stage.p50_ms, stage.p95_ms, stage.worst_ms) for stage in status.stages]
    if not np.isfinite([status.fps, *(time for stage in times for time in stage)]).all():
        raise WireError("status: expected finite rates and times, got others")
    return ReceivedStatus(
        stream_id=status.stream_id,
        published_ns=status.published_ns,
        status=StreamStatus(
            fps=status.fps,
            stages=tuple(
                StageTiming(stage.name, *time, stage.errors)
                for stage, time in zip(status.stages, times, strict=True)
            ),
            captured=status.captured,
            dropped=status.dropped,
            source_state=status.source_state,
            tracked_faces=status.tracked_faces,
        ),
    )


def parse(kind: type[M], payload: bytes) -> M:
    """Protobuf bytes to a message, unknown fields skipped.

    Raises:
        WireError: they are not protobuf, or a known field has another type.
    """
    try:
        return kind.FromString(payload)
    except (DecodeError, UnicodeDecodeError) as error:
        name = kind.DESCRIPTOR.name
        raise WireError(f"expected a {name}, got {len(payload)} other bytes") from error


def expect_version(got: int) -> None:
    """Refuse a message of another schema.

    Raises:
        WireError: it is another.
    """
    if got != SCHEMA_VERSION:
        raise WireError(f"expected schema version {SCHEMA_VERSION}, got {got}")


def _parse(topic: bytes, message: bytes, kind: type[M]) -> M:
    return parse(kind, topics.expect(topic, message))


def _fitting(kind: Callable[..., M], **values: object) -> M:
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise WireError(f"a value does not fit its field: {error}") from error


def _valid(topic: bytes, make: Callable[[], T]) -> T:
    """The value, its own complaint turned into ours."""
    try:
        return make()
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise WireError(f"{topic.decode()}: {reason}") from error


def _array(values: Iterable[float]) -> Float32:
    return np.array(list(values), np.float32)


def _expect_names(kind: str, got: Iterable[str], expected: tuple[str, ...]) -> None:
    names = tuple(got)
    if names == expected:
        return
    if len(names) != len(expected):
        raise WireError(f"meta: expected {len(expected)} {kind}, got {len(names)}")
    index = next(i for i, name in enumerate(names) if name != expected[i])
    raise WireError(f"meta: {kind}[{index}]: expected {expected[index]}, got {names[index]!r}")
