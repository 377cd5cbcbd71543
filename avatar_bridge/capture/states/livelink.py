"""Epic's Live Link Face app on a phone, which has this machine as its target: `livelink:11111`.

UDP, big-endian, version 6: u8 version; i32 length and as many bytes of the device's id; the same
of the subject's name; i32 frame, f32 sub-frame, i32 rate numerator, i32 denominator; u8 61;
f32 x 61. A packet that ends before the count says that no face is seen.

**Convention (values):** the 52 in canonical order, then yaw, pitch and roll of the head, the left
and the right eye. Angles are in radians: yaw is positive to the subject's right, pitch downward,
roll toward the subject's left shoulder.
"""

import struct

import numpy as np

from avatar_bridge.capture.states.base import StateSource
from avatar_bridge.capture.states.datagrams import DatagramSource, Sighting, read_place
from avatar_bridge.capture.states.rotations import gaze, head, of_angles
from avatar_bridge.capture.states.timecode import TimecodeClock
from avatar_bridge.capture.states.weights import clipped
from avatar_bridge.clock import Clock
from avatar_bridge.errors import WireError
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.types import Float32, Gaze, Motion

VERSION = 6
VALUES = len(BLENDSHAPES) + 9
LONGEST_TEXT = 256  # bytes; an id has 36

_LENGTH = struct.Struct(">i")
_TIME = struct.Struct(">ifii")
_MEASURED = (Capability.MEASURED,) * len(BLENDSHAPES)


class LiveLinkDecoder:
    """Reads the app's packets; they carry all 52."""

    capabilities = _MEASURED

    def __init__(self) -> None:
        self.fps = 0.0
        self._clock = TimecodeClock()

    def decode(self, packet: bytes, arrived_ns: int) -> Sighting:
        if packet[:1] != bytes([VERSION]):
            raise WireError(f"expected Live Link Face version {VERSION}, got {packet[:1].hex()}")
        at = _after_text(packet, _after_text(packet, 1))
        if len(packet) < at + _TIME.size:
            raise WireError(f"expected a timecode at byte {at}, got {len(packet)} bytes in all")
        frame, part, numerator, denominator = _TIME.unpack_from(packet, at)
        motion = _motion(packet, at + _TIME.size)
        fps = numerator / denominator if numerator > 0 and denominator > 0 else 0.0
        self.fps = fps if fps <= 1000.0 else 0.0
        return self._clock.captured_ns(frame + part, fps, arrived_ns), motion


def _after_text(packet: bytes, at: int) -> int:
    """Where a text that begins there ends; what it says is not needed."""
    if len(packet) < at + _LENGTH.size:
        raise WireError(f"expected a length at byte {at}, got {len(packet)} bytes in all")
    (length,) = _LENGTH.unpack_from(packet, at)
    if not 0 <= length <= LONGEST_TEXT:
        raise WireError(f"expected a text of 0 to {LONGEST_TEXT} bytes at byte {at}, got {length}")
    return at + _LENGTH.size + int(length)


def _motion(packet: bytes, at: int) -> Motion | None:
    if len(packet) == at:
        return None
    if packet[at] != VALUES or len(packet) < at + 1 + 4 * VALUES:
        raise WireError(
            f"expected {VALUES} values at byte {at}, got {packet[at]} in {len(packet)} bytes"
        )
    values = np.frombuffer(packet, ">f4", VALUES, at + 1).astype(np.float32)
    if not np.isfinite(values).all():
        raise WireError("expected finite values, got others")
    weights, angles = np.split(values, [len(BLENDSHAPES)])
    yaw, pitch, roll = angles[:3].tolist()
    return Motion(
        clipped(weights),
        head(of_angles(pitch, -yaw, -roll)),
        Gaze(_eye(angles[3:6]), _eye(angles[6:9])),
    )


def _eye(angles: Float32) -> Float32:
    yaw, pitch, _ = angles.tolist()
    return gaze(of_angles(pitch, -yaw, 0.0))


def create(target: str, clock: Clock) -> StateSource:
    """Listen to the app.

    Args:
        target: the port, or an address of this machine and the port.
        clock: stamps the packets.

    Raises:
        CaptureError: no such port, or it is taken.
    """
    place = read_place("livelink", target)
    return DatagramSource(f"livelink {target}", place, LiveLinkDecoder(), clock)
