"""The One-Euro filter: still at rest, quick in motion.

Casiez, Roussel and Vogel, "1 € Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
Interactive Systems" (CHI 2012, https://doi.org/10.1145/2207676.2208639): a low-pass whose cut-off
rises with the motion, so that noise at rest and lag in motion need not be traded for each other.

Two things differ. The authors' code takes the step from the filtered value to the new sample,
divided by the time between them, as the speed; at twice the frame rate it then opens twice as far.
Here the step itself, low-passed, opens the filter: the same motion comes out at every frame rate,
and what is off by more than `rest` is caught up with however slowly it came. And a step below
`rest` opens nothing, which is where a net's noise lies.

**Convention:** cut-offs in hertz, steps in the unit of the value (weight, metre, radian), beta in
hertz per unit. Elapsed times in seconds, not negative; after 0 the value stays where it is.
**Convention (axes):** the last axis holds the values; axes before it are filters side by side.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.smooth.rotation import (
    Quaternion,
    Vector,
    compose,
    exp,
    inverse,
    log,
    normalised,
    scaled,
)

Values = NDArray[np.float64]
_TURN = 2.0 * math.pi


@dataclass(frozen=True, slots=True, eq=False)
class Tuning:
    """The numbers of the filters, arrays that broadcast with the values.

    Attributes:
        min_cutoff: of the low-pass at rest, hertz.
        beta: how the cut-off rises with the step beyond `rest`, hertz per unit.
        step_cutoff: of the low-pass on the step, hertz.
        rest: what still counts as rest, in units.
    """

    min_cutoff: Values
    beta: Values
    step_cutoff: Values
    rest: Values


@dataclass(frozen=True, slots=True)
class Groups:
    """Which values are one vector, whose length of step counts.

    Attributes:
        starts: index of the first value of each group.
        of: index of the group of each value.
    """

    starts: NDArray[np.intp]
    of: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The filtered values (…, N) and the filtered steps toward the samples (…, N)."""

    value: Values
    step: Values


def follow(state: State, sample: Values, elapsed_s: float, tuning: Tuning, groups: Groups) -> State:
    """One step of filters on scalars and vectors; a fresh state has no step.

    Args:
        state: the step before.
        sample: (…, N) the new values.
        elapsed_s: since the sample before.
        tuning: of each value.
        groups: of the values.
    """
    ahead = sample - state.value
    turns = (_TURN * elapsed_s) * tuning.step_cutoff
    step = (state.step + turns * ahead) / (1.0 + turns)
    size = np.sqrt(np.add.reduceat(step * step, groups.starts, axis=-1))[..., groups.of]
    opened = tuning.min_cutoff + tuning.beta * np.maximum(size - tuning.rest, 0.0)
    turns = (_TURN * elapsed_s) * opened
    return State(state.value + turns / (1.0 + turns) * ahead, step)


@dataclass(frozen=True, slots=True)
class TurnTuning:
    """The numbers of one filter of directions; see `Tuning`. Units are radians."""

    min_cutoff: float
    beta: float
    step_cutoff: float
    rest: float


@dataclass(frozen=True, slots=True)
class TurnState:
    """The filtered direction, and the filtered step toward the samples as a rotation vector."""

    value: Quaternion
    step: Vector = (0.0, 0.0, 0.0)


def follow_turn(
    state: TurnState, sample: Quaternion, elapsed_s: float, tuning: TurnTuning
) -> TurnState:
    """One step of the same filter on the sphere of orientations: a part of the way (slerp).

    Args:
        state: the step before.
        sample: a unit quaternion; of q and -q, which turn alike, either.
        elapsed_s: since the sample before.
        tuning: of this filter.
    """
    ahead = log(compose(sample, inverse(state.value)))
    turns = _TURN * elapsed_s * tuning.step_cutoff
    x, y, z = (
        (before + turns * now) / (1.0 + turns)
        for before, now in zip(state.step, ahead, strict=True)
    )
    size = math.hypot(x, y, z)
    opened = tuning.min_cutoff + tuning.beta * max(size - tuning.rest, 0.0)
    turns = _TURN * elapsed_s * opened
    value = compose(exp(scaled(ahead, turns / (1.0 + turns))), state.value)
    return TurnState(normalised(value), (x, y, z))
