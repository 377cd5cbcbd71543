"""The One-Euro filter: still at rest, quick in motion.

Casiez, Roussel and Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
Interactive Systems" (CHI 2012), with the time that really went by between two samples.

**Convention:** cut-offs in hertz. Beta is hertz per unit of speed: weights a second for shapes,
metres a second for the head's place, quaternion components a second for its direction, radians a
second for gaze.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Blendshapes, Float32, Gaze, HeadPose, Motion

DERIVATIVE_CUTOFF = 1.0
_SHORTEST_S = 1e-4  # two frames with one time stamp must not divide by zero


@dataclass(frozen=True, slots=True)
class Tuning:
    """Cut-off at rest and how it grows with speed."""

    min_cutoff: float
    beta: float


# The first matching prefix of a shape's name decides. A blink is over in a tenth of a second and
# its peak must survive; brows and cheeks move slowly and show every tremble.
REGIONS: tuple[tuple[str, Tuning], ...] = (
    ("eyeBlink", Tuning(6.0, 4.0)),
    ("eye", Tuning(2.0, 2.0)),
    ("brow", Tuning(1.5, 1.5)),
    ("cheek", Tuning(1.5, 1.0)),
    ("nose", Tuning(1.5, 1.0)),
    ("jaw", Tuning(3.0, 2.5)),
    ("mouth", Tuning(2.0, 2.0)),
    ("tongue", Tuning(2.0, 2.0)),
)
POSITION = Tuning(1.0, 20.0)
ORIENTATION = Tuning(1.0, 6.0)
GAZE = Tuning(1.5, 3.0)


@dataclass(frozen=True, slots=True, eq=False)
class FilterState:
    """The filtered value and its filtered speed, both (N,)."""

    value: NDArray[np.float64]
    speed: NDArray[np.float64]


def _smoothing(cutoff: NDArray[np.float64] | float, elapsed_s: float) -> NDArray[np.float64]:
    """Share of the new sample in a low-pass of this cut-off after this time."""
    rate = 2.0 * np.pi * np.asarray(cutoff) * elapsed_s
    return np.asarray(rate / (rate + 1.0))


def step(
    state: FilterState | None,
    value: NDArray[np.floating],
    elapsed_s: float,
    min_cutoff: NDArray[np.float64] | float,
    beta: NDArray[np.float64] | float,
    *,
    together: bool = False,
) -> FilterState:
    """One step of the filter.

    Args:
        state: the step before, or None at the start.
        value: (N,) the new sample.
        elapsed_s: seconds since the sample before.
        min_cutoff: hertz, one for all or (N,).
        beta: one for all or (N,).
        together: whether the components are one vector, whose length of speed counts.
    """
    sample = np.asarray(value, np.float64)
    if state is None:
        return FilterState(sample, np.zeros_like(sample))
    elapsed_s = max(elapsed_s, _SHORTEST_S)
    raw_speed = (sample - state.value) / elapsed_s
    speed = state.speed + _smoothing(DERIVATIVE_CUTOFF, elapsed_s) * (raw_speed - state.speed)
    pace = np.atleast_1d(np.linalg.norm(speed)) if together else np.abs(speed)
    share = _smoothing(min_cutoff + beta * pace, elapsed_s)
    return FilterState(state.value + share * (sample - state.value), speed)


def _tuning_of(name: str) -> Tuning:
    return next(tuning for prefix, tuning in REGIONS if name.startswith(prefix))


_SHAPE_TUNINGS = [_tuning_of(name) for name in BLENDSHAPES]
_SHAPE_CUTOFF = np.array([tuning.min_cutoff for tuning in _SHAPE_TUNINGS])
_SHAPE_BETA = np.array([tuning.beta for tuning in _SHAPE_TUNINGS])


class OneEuroSmoother:
    """One filter for the shapes, one each for the head's place, its direction and the gaze."""

    def __init__(self) -> None:
        self._shapes: FilterState | None = None
        self._position: FilterState | None = None
        self._orientation: FilterState | None = None
        self._gaze: FilterState | None = None

    def smooth(self, motion: Motion, elapsed_s: float) -> Motion:
        self._shapes = step(
            self._shapes, motion.blendshapes.weights, elapsed_s, _SHAPE_CUTOFF, _SHAPE_BETA
        )
        self._position = step(
            self._position,
            motion.head_pose.position,
            elapsed_s,
            POSITION.min_cutoff,
            POSITION.beta,
            together=True,
        )
        self._orientation = step(
            self._orientation,
            self._same_side(motion.head_pose.orientation),
            elapsed_s,
            ORIENTATION.min_cutoff,
            ORIENTATION.beta,
            together=True,
        )
        gaze = np.concatenate([motion.gaze.left, motion.gaze.right])
        self._gaze = step(self._gaze, gaze, elapsed_s, GAZE.min_cutoff, GAZE.beta, together=True)
        orientation = self._orientation.value
        eyes = self._gaze.value.astype(np.float32)
        return Motion(
            Blendshapes(np.clip(self._shapes.value, 0.0, 1.0).astype(np.float32)),
            HeadPose(
                self._position.value.astype(np.float32),
                (orientation / np.linalg.norm(orientation)).astype(np.float32),
            ),
            Gaze(eyes[:2], eyes[2:]),
        )

    def _same_side(self, quaternion: Float32) -> Float32:
        """Of q and -q, which turn alike, the one nearer to the filter's state."""
        if self._orientation is not None and float(quaternion @ self._orientation.value) < 0:
            return -quaternion
        return quaternion


def create() -> OneEuroSmoother:
    """A fresh filter."""
    return OneEuroSmoother()
