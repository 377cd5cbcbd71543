"""What a filter is worth: error, lag, what is left of a blink, and rest."""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.smooth.regions import REGIONS
from avatar_bridge.training.filters.run import Filter, columns_of, middle_of, table
from avatar_bridge.training.filters.series import FPS, Rows, Series

MS = 1000.0
# Speeds, in units a second, from which a value is in motion; and for how many frames around.
MOVES = {"head_position": 0.03, "head_orientation": 0.15}
MOVES_ELSE = 0.5
AROUND = 3
BLINK, BLINK_SPAN = 0.4, 10  # a peak this high, the highest of so many frames on either side
BLINK_RISE = 0.3
LAGS_MS = np.arange(-20.0, 101.0, 1.0)
FEWEST = 30  # frames in motion without which there is nothing to measure
SETTLE_S = 0.5  # of a still face, before its rest is measured


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one region; NaN where nothing moves.

    Attributes:
        error: root mean square against the clean take, in units.
        lag_ms: of the frames in motion, by the largest correlation.
        kept: mean share of a blink's peak that is left; of the blink alone.
        kept_least: of the worst blink.
        rest: standard deviation at rest of the worst value on the worst face, in units.
    """

    error: float
    lag_ms: float
    kept: float
    kept_least: float
    rest: float


def measure(run: Filter, takes: list[tuple[Series, Series]], still: list[Series]) -> dict:
    """Figures by region.

    Args:
        run: the filter.
        takes: each clean and with noise.
        still: what was read off faces that did not move.
    """
    outs = [(table(run(noisy), middle_of(clean)), table(clean)) for clean, noisy in takes]
    rest = rest_of(run, still)
    return {region: _region(region, outs, rest) for region in REGIONS}


def rest_of(run: Filter, still: list[Series]) -> Rows:
    """(VALUES + 3,) standard deviation of every value on its worst face."""
    settle = round(SETTLE_S * FPS)
    return np.max([table(run(face))[settle:].std(0) for face in still], axis=0)


def _region(region: str, outs: list[tuple[Rows, Rows]], rest: Rows) -> Figures:
    columns = columns_of(region)
    errors, lags, kept = [], [], []
    for out, clean in outs:
        errors.append(((out - clean)[:, columns] ** 2).mean())
        for column in columns:
            moving = in_motion(clean[:, column], region)
            if moving.sum() >= FEWEST:
                lags.append((moving.sum(), lag_ms(out[:, column], clean[:, column], moving)))
            if region == "blink":
                kept += [
                    out[peak - 2 : peak + BLINK_SPAN, column].max() / clean[peak, column]
                    for peak in blinks(clean[:, column])
                ]
    weights, values = np.array(lags or [(1, np.nan)]).T
    return Figures(
        float(np.sqrt(np.mean(errors))),
        float(np.average(values, weights=weights)),
        float(np.mean(kept)) if kept else np.nan,
        float(np.min(kept)) if kept else np.nan,
        float(rest[columns].max()),
    )


def in_motion(clean: Rows, region: str) -> np.ndarray:
    """(T,) whether a value moves, or will or did a moment ago."""
    fast = np.abs(np.gradient(clean)) * FPS > MOVES.get(region, MOVES_ELSE)
    return np.convolve(fast, np.ones(2 * AROUND + 1), "same") > 0


def lag_ms(out: Rows, clean: Rows, moving: np.ndarray) -> float:
    """By how much what comes out, shifted, is most like the clean take where that moves."""
    frames = np.arange(len(clean))
    wanted = clean[moving] - clean[moving].mean()
    best = [
        np.corrcoef(np.interp(frames + lag * FPS / MS, frames, out)[moving], wanted)[0, 1]
        if out[moving].std() > 0
        else -1.0
        for lag in LAGS_MS
    ]
    return float(LAGS_MS[int(np.argmax(best))])


def blinks(clean: Rows) -> list[int]:
    """Frames in which a lid is down the farthest."""
    return [
        at
        for at in range(BLINK_SPAN, len(clean) - BLINK_SPAN)
        if clean[at] > BLINK
        and clean[at] >= clean[at - BLINK_SPAN : at + BLINK_SPAN + 1].max()
        and clean[at] - clean[at - BLINK_SPAN : at].min() > BLINK_RISE
    ]
