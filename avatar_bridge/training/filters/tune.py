"""The search for presets: least error in motion among the filters that are still enough at rest.

A random search around the best so far, one region after another, many candidates side by side.
"""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.smooth.noise import Noise
from avatar_bridge.smooth.one_euro import Tuning, TurnTuning
from avatar_bridge.smooth.preset import EmotionTuning, Preset, RegionTuning
from avatar_bridge.smooth.regions import DIRECTION, REGIONS
from avatar_bridge.training.filters.figures import SETTLE_S, in_motion
from avatar_bridge.training.filters.run import (
    columns_of,
    filter_turns,
    filter_values,
    groups_of,
    middle_of,
    table,
)
from avatar_bridge.training.filters.series import FPS, Rows, Series, louder


@dataclass(frozen=True, slots=True)
class Goal:
    """What a preset is for.

    Attributes:
        title: one line for people.
        rest: standard deviation that is allowed at rest, of a weight.
        margin: see `EmotionTuning`.
        caution: the noise at rest that is tuned on is so much louder than what was recorded: other
            faces may tremble more, and all do in motion.
    """

    title: str
    rest: float
    margin: float
    caution: float


GOALS = {
    "responsive": Goal("The least lag; a face at rest may tremble a little", 0.008, 0.05, 1.2),
    "balanced": Goal("Still at rest, on time in motion", 0.0043, 0.1, 1.2),
    "steady": Goal("The stillest; slow movements come a little later", 0.0033, 0.15, 2.5),
}
# Units of other regions whose errors weigh as much as one of weight: metres and radians.
SCALE = {"head_position": 0.1, DIRECTION: 0.3, "gaze": 0.6}
# Where to look: min_cutoff and beta in hertz, step_cutoff in hertz, rest in noises.
LOWEST = np.array([0.5, 0.3, 1.0, 0.1])
HIGHEST = np.array([6.0, 40.0, 30.0, 4.0])
CANDIDATES, ROUNDS, BEST = 80, 5, 8
TURN_CANDIDATES = 10  # these run one by one
ON_TIME = ("blink", "jaw", "mouth")  # regions whose lag is limited, by a bit less than 1/60 s
LATEST_S = 0.013
STIR_PENALTY = 100.0  # of error, for each unit that the rest is above its goal
LATE_PENALTY = 20.0  # of error, for each second above the limit
JERK_S = 0.02  # by which an error of speed counts: motion must not come in stairs
DIGITS = 3


def tune(
    name: str,
    takes: list[tuple[Series, Series]],
    still: list[Series],
    noise: Noise,
    seed: int = 0,
) -> Preset:
    """The best preset for a goal.

    Args:
        name: one of `GOALS`.
        takes: each clean and with noise.
        still: what was read off faces that did not move.
        noise: of the net, which `rest` is told in.
        seed: of the search.
    """
    goal = GOALS[name]
    still = [louder(face, goal.caution) for face in still]
    regions = {
        region: _tune_region(region, goal, takes, still, noise, np.random.default_rng(seed))
        for region in REGIONS
    }
    emotion = EmotionTuning(margin=goal.margin)
    return Preset(name=name, title=goal.title, regions=regions, emotion=emotion)


def _tune_region(
    region: str,
    goal: Goal,
    takes: list[tuple[Series, Series]],
    still: list[Series],
    noise: Noise,
    rng: np.random.Generator,
) -> RegionTuning:
    scale = SCALE.get(region, 1.0)
    count = TURN_CANDIDATES if region == DIRECTION else CANDIDATES
    tried = LOWEST * (HIGHEST / LOWEST) ** rng.random((count, 4))
    best, least = tried[0], np.inf
    for round_ in range(ROUNDS):
        losses = _losses(region, tried, goal.rest, scale, takes, still, noise)
        order = losses.argsort()[:BEST]
        if losses[order[0]] < least:
            best, least = tried[order[0]], losses[order[0]]
        spread = np.exp(rng.standard_normal((count - 1, 4)) * 0.6 / (1 + round_))
        near = tried[rng.choice(order, count - 1)] * spread
        tried = np.vstack([best, near.clip(LOWEST, HIGHEST)])
    cutoff, beta, step, rest = (float(f"{v:.{DIGITS}g}") for v in best)
    return RegionTuning(min_cutoff=cutoff, beta=beta, step_cutoff=step, rest=rest)


def _losses(
    region: str,
    tried: Rows,
    rest_goal: float,
    scale: float,
    takes: list[tuple[Series, Series]],
    still: list[Series],
    noise: Noise,
) -> Rows:
    """(C,) of every candidate: error in motion, and what is above the limits; by weight's scale."""
    columns = columns_of(region)
    settle = round(SETTLE_S * FPS)
    rest = np.max([_run(region, tried, noise, face)[settle:].std(0) for face in still], axis=0)
    errors, lags = [], []
    for clean, noisy in takes:
        wanted = table(clean)[:, columns]  # (T, n)
        out = _run(region, tried, noise, noisy, middle_of(clean))  # (T, C, n)
        moving = np.column_stack([in_motion(column, region) for column in wanted.T])
        if not moving.any():
            moving[:] = True  # better to follow what is there than nothing
        off = out - wanted[:, None]
        speed = np.gradient(wanted, axis=0)[:, None] * FPS * moving[:, None]
        jerk = np.gradient(off, axis=0) * FPS
        lags.append(-(off * speed).sum((0, 2)) / max((speed**2).sum(), 1e-12))  # least squares
        errors.append(
            np.sqrt((off**2).mean((0, 2)))
            + np.sqrt(((off * moving[:, None]) ** 2).sum((0, 2)) / moving.sum())
            + JERK_S * np.sqrt((jerk**2).mean((0, 2)))
        )
    error = np.mean(errors, axis=0) / scale
    over = np.maximum(rest.max(1) / scale - rest_goal, 0.0)
    late = np.maximum(np.mean(lags, axis=0) - LATEST_S, 0.0) if region in ON_TIME else 0.0
    return np.asarray(error + STIR_PENALTY * over + LATE_PENALTY * late)


def _run(
    region: str,
    tried: Rows,
    noise: Noise,
    series: Series,
    centre: Rows | None = None,
) -> Rows:
    """(T, C, n) a region by every candidate."""
    columns = columns_of(region)
    if region == DIRECTION:
        runs = [
            filter_turns(series.turns, series.times, TurnTuning(*map(float, row)))
            for row in tried * [1.0, 1.0 / noise.turn, 1.0, noise.turn]
        ]
        outs = [Series("", series.times, series.values, turns) for turns in runs]
        centre = middle_of(series) if centre is None else centre
        return np.stack([table(out, centre)[:, columns] for out in outs], axis=1)
    tuning = Tuning(*(np.repeat(column[:, None], len(columns), 1) for column in tried.T))
    tuning.beta[:] /= noise.values[columns]
    tuning.rest[:] *= noise.values[columns]
    values = series.values[:, columns]
    return filter_values(values, series.times, tuning, groups_of(region))
