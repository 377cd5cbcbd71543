"""Filters over whole series, the very code that runs live; many tunings side by side."""

from collections.abc import Callable

import numpy as np
from scipy.spatial.transform import Rotation

from avatar_bridge.smooth.noise import Noise
from avatar_bridge.smooth.one_euro import (
    Groups,
    State,
    Tuning,
    TurnState,
    TurnTuning,
    follow,
    follow_turn,
)
from avatar_bridge.smooth.preset import Preset
from avatar_bridge.smooth.regional import tuning_of, turn_tuning_of
from avatar_bridge.smooth.regions import DIRECTION, GAZE, GROUPS, PLACE, REGION_OF, VALUES
from avatar_bridge.smooth.rotation import quaternion
from avatar_bridge.training.filters.series import Rows, Series

TURN = slice(VALUES, VALUES + 3)  # columns of the head's direction, see `columns_of`
Filter = Callable[[Series], Series]


def filter_values(values: Rows, times: Rows, tuning: Tuning, groups: Groups) -> Rows:
    """Filtered values (T, C, n) of C tunings, (C, n) each, side by side."""
    state = State(np.repeat(values[:1], len(tuning.rest), 0), np.zeros_like(tuning.rest))
    filtered = np.empty((len(values), *tuning.rest.shape))
    filtered[0] = state.value
    for index, elapsed_s in enumerate(np.diff(times), start=1):
        state = follow(state, values[index], float(elapsed_s), tuning, groups)
        filtered[index] = state.value
    return filtered


def filter_turns(turns: Rows, times: Rows, tuning: TurnTuning) -> Rows:
    """Filtered directions (T, 4)."""
    state = TurnState(quaternion(turns[0]))
    filtered = [state.value]
    for turn, elapsed_s in zip(turns[1:], np.diff(times), strict=True):
        state = follow_turn(state, quaternion(turn), float(elapsed_s), tuning)
        filtered.append(state.value)
    return np.array(filtered)


def by_preset(preset: Preset, noise: Noise) -> Filter:
    """The filter that a preset describes, for a net of this noise."""
    every = tuning_of(preset.regions, noise)
    tuning = Tuning(*(getattr(every, name)[None] for name in Tuning.__slots__))
    turn = turn_tuning_of(preset.regions, noise)

    def run(series: Series) -> Series:
        values = filter_values(series.values, series.times, tuning, GROUPS)[:, 0]
        turns = filter_turns(series.turns, series.times, turn)
        return Series(series.name, series.times, values, turns)

    return run


def columns_of(region: str) -> list[int]:
    """The columns of a region in `table`."""
    if region == DIRECTION:
        return list(range(TURN.start, TURN.stop))
    return [index for index, name in enumerate(REGION_OF) if name == region]


def groups_of(region: str) -> Groups:
    """Which of a region's columns are one vector."""
    columns = columns_of(region)
    one = np.zeros(len(columns), np.intp)
    if columns[0] in (PLACE.start, GAZE.start, TURN.start):
        return Groups(one[:1], one)
    return Groups(np.arange(len(columns)), np.arange(len(columns)))


def table(series: Series, centre: Rows | None = None) -> Rows:
    """(T, VALUES + 3) values, and directions as rotation vectors from a middle one, radians.

    Args:
        series: what to write down.
        centre: that quaternion; the mean by default.
    """
    head = Rotation.from_quat(series.turns)
    middle = head.mean() if centre is None else Rotation.from_quat(centre)
    return np.hstack([series.values, (head * middle.inv()).as_rotvec()])


def middle_of(series: Series) -> Rows:
    """The mean direction (4,)."""
    return np.asarray(Rotation.from_quat(series.turns).mean().as_quat())
