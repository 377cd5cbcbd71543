"""The One-Euro filter as its authors published it, with constants found by hand.

What the presets are compared with. Casiez, Roussel and Vogel, CHI 2012; the direction of the head
is filtered by components, for which this form is known.
"""

import numpy as np

from avatar_bridge.smooth.regions import GAZE, PLACE, REGION_OF
from avatar_bridge.training.filters.series import Rows, Series

DERIVATIVE_CUTOFF = 1.0
CONSTANTS = {  # region: cut-off at rest in hertz, and hertz per unit a second
    "blink": (6.0, 4.0),
    "look": (2.0, 2.0),
    "lids": (2.0, 2.0),
    "brows": (1.5, 1.5),
    "jaw": (3.0, 2.5),
    "mouth": (2.0, 2.0),
    "cheeks": (1.5, 1.0),
    "tongue": (2.0, 2.0),
    "head_position": (1.0, 20.0),
    "gaze": (1.5, 3.0),
}
HEAD = (1.0, 6.0)


def published(series: Series) -> Series:
    """The filtered series."""
    cutoff, beta = np.array([CONSTANTS[region] for region in REGION_OF]).T
    signs = np.cumprod(np.r_[1.0, np.sign((series.turns[1:] * series.turns[:-1]).sum(1))])
    turns = _filter(series.turns * signs[:, None], series.times, *HEAD, (slice(0, 4),))
    return Series(
        series.name,
        series.times,
        _filter(series.values, series.times, cutoff, beta, (PLACE, GAZE)),
        turns / np.linalg.norm(turns, axis=1, keepdims=True),
    )


def _filter(
    samples: Rows, times: Rows, cutoff: Rows | float, beta: Rows | float, vectors: tuple[slice, ...]
) -> Rows:
    filtered = samples.copy()
    speed = np.zeros(samples.shape[1])
    for index, elapsed_s in enumerate(np.diff(times), start=1):
        ahead = samples[index] - filtered[index - 1]
        speed = speed + _share(DERIVATIVE_CUTOFF, elapsed_s) * (ahead / elapsed_s - speed)
        pace = np.abs(speed)
        for part in vectors:
            pace[part] = np.linalg.norm(speed[part])
        filtered[index] = filtered[index - 1] + _share(cutoff + beta * pace, elapsed_s) * ahead
    return filtered


def _share(cutoff: Rows | float, elapsed_s: float) -> Rows | float:
    rate = 2.0 * np.pi * cutoff * elapsed_s
    return rate / (rate + 1.0)
