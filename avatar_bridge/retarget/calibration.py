"""One person's own range: what the net reads of the face at rest and of its strongest movements.

Every action unit becomes `(x - rest) / (strongest - rest)`, clipped to [0, 1]; a strongest that
was not measured is 1. Three kinds of units are treated with more care:

- A blink of the measured closed point or more is 1. Where it was not measured, what hangs at rest
  is taken away from small blinks alone, so that a closed eye never opens.
- Two opposite looks are one axis, whose zero moves to where the eyes rest.
- A unit that the file does not name stays as it is.

Where `centre` is set, head and gaze at rest are straight: the head's turn is told in the axes of
the head at rest, the gaze as the difference from the gaze at rest. Its place is left alone.

All numbers are in `calibration.toml`; every map here is monotone, and no slope exceeds 3.
"""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES
from avatar_bridge.types import Float32, HeadPose

VERSION = 1
UNSAVED = "unsaved"  # what the stream calls one that has no name
RULES_FILE = "calibration.toml"

Intensity = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]
Angle = Annotated[float, Field(ge=-math.pi / 2, le=math.pi / 2, allow_inf_nan=False)]
Part = Annotated[float, Field(ge=-1.0, le=1.0, allow_inf_nan=False)]
Quaternion = tuple[Part, Part, Part, Part]

BLINKS = ("AU45L", "AU45R")
# Opposite looks of one eye: to the subject's left and right, up and down.
LOOKS = (("AU61L", "AU62L"), ("AU61R", "AU62R"), ("AU63L", "AU64L"), ("AU63R", "AU64R"))
_SPECIAL = (*BLINKS, *(name for pair in LOOKS for name in pair))
_PLACES = np.array([ACTION_UNIT_INDEX[name] for name in _SPECIAL], np.intp)
_ZERO, _ONE = np.float32(0.0), np.float32(1.0)
_UNIT_TOLERANCE = 1e-3


class Limits(BaseModel):
    """What a calibration may do; see `calibration.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    clear: float
    range: float
    rest: float
    blink_rest: float
    blink_knee: float
    look_rest: float


class Calibration(BaseModel):
    """What was measured of one person, by one net.

    Attributes:
        version: of the file's form.
        net: name of the face net that read it: another one reads other numbers.
        centre: whether head and gaze at rest count as straight.
        orientation: of the head at rest, as `HeadPose.orientation`.
        gaze_left, gaze_right: of the eyes at rest, as `Gaze`.
        rest: action unit → intensity of the face at rest.
        most: action unit → intensity of the strongest movement, of those that were measured.
        name: of its file; empty for one that was not kept. Not part of the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = 1
    net: str = Field(max_length=200)
    centre: bool = True
    orientation: Quaternion = (0.0, 0.0, 0.0, 1.0)
    gaze_left: tuple[Angle, Angle] = (0.0, 0.0)
    gaze_right: tuple[Angle, Angle] = (0.0, 0.0)
    rest: dict[str, Intensity]
    most: dict[str, Intensity] = Field(default_factory=dict)
    name: str = ""

    @field_validator("rest", "most")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        for name in value:
            if name not in ACTION_UNIT_INDEX:
                raise ValueError(f"expected the name of an action unit, got {name!r}")
        return value

    @field_validator("orientation")
    @classmethod
    def _unit(cls, value: Quaternion) -> Quaternion:
        length = math.hypot(*value)
        if abs(length - 1.0) > _UNIT_TOLERANCE:
            raise ValueError(f"expected a quaternion of length 1, got {length:.3f}")
        return value

    @property
    def label(self) -> str:
        """What the stream calls it."""
        return self.name or UNSAVED


@cache
def rules() -> dict[str, Any]:
    """The whole of `calibration.toml`."""
    file = resources.files("avatar_bridge.retarget").joinpath(RULES_FILE)
    return tomllib.loads(file.read_text(encoding="utf-8"))


def limits() -> Limits:
    """The packaged limits."""
    return Limits.model_validate(rules()["limits"])


class Normaliser:
    """Applies a calibration; remembers nothing."""

    def __init__(self, calibration: Calibration) -> None:
        bounds = limits()
        self._rest = np.zeros(len(ACTION_UNIT_NAMES), np.float32)
        span = np.ones(len(ACTION_UNIT_NAMES), np.float32)
        for name in (calibration.rest.keys() | calibration.most.keys()) - set(_SPECIAL):
            low = min(calibration.rest.get(name, 0.0), bounds.rest)
            most = calibration.most.get(name, 1.0)
            strongest = most if most - low >= bounds.clear else 1.0
            self._rest[ACTION_UNIT_INDEX[name]] = low
            span[ACTION_UNIT_INDEX[name]] = max(strongest - low, bounds.range)
        self._gain = _ONE / span
        self._blinks = [_blink(calibration, name, bounds) for name in BLINKS]
        self._looks = [_look(calibration, pair, bounds) for pair in LOOKS]
        self._head = calibration.orientation if calibration.centre else None
        eyes = (*calibration.gaze_left, *calibration.gaze_right)
        self._gaze = np.array(eyes if calibration.centre else (0.0,) * 4, np.float32)

    def units(self, intensities: Float32) -> Float32:
        """(59,) intensities in [0, 1] in this person's own range."""
        out = (intensities - self._rest) * self._gain
        out = np.minimum(np.maximum(out, _ZERO), _ONE)
        special = intensities[_PLACES].tolist()  # plain numbers are faster one by one
        blinks, looks = special[: len(BLINKS)], special[len(BLINKS) :]
        own = [ends.own(blink) for ends, blink in zip(self._blinks, blinks, strict=True)]
        for rest, one, other in zip(self._looks, looks[::2], looks[1::2], strict=True):
            shared = min(one, other)
            along = one - other - rest
            own.append(min(max(along, 0.0) + shared, 1.0))
            own.append(min(max(-along, 0.0) + shared, 1.0))
        out[_PLACES] = own
        return np.asarray(out, np.float32)

    def gaze(self, angles: Float32) -> Float32:
        """(4,) left yaw and pitch, right yaw and pitch, from where the eyes rest."""
        return np.asarray(angles - self._gaze, np.float32)

    def raw_gaze(self, angles: Float32) -> Float32:
        """What `gaze` made this of."""
        return np.asarray(angles + self._gaze, np.float32)

    def head(self, pose: HeadPose) -> HeadPose:
        """The head's turn in the axes of the head at rest; its place as it was."""
        if self._head is None:
            return pose
        x, y, z, w = self._head
        return HeadPose(pose.position, product((-x, -y, -z, w), pose.orientation.tolist()))

    def raw_head(self, pose: HeadPose) -> HeadPose:
        """What `head` made this of."""
        if self._head is None:
            return pose
        return HeadPose(pose.position, product(self._head, pose.orientation.tolist()))


def product(first: tuple[float, float, float, float] | list[float], then: list[float]) -> Float32:
    """The quaternion (x, y, z, w) that turns by `then` and after that by `first`, of length 1."""
    ax, ay, az, aw = first
    bx, by, bz, bw = then
    x = aw * bx + ax * bw + ay * bz - az * by
    y = aw * by - ax * bz + ay * bw + az * bx
    z = aw * bz + ax * by - ay * bx + az * bw
    w = aw * bw - ax * bx - ay * by - az * bz
    length = math.sqrt(x * x + y * y + z * z + w * w)
    return np.array([x / length, y / length, z / length, w / length], np.float32)


@dataclass(frozen=True, slots=True)
class _Blink:
    """Up to `knee`, a blink is drawn out from `rest` to 0 and from `knee` to `at_knee`."""

    rest: float
    knee: float
    at_knee: float

    def own(self, blink: float) -> float:
        if blink >= self.knee:
            return max(blink, self.at_knee)
        return max(blink - self.rest, 0.0) * self.at_knee / (self.knee - self.rest)


def _blink(calibration: Calibration, name: str, bounds: Limits) -> _Blink:
    rest = min(calibration.rest.get(name, 0.0), bounds.blink_rest)
    shut = calibration.most.get(name)
    if shut is not None and shut - rest >= bounds.range:
        return _Blink(rest, shut, 1.0)
    return _Blink(rest, bounds.blink_knee, bounds.blink_knee)


def _look(calibration: Calibration, pair: tuple[str, str], bounds: Limits) -> float:
    """Where between two opposite looks the eye rests."""
    if not calibration.centre:
        return 0.0
    rest = calibration.rest.get(pair[0], 0.0) - calibration.rest.get(pair[1], 0.0)
    return max(-bounds.look_rest, min(rest, bounds.look_rest))
