"""Sights of a face to a calibration: the median of a second, or one line that says why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from avatar_bridge.errors import CalibrationError, ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, ACTION_UNIT_NAMES, ACTION_UNITS
from avatar_bridge.retarget.calibration import BLINKS, LOOKS, Calibration, Limits, limits, rules
from avatar_bridge.types import FaceState, Float32

NEUTRAL = "neutral"
_EYES = (*BLINKS, *(name for pair in LOOKS for name in pair))
_MAY_MOVE = np.array([name in _EYES for name in ACTION_UNIT_NAMES])


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What was seen of one face in one frame, as no calibration has changed it.

    Attributes:
        units: (59,) intensities in [0, 1].
        orientation: (4,) of the head, as `HeadPose.orientation`.
        gaze: (4,) left yaw and pitch, right yaw and pitch, radians.
    """

    units: Float32
    orientation: Float32
    gaze: Float32


def steps() -> dict[str, str]:
    """What can be measured, and what a person is told to do for it."""
    return {name: str(step["says"]) for name, step in rules()["steps"].items()}


def seconds() -> float:
    """How much of a face a measurement takes."""
    return float(rules()["still"]["seconds"])


def sights_of(
    passed: Sequence[tuple[FaceState, ...]], sight: Callable[[FaceState], Sight | None]
) -> list[Sight | None]:
    """The sights of the first face that is tracked in these frames; None where it is not there.

    Args:
        passed: the states of each frame.
        sight: what is measured of a state, as `Retargeter.sight`.
    """
    tracked = (state.face_id for states in passed for state in states if state.tracked)
    face_id = next(tracked, None)
    found = (next((s for s in states if s.face_id == face_id), None) for states in passed)
    return [None if state is None else sight(state) for state in found]


def check_step(step: str) -> str:
    """The name of a step.

    Raises:
        ConfigError: it is none.
    """
    if step not in steps():
        raise ConfigError(f"expected a step of {', '.join(steps())}, got {step!r}")
    return step


def measure_neutral(seen: Sequence[Sight | None], net: str, centre: bool) -> Calibration:
    """The face at rest.

    Args:
        seen: a second of it; None where no face was seen.
        net: name of the face net that read it.
        centre: see `Calibration`.

    Raises:
        CalibrationError: no face, or one that moves, talks, or blinks through it.
    """
    still = rules()["still"]
    sights = _enough(seen, still)
    units = np.stack([sight.units for sight in sights])  # (N, 59)
    orientation = _middle([sight.orientation for sight in sights])
    turned = _degrees([sight.orientation for sight in sights], orientation)
    if turned > still["turn"]:
        raise CalibrationError(
            f"expected a head that keeps still, got one that turned by {turned:.0f} degrees"
        )
    awake = _without_blinks(units, still)
    low, rest, high = np.quantile(units[awake], (0.1, 0.5, 0.9), axis=0)  # (59,) each
    spread = np.where(_MAY_MOVE, 0.0, high - low)
    if spread.max() > still["move"]:
        moving = ACTION_UNITS[int(spread.argmax())].title
        raise CalibrationError(f"expected a face that keeps still, got one that moves: {moving}")
    bounds = limits()
    if min(float(rest[ACTION_UNIT_INDEX[name]]) for name in BLINKS) > bounds.blink_rest:
        raise CalibrationError("expected open eyes, got closed ones")
    gaze = np.median(np.stack([sight.gaze for sight in sights])[awake], axis=0).tolist()
    return Calibration(
        net=net,
        centre=centre,
        orientation=orientation,
        gaze_left=(gaze[0], gaze[1]),
        gaze_right=(gaze[2], gaze[3]),
        rest=dict(zip(ACTION_UNIT_NAMES, np.clip(rest, 0.0, 1.0).tolist(), strict=True)),
    )


def measure_most(seen: Sequence[Sight | None], step: str, base: Calibration) -> Calibration:
    """The calibration with the strongest of one movement added.

    Args:
        seen: a second of it; None where no face was seen.
        step: which movement.
        base: with the face at rest.

    Raises:
        CalibrationError: no face, or no movement clearly above rest.
    """
    sights = _enough(seen, rules()["still"])
    nodes = rules()["steps"][check_step(step)]["nodes"]
    middle = np.median(np.stack([sight.units for sight in sights]), axis=0)
    found = {name: float(middle[ACTION_UNIT_INDEX[name]]) for name in nodes}
    bounds = limits()
    clear = {
        name: value
        for name, value in found.items()
        if value - base.rest.get(name, 0.0) >= _least(name, bounds)
    }
    if not clear:
        got = ", ".join(
            f"{name} {value:.2f} (at rest {base.rest.get(name, 0.0):.2f})"
            for name, value in found.items()
        )
        raise CalibrationError(f"expected {step} clearly above rest, got {got}")
    kept = {name: value for name, value in base.most.items() if name not in nodes}
    return base.model_copy(update={"most": kept | clear})


def carry_over(new: Calibration, old: Calibration | None) -> Calibration:
    """A new face at rest with the strongest movements of an older calibration by the same net."""
    if old is None or old.net != new.net:
        return new
    bounds = limits()
    kept = {
        name: value
        for name, value in old.most.items()
        if value - new.rest.get(name, 0.0) >= _least(name, bounds)
    }
    return new.model_copy(update={"most": kept})


def _least(name: str, bounds: Limits) -> float:
    """By how much a strongest movement has to exceed rest to count."""
    return bounds.range if name in BLINKS else bounds.clear


def _enough(seen: Sequence[Sight | None], still: dict[str, Any]) -> list[Sight]:
    sights = [sight for sight in seen if sight is not None]
    if not sights:
        raise CalibrationError("expected a face before the camera, got none")
    if len(seen) < still["samples"]:
        raise CalibrationError(
            f"expected {still['samples']} frames or more within a second, got {len(seen)}"
        )
    if len(sights) < still["seen"] * len(seen):
        raise CalibrationError(
            f"expected a face that is seen all the while, got it in {len(sights)} of {len(seen)} "
            "frames"
        )
    return sights


def _without_blinks(units: Float32, still: dict[str, Any]) -> np.ndarray:
    """(N,) whether the eyes were not blinking."""
    lids = units[:, [ACTION_UNIT_INDEX[name] for name in BLINKS]].mean(axis=1)
    awake: np.ndarray = lids <= np.median(lids) + still["blink"]
    if 1.0 - float(awake.mean()) > still["blinking"]:
        raise CalibrationError("expected eyes that stay open, got ones that blink all the while")
    return awake


def _middle(orientations: Sequence[Float32]) -> tuple[float, float, float, float]:
    """The middle of quaternions that lie close together."""
    rows = np.stack(orientations).astype(np.float64)  # (N, 4)
    rows *= np.where(rows @ rows[len(rows) // 2] < 0, -1.0, 1.0)[:, None]
    middle = np.median(rows, axis=0)
    x, y, z, w = (middle / np.linalg.norm(middle)).tolist()
    return x, y, z, w


def _degrees(orientations: Sequence[Float32], middle: tuple[float, ...]) -> float:
    """How far nine in ten of the orientations stay within, degrees from the middle."""
    along = np.abs(np.stack(orientations).astype(np.float64) @ np.array(middle))
    return float(np.degrees(np.quantile(2 * np.arccos(np.clip(along, 0.0, 1.0)), 0.9)))
