"""What the page's scripts are sent: one JSON text a message, of kind `t`.

`face`, `meta` and `status` are the wire's messages, shortened; `avatar` says which head is shown.
Pictures are binary: one byte of kind, then the encoded picture.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from avatar_bridge.clock import NS_PER_MS
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.geometry import head_angles
from avatar_bridge.telemetry import StageTiming, StreamStatus
from avatar_bridge.types import Float32, StreamInfo
from avatar_bridge.wire.codec import ReceivedFace

CAMERA, PREVIEW = b"\x01", b"\x02"
_GAZE = ("left_yaw", "left_pitch", "right_yaw", "right_pitch")
LATENCY = "capture to publish"  # the stage that says how late the weights go out


def face_message(received: ReceivedFace) -> str:
    """One face: weights to four decimals, pixels to one, angles in degrees where named so."""
    state = received.state
    gaze = _rounded(np.concatenate((state.gaze.left, state.gaze.right)))
    yaw, pitch, roll = head_angles(state.head_pose)
    emotions = _rounded(state.emotions.probabilities)
    return _json(
        {
            "t": "face",
            "id": state.face_id,
            "seq": received.seq,
            "ms": round(state.captured_ns / NS_PER_MS, 2),
            "tracked": state.tracked,
            "conf": round(state.confidence, 4),
            "w": _rounded(state.blendshapes.weights),
            "au": _rounded(state.action_units.intensities),
            "emo": dict(zip(EMOTIONS, emotions, strict=True)),
            "valence": round(received.valence, 4),
            "arousal": round(received.arousal, 4),
            "dominant": EMOTIONS[int(np.argmax(state.emotions.probabilities))],
            "box": _rounded(state.box, 1),
            "head": {
                "q": _rounded(state.head_pose.orientation, 5),
                "t": _rounded(state.head_pose.position, 5),
                "euler_deg": [round(math.degrees(turn), 2) for turn in (pitch, yaw, roll)],
            },
            "gaze": dict(zip(_GAZE, gaze, strict=True)),
            "targets": _rounded(state.targets),
            "src": list(state.image_size),
        }
    )


def meta_message(info: StreamInfo) -> str:
    """What the stream carries."""
    return _json(
        {
            "t": "meta",
            "names": BLENDSHAPES,
            "caps": [capability.value for capability in info.capabilities],
            "units": ACTION_UNIT_NAMES,
            "measured_units": info.action_units,
            "source": info.source,
            "profile": info.profile,
            "calibration": info.calibration,
            "model": info.model,
            "targets": info.target_names,
            "stream_id": info.stream_id,
        }
    )


def status_message(status: StreamStatus, resident: int | None) -> str:
    """How the stream is doing.

    Args:
        status: as published.
        resident: bytes of memory that the bridge holds, or None where that is not known.
    """
    late = latency(status)
    said: dict[str, Any] = {
        "t": "status",
        "fps": round(status.fps, 2),
        "p50": round(late.p50_ms, 2) if late else None,
        "p95": round(late.p95_ms, 2) if late else None,
        "drops": status.dropped,
        "captured": status.captured,
        "state": status.source_state,
        "faces": status.tracked_faces,
        "stages": [
            {
                "name": stage.name,
                "p50": round(stage.p50_ms, 3),
                "p95": round(stage.p95_ms, 3),
                "worst": round(stage.worst_ms, 3),
            }
            for stage in status.stages
        ],
    }
    if resident is not None:
        said["rss"] = resident
    return _json(said)


def points_message(points: Mapping[int, Float32]) -> str:
    """The points of the faces in the camera's newest picture, by face."""
    return _json({"t": "points", "faces": {face: _pairs(at) for face, at in points.items()}})


def away_message() -> str:
    """The bridge does not answer."""
    return _json({"t": "away"})


def avatar_message(url: str, name: str, report: Mapping[str, Any]) -> str:
    """Which head is shown, and what of the 52 it has."""
    return _json({"t": "avatar", "url": url, "name": name, "report": report})


def latency(status: StreamStatus) -> StageTiming | None:
    """How late the weights go out; a file that is not played in real time has no such number."""
    return next((stage for stage in status.stages if stage.name == LATENCY), None)


def _rounded(values: Float32, digits: int = 4) -> list[float]:
    return [round(value, digits) for value in values.tolist()]


def _pairs(points: Float32) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in points.tolist()]


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, separators=(",", ":"))
