"""VRChat: the parameters of VRCFaceTracking's avatars, and VRChat's own eye tracking.

OSC over UDP. https://docs.vrchat.com/docs/osc-avatar-parameters,
https://docs.vrchat.com/docs/osc-eye-tracking,
https://docs.vrcft.io/docs/tutorial-avatars/tutorial-avatars-extras/parameters

Which form an avatar's parameter has is the avatar's business, and VRChat passes over what an
avatar has not got. So each value goes out in all forms that are asked for:

- `/avatar/parameters/v2/JawOpen` as float, or as bool, which is true above 0.5.
- binary: bits of the whole number n = |value| · (2^bits - 1), rounded down: `JawOpen1`,
  `JawOpen2`, `JawOpen4`, …, and `JawXNegative` for what can be below 0.

Only what has changed is sent, and everything once a second.

**Convention (v2):** see `unified`; the eyes' X is positive to the subject's right, Y upward, both
the tangent of the angle, so that 1 is 45°.
**Convention (/tracking/eye):** left pitch, left yaw, right pitch, right yaw in degrees, pitch
positive downward, yaw positive to the right.
**Convention (lost):** `EyeTrackingActive`, `ExpressionTrackingActive` and `LipTrackingActive`
become false, parameters decay to rest, and `/tracking/eye` ends: VRChat takes the eyes back after
10 s.
"""

import math
from collections.abc import Iterator

import numpy as np

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.sinks import options, unified
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.osc import Message, bundles, message
from avatar_bridge.sinks.udp import UdpSocket
from avatar_bridge.types import FaceState, Float32, StreamInfo

PORT = 9000  # on which VRChat listens
ADDRESS = "/avatar/parameters/"
VERSION = "v2/"
REFRESH_NS = NS_PER_S
THRESHOLD = 0.5  # above which a bool is true
FINEST = 1e-3  # a float that changed by less has not changed
FORMS = ("float", "bool", "binary")
MOST_BITS = 7

GAZE = ("EyeLeftX", "EyeLeftY", "EyeRightX", "EyeRightY", "EyeX", "EyeY")
NAMES = (*unified.PARAMETERS, *GAZE)
SIGNED = unified.SIGNED | frozenset(GAZE)
ACTIVE = ("EyeTrackingActive", "ExpressionTrackingActive", "LipTrackingActive")

_CLOSED = [BLENDSHAPE_INDEX["eyeBlinkLeft"], BLENDSHAPE_INDEX["eyeBlinkRight"]]
_UNKNOWN = -1  # for a word: what the receiver has is not known
_EYES = Message("/tracking/eye/LeftRightPitchYaw", floats=4)
_LIDS = Message("/tracking/eye/EyesClosedAmount")


class VrchatSink(QuietSink):
    """Sends one face.

    Args:
        clock: tells when everything goes out again.
        sender: where to.
        face: which face.
        prefix: before `v2/` and the names, such as `FT/`; for avatars whose parameters have one.
        forms: of `FORMS`, in which parameters go out.
        bits: of a binary parameter.
        eyes: whether VRChat's own eye tracking is sent.
    """

    def __init__(
        self,
        clock: Clock,
        sender: UdpSocket,
        face: int,
        *,
        prefix: str,
        forms: frozenset[str],
        bits: int,
        eyes: bool,
    ) -> None:
        self._clock = clock
        self._sender = sender
        self._face = face
        self._eyes = eyes
        root = f"{ADDRESS}{prefix}"
        self._bits = bits
        self._parameters = [
            _Parameter(f"{root}{VERSION}{name}", name in SIGNED, forms, bits) for name in NAMES
        ]
        self._active = [_flags(root + name) for name in ACTIVE]
        self._targets: list[tuple[int, int]] = []
        self._refreshed_ns: int | None = None
        self._forget()

    def _forget(self) -> None:
        """Take it that the receiver has nothing."""
        self._values = np.full(len(NAMES), np.nan, np.float32)
        self._words = np.full(len(NAMES), _UNKNOWN)
        self._eyes_sent = np.full(5, np.nan)
        self._tracked: bool | None = None

    def describe(self, info: StreamInfo) -> None:
        places = {name: place for place, name in enumerate(NAMES)}
        self._targets = [
            (place, places[name]) for place, name in enumerate(info.target_names) if name in places
        ]

    def publish(self, state: FaceState) -> None:
        if not options.is_of(state.face_id, self._face):
            return
        now_ns = self._clock.now_ns()
        if self._refreshed_ns is None or now_ns - self._refreshed_ns >= REFRESH_NS:
            self._refreshed_ns = now_ns
            self._forget()
        for bundle in bundles(self._changed(state)):
            self._sender.send(bundle)

    def close(self) -> None:
        self._sender.close()

    def _changed(self, state: FaceState) -> Iterator[bytes]:
        if state.tracked != self._tracked:
            self._tracked = state.tracked
            yield from (pair[state.tracked] for pair in self._active)
        if self._eyes and state.tracked:
            yield from self._native_eyes(state)
        values = self._read(state)
        words = _words(values, self._bits)
        news = np.flatnonzero(~(abs(values - self._values) < FINEST))  # also where it was NaN
        flips = np.where(self._words == _UNKNOWN, -1, words ^ self._words)
        for place in news.tolist():
            yield from self._parameters[place].messages(
                float(values[place]), int(words[place]), int(flips[place])
            )
        self._values[news] = values[news]
        self._words[news] = words[news]

    def _read(self, state: FaceState) -> Float32:
        """Values in the order of `NAMES`; a target of the profile by the same name wins."""
        values = np.concatenate(
            [unified.parameters(state.blendshapes.weights), np.array(_gaze(state), np.float32)]
        )
        for source, place in self._targets:
            if source < len(state.targets):
                values[place] = state.targets[source]
        return values

    def _native_eyes(self, state: FaceState) -> Iterator[bytes]:
        turns = _turns(state)
        closed = float(state.blendshapes.weights[_CLOSED].mean())
        now = np.array([*turns, closed])
        same = abs(now - self._eyes_sent) < FINEST
        self._eyes_sent = np.where(same, self._eyes_sent, now)
        if not same[:4].all():
            yield _EYES.fill(*turns)
        if not same[4]:
            yield _LIDS.fill(closed)


class _Parameter:
    """One parameter's messages in all its forms."""

    def __init__(self, address: str, signed: bool, forms: frozenset[str], bits: int) -> None:
        self._float = Message(address) if "float" in forms else None
        self._flags: list[tuple[int, Flags]] = []  # place in the word, and messages
        if "binary" in forms:
            self._flags += [(bit, _flags(f"{address}{1 << bit}")) for bit in range(bits)]
            if signed:
                self._flags.append((bits, _flags(f"{address}Negative")))
        if "bool" in forms:
            self._flags.append((bits + 1, _flags(address)))

    def messages(self, value: float, word: int, flips: int) -> Iterator[bytes]:
        """What has changed.

        Args:
            value: in [-1, 1].
            word: as `_words` has it.
            flips: whose bits are set where the receiver has another one.
        """
        if self._float:
            yield self._float.fill(value)
        for bit, pair in self._flags:
            if flips >> bit & 1:
                yield pair[word >> bit & 1]


def _words(values: Float32, bits: int) -> np.ndarray:
    """Each value as a binary number, then a bit for below 0 and one for above the threshold."""
    numbers = (abs(values) * ((1 << bits) - 1)).astype(np.int64)
    return numbers | (values < 0) << bits | (values > THRESHOLD) << (bits + 1)


Flags = tuple[bytes, bytes]  # the messages of false and of true


def _flags(address: str) -> Flags:
    return message(address, False), message(address, True)


def _gaze(state: FaceState) -> list[float]:
    left, right = _plane(state.gaze.left), _plane(state.gaze.right)
    return [*left, *right, (left[0] + right[0]) / 2, (left[1] + right[1]) / 2]


def _plane(gaze: Float32) -> tuple[float, float]:
    """Where an eye looks on a plane at distance 1: to the right and up, each held in [-1, 1]."""
    yaw, pitch = (max(-math.pi / 4, min(angle, math.pi / 4)) for angle in gaze.tolist())
    return -math.tan(yaw), math.tan(pitch)


def _turns(state: FaceState) -> tuple[float, ...]:
    """Left pitch and yaw, right pitch and yaw, as VRChat takes them."""
    angles = (*state.gaze.left.tolist(), *state.gaze.right.tolist())
    left_yaw, left_pitch, right_yaw, right_pitch = (math.degrees(0.0 - angle) for angle in angles)
    return left_pitch, left_yaw, right_pitch, right_yaw


def create(
    clock: Clock,
    *,
    host: str = options.LOOPBACK,
    port: str = str(PORT),
    prefix: str = "",
    forms: str = "float+binary",
    bits: str = "4",
    eyes: str = "true",
    face: str = "1",
) -> VrchatSink:
    """Send to VRChat.

    Args:
        clock: tells when everything goes out again.
        host: where VRChat runs.
        port: on which it listens.
        prefix: before `v2/` and the names, such as `FT/`.
        forms: float or bool, binary, or one of them with binary, such as `bool+binary`. Float and
            bool share an address.
        bits: of a binary parameter, 1 to 7.
        eyes: "false" leaves VRChat's own eye tracking alone.
        face: which face goes out.

    Raises:
        ConfigError: an option that cannot be used.
        SinkError: no such host.
    """
    name = "vrchat"
    wanted = frozenset(forms.split("+"))
    if not wanted <= set(FORMS) or wanted >= {"float", "bool"}:
        raise ConfigError(
            f"{name}: forms: expected float, bool, binary, float+binary or bool+binary, "
            f"got {forms!r}"
        )
    if not prefix.isascii() or not prefix.isprintable() or set(prefix) & set(" #*,?[]{}"):
        raise ConfigError(f"{name}: prefix: expected a part of an OSC address, got {prefix!r}")
    place = prefix.strip("/")
    chosen, depth = options.face(name, face), options.whole(name, "bits", bits, 1, MOST_BITS)
    native = options.flag(name, "eyes", eyes)
    return VrchatSink(
        clock,
        UdpSocket(name, host, options.port(name, port)),
        chosen,
        prefix=f"{place}/" if place else "",
        forms=wanted,
        bits=depth,
        eyes=native,
    )
