"""The iFacialMocap app on a phone: `ifacialmocap:PHONE`, its address or name in the network.

UDP text, https://www.ifacialmocap.com/for-developer/. The handshake goes to port 49983 of the
phone, and frames come to the same port here:
`NAME&VALUE|…|=head#rx,ry,rz,px,py,pz|rightEye#rx,ry,rz|leftEye#rx,ry,rz|`; version 1 has `-`
before the value.

**Convention:** weights from 0 to 100, and names with `_L` and `_R`. Angles are in degrees about the
axes of `types`: x is positive downward, y to the subject's left, z toward the subject's right
shoulder. The head's place is in metres in camera space.
"""

import math
import re
import socket

import numpy as np
from scipy.spatial.transform import Rotation

from avatar_bridge.capture.states.base import StateSource
from avatar_bridge.capture.states.datagrams import (
    EVERYWHERE,
    DatagramSource,
    Sighting,
    is_port,
)
from avatar_bridge.capture.states.rotations import UNKNOWN, Vector, gaze, head, of_angles
from avatar_bridge.capture.states.weights import NamedWeights
from avatar_bridge.clock import Clock
from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.facs.arkit import Capability
from avatar_bridge.types import Gaze, Motion

PORT = 49983
HANDSHAKE = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719|sendDataVersion=v2"
FARTHEST_M = 10.0  # a head that is said to be farther away is nowhere

_SHAPE = re.compile(r"(\w+)[&-](-?\d+(?:\.\d+)?)")
_PART = re.compile(r"=?(\w+)#(.*)")
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


class IFacialMocapDecoder:
    """Reads the app's frames, of either version."""

    fps = 0.0  # the app does not say

    def __init__(self) -> None:
        self._weights = NamedWeights()

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        return self._weights.capabilities

    def decode(self, packet: bytes, arrived_ns: int) -> Sighting:
        text = packet.decode("utf-8", "replace")
        shapes, separator, parts = text.partition("=")
        heard = [found.groups() for found in map(_SHAPE.fullmatch, shapes.split("|")) if found]
        if not separator or not heard:
            raise WireError(f"expected iFacialMocap's text, got {text[:40]!r}")
        found_parts = filter(None, map(_PART.fullmatch, parts.split("|")))
        places = {found[1]: _numbers(found[2]) for found in found_parts}
        for name, value in heard:
            self._weights.set(name, float(value) / 100.0)
        turned = places.get("head", ())
        eyes = (gaze(_rotation(places.get(eye, ()))) for eye in ("leftEye", "rightEye"))
        motion = Motion(
            self._weights.blendshapes(),
            head(_rotation(turned), _position(turned)),
            Gaze(*eyes),
        )
        return arrived_ns, motion


def _numbers(text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, text.split(",")))
    except ValueError as error:
        raise WireError(f"expected numbers, got {text[:40]!r}") from error
    if not all(map(math.isfinite, numbers)):
        raise WireError(f"expected finite numbers, got {text[:40]!r}")
    return numbers


def _rotation(numbers: tuple[float, ...]) -> Rotation:
    """Of the first three, in degrees; none where a sender says nothing."""
    if len(numbers) < 3:
        return Rotation.identity()
    x, y, z = np.radians(numbers[:3]).tolist()
    return of_angles(x, y, z)


def _position(numbers: tuple[float, ...]) -> Vector:
    """Of the three after those, in metres, as far as they make sense."""
    match numbers[3:6]:
        case (x, y, z) if max(abs(x), abs(y), abs(z)) <= FARTHEST_M:
            return x, y, z
    return UNKNOWN


def create(target: str, clock: Clock) -> StateSource:
    """Ask a phone for its frames.

    Args:
        target: the phone's address or name, perhaps with the port of an app that stands in for it.
        clock: stamps the packets.

    Raises:
        CaptureError: no phone's address, or this machine's port is taken.
    """
    host, _, port = target.partition(":")
    if not _HOST.fullmatch(host) or (port and not is_port(port)):
        raise CaptureError(f"expected ifacialmocap:ADDRESS of the phone, got {target!r}")
    phone = (host, int(port or PORT))

    def call(through: socket.socket) -> None:
        through.sendto(HANDSHAKE, phone)

    label, place = f"ifacialmocap {target}", (EVERYWHERE, PORT)
    return DatagramSource(label, place, IFacialMocapDecoder(), clock, call)
