"""Epic's Live Link Face, version 6: what its app sends to Unreal, MetaHumans and other receivers.

UDP, big-endian: u8 version; the device id and then the subject's name, each an i32 length and
that many bytes; i32 frame, f32 sub-frame, i32 rate numerator, i32 denominator; u8 61; 61 times f32.
The 61 are the 52 weights in canonical order, then yaw, pitch and roll of head, left and right
eye.

**Convention (angles):** radians. Yaw is positive to the subject's right, pitch downward, roll
toward the subject's left shoulder; an eye's roll is yaw times pitch. These are the signs of the
app's own takes, as `export.livelink_csv` has them.
**Convention (time):** frames of the source's rate, or of 60 a second where that is not known,
since the first that was sent; they start again after a day.
**Convention (lost):** a packet without a face ends before the count.
**Convention (faces):** the first face is the subject by its plain name, the second has a 2 after
it.
"""

import struct
import uuid

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import head_angles
from avatar_bridge.sinks import options
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.udp import UdpSocket
from avatar_bridge.types import FaceState, Float32, StreamInfo

PORT = 11111
SUBJECT = "AvatarBridge"
VERSION = 6
VALUES = 61
DEFAULT_FPS = 60  # the app's own
DAY_S = 24 * 60 * 60
LONGEST_NAME = 64  # bytes

_VERSION = struct.Struct(">B")
_LENGTH = struct.Struct(">i")
_TIME = struct.Struct(">ifii")
_FACE = struct.Struct(f">B{VALUES}f")


class LiveLinkSink(QuietSink):
    """Sends every face as a subject of its own.

    Args:
        sender: where to.
        subject: name of the first face; its device id is always the same for the same name.
    """

    def __init__(self, sender: UdpSocket, subject: str) -> None:
        self._sender = sender
        self._subject = subject
        self._fps = DEFAULT_FPS
        self._first_ns: int | None = None
        self._heads: dict[int, bytes] = {}

    def describe(self, info: StreamInfo) -> None:
        self._fps = round(info.target_fps) or DEFAULT_FPS

    def publish(self, state: FaceState) -> None:
        if self._first_ns is None:
            self._first_ns = state.captured_ns
        packet = self._head(state.face_id) + self._time(state.captured_ns - self._first_ns)
        if state.tracked:
            packet += _FACE.pack(VALUES, *values(state))
        self._sender.send(packet)

    def close(self) -> None:
        self._sender.close()

    def _head(self, face_id: int) -> bytes:
        """Version, device id and name, which stay the same."""
        head = self._heads.get(face_id)
        if head is None:
            name = self._subject if face_id <= options.FIRST_FACE else f"{self._subject}{face_id}"
            device = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.avatar-bridge")).upper()
            head = _VERSION.pack(VERSION) + _text(device) + _text(name)
            self._heads[face_id] = head
        return head

    def _time(self, elapsed_ns: int) -> bytes:
        frames = max(elapsed_ns, 0) * self._fps / NS_PER_S % (DAY_S * self._fps)
        return _TIME.pack(int(frames), frames % 1.0, self._fps, 1)


def values(state: FaceState) -> tuple[float, ...]:
    """The 61 floats of a face."""
    yaw, pitch, roll = head_angles(state.head_pose)
    return (
        *state.blendshapes.weights.tolist(),
        *(-yaw, -pitch, roll),
        *_eye(state.gaze.left),
        *_eye(state.gaze.right),
    )


def _eye(gaze: Float32) -> tuple[float, float, float]:
    yaw, pitch = (-gaze).tolist()
    return yaw, pitch, yaw * pitch


def _text(text: str) -> bytes:
    packed = text.encode()
    return _LENGTH.pack(len(packed)) + packed


def create(
    clock: Clock,
    *,
    host: str = options.LOOPBACK,
    port: str = str(PORT),
    subject: str = SUBJECT,
) -> LiveLinkSink:
    """Send to a receiver of Live Link Face.

    Args:
        clock: not needed: the time that goes out is that of the pictures.
        host: of the receiver.
        port: of the receiver.
        subject: under which name the first face appears there.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: no such host.
    """
    if not 0 < len(subject.encode()) <= LONGEST_NAME:
        raise ConfigError(f"livelink: subject: expected 1 to {LONGEST_NAME} bytes, got {subject!r}")
    return LiveLinkSink(UdpSocket("livelink", host, options.port("livelink", port)), subject)
