"""An eye that is hidden or doubtful follows the other one.

Doubt is a number in [0, 1] for each eye, grown from where it is (turned away, a sliver, outside
the picture) and from what it says (one eye blinks and the far one of a turned head does not).
The eye is then cross-faded to the other by its doubt: blink, lids, looks and gaze. Where both are
in doubt neither follows. The confidence of the face sinks with the larger doubt.

All numbers are in `occlusion.toml`.
"""

import math
import tomllib
from functools import cache
from importlib import resources

import numpy as np
from pydantic import BaseModel, ConfigDict

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT
from avatar_bridge.types import Float32, Landmarks

RULES_FILE = "occlusion.toml"
# Eyes look the same way, so a look has its partner in the other eye's look to the same side.
_CODES = ("AU45", "AU5", "AU7", "AU61", "AU62", "AU63", "AU64")
_LEFT = np.array([ACTION_UNIT_INDEX[f"{code}L"] for code in _CODES], np.intp)
_RIGHT = np.array([ACTION_UNIT_INDEX[f"{code}R"] for code in _CODES], np.intp)
_BLINK_LEFT, _BLINK_RIGHT = ACTION_UNIT_INDEX["AU45L"], ACTION_UNIT_INDEX["AU45R"]
_EYES = slice(EYE_RIGHT.start, EYE_LEFT.stop)
_POINTS_OF_EYE = EYE_LEFT.stop - EYE_LEFT.start

Ramp = tuple[float, float]


class OcclusionRules(BaseModel):
    """When an eye is doubted; see `occlusion.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    yaw: Ramp
    width: Ramp
    outside: Ramp
    apart: Ramp
    apart_yaw: Ramp
    confidence: float


@cache
def occlusion_rules() -> OcclusionRules:
    """The packaged numbers."""
    file = resources.files("avatar_bridge.retarget").joinpath(RULES_FILE)
    return OcclusionRules.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))


class Occlusion:
    """Doubts eyes; remembers nothing."""

    def __init__(self, rules: OcclusionRules) -> None:
        self._rules = rules

    def doubts(
        self, units: Float32, yaw: float, landmarks: Landmarks, image_size: tuple[int, int] | None
    ) -> tuple[float, float]:
        """How doubtful the left and the right eye are, each in [0, 1].

        Args:
            units: (59,) intensities.
            yaw: of the head, radians, positive toward the subject's left.
            landmarks: frame pixels.
            image_size: width and height of the frame; None where nothing is cut off.
        """
        rules = self._rules
        degrees = abs(math.degrees(yaw))
        apart = abs(float(units[_BLINK_LEFT] - units[_BLINK_RIGHT]))
        far = _either(
            _ramp(degrees, rules.yaw), _ramp(apart, rules.apart) * _ramp(degrees, rules.apart_yaw)
        )
        points = landmarks.points[_EYES].tolist()
        eye_right, eye_left = points[:_POINTS_OF_EYE], points[_POINTS_OF_EYE:]
        wide_left, wide_right = _width(eye_left), _width(eye_right)
        return (
            _either(
                far if yaw > 0 else 0.0,
                _ramp(wide_left / max(wide_right, 1e-6), rules.width),
                _ramp(_outside(eye_left, image_size), rules.outside),
            ),
            _either(
                far if yaw < 0 else 0.0,
                _ramp(wide_right / max(wide_left, 1e-6), rules.width),
                _ramp(_outside(eye_right, image_size), rules.outside),
            ),
        )

    def confidence(self, doubts: tuple[float, float]) -> float:
        """What is left of the confidence, as a factor in (0, 1]."""
        return 1.0 - self._rules.confidence * max(doubts)


def follow(units: Float32, gaze: Float32, doubts: tuple[float, float]) -> tuple[Float32, Float32]:
    """Each eye cross-faded to the other.

    Args:
        units: (59,) intensities.
        gaze: (4,) left yaw and pitch, right yaw and pitch.
        doubts: of the left and the right eye, each in [0, 1].

    Returns:
        The same two.
    """
    units, gaze = units.copy(), gaze.copy()
    left, right = doubts[0] * (1.0 - doubts[1]), doubts[1] * (1.0 - doubts[0])
    apart = units[_RIGHT] - units[_LEFT]
    units[_LEFT] += left * apart
    units[_RIGHT] -= right * apart
    turned = gaze[2:] - gaze[:2]
    gaze[:2] += left * turned
    gaze[2:] -= right * turned
    return units, gaze


def _ramp(value: float, ends: Ramp) -> float:
    """0 at the first end, 1 at the second, whichever is larger."""
    return max(0.0, min((value - ends[0]) / (ends[1] - ends[0]), 1.0))


def _either(*doubts: float) -> float:
    """The doubt of independent reasons."""
    return 1.0 - math.prod([1.0 - doubt for doubt in doubts])


def _width(eye: list[list[float]]) -> float:
    """Of an eye between its corners, pixels."""
    (x0, y0), (x1, y1) = eye[0], eye[_POINTS_OF_EYE // 2]
    return math.hypot(x1 - x0, y1 - y0)


def _outside(eye: list[list[float]], image_size: tuple[int, int] | None) -> float:
    """The share of an eye's points that lie outside the picture."""
    if image_size is None:
        return 0.0
    width, height = image_size
    inside = [0 <= x < width and 0 <= y < height for x, y in eye]
    return 1.0 - sum(inside) / _POINTS_OF_EYE
