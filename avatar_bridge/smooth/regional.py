"""A filter of a whole face's motion: One-Euro, with the tuning of each region."""

from collections.abc import Mapping

import numpy as np

from avatar_bridge.smooth.noise import Noise
from avatar_bridge.smooth.one_euro import (
    State,
    Tuning,
    TurnState,
    TurnTuning,
    follow,
    follow_turn,
)
from avatar_bridge.smooth.preset import RegionTuning
from avatar_bridge.smooth.regions import DIRECTION, GROUPS, REGION_OF, to_motion, to_values
from avatar_bridge.smooth.rotation import quaternion
from avatar_bridge.types import Motion


def tuning_of(regions: Mapping[str, RegionTuning], noise: Noise) -> Tuning:
    """The tuning of every value, (VALUES,), from that of its region and its own noise."""
    chosen = [regions[name] for name in REGION_OF]
    return Tuning(
        np.array([region.min_cutoff for region in chosen]),
        np.array([region.beta for region in chosen]) / noise.values,
        np.array([region.step_cutoff for region in chosen]),
        np.array([region.rest for region in chosen]) * noise.values,
    )


def turn_tuning_of(regions: Mapping[str, RegionTuning], noise: Noise) -> TurnTuning:
    """The tuning of the head's direction."""
    head = regions[DIRECTION]
    return TurnTuning(
        head.min_cutoff, head.beta / noise.turn, head.step_cutoff, head.rest * noise.turn
    )


class RegionalFilter:
    """Smooths one face.

    Args:
        regions: the tuning of each region.
        noise: of the net at rest.
    """

    def __init__(self, regions: Mapping[str, RegionTuning], noise: Noise) -> None:
        self._tuning = tuning_of(regions, noise)
        self._turn_tuning = turn_tuning_of(regions, noise)
        self._states: tuple[State, TurnState] | None = None

    def smooth(self, motion: Motion, /, elapsed_s: float) -> Motion:
        values = to_values(motion)
        orientation = quaternion(motion.head_pose.orientation)
        if self._states is None:
            self._states = State(values, np.zeros_like(values)), TurnState(orientation)
            return motion
        state, turn = self._states
        elapsed_s = max(elapsed_s, 0.0)
        state = follow(state, values, elapsed_s, self._tuning, GROUPS)
        turn = follow_turn(turn, orientation, elapsed_s, self._turn_tuning)
        self._states = state, turn
        return to_motion(state.value, turn.value)
