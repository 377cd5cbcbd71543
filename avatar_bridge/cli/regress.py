"""Whether something became slower: times as multiples of a workload that never changes.

Seconds of one machine say nothing on another. So each stage's median is told in calibrations: the
time of a fixed piece of work, half of it arithmetic on arrays, half of it the interpreter's, which
is measured around each run.
"""

import itertools
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from avatar_bridge.cli.tiers import TierRun
from avatar_bridge.clock import NS_PER_MS, Clock
from avatar_bridge.errors import ConfigError

FORMAT = 1
TOLERANCE = 0.3  # of a stage's ratio: medians of one machine differ by half of it
LEAST = 0.05  # of the whole path: what is faster still is all noise
WHOLE = "total"
# Decoding is not ours, and shares the cores with the rest; few runs have no steady median.
_LEFT_OUT = ("capture", "detect")

_REPEATS = 25
_SIDE = 96  # of a matrix; larger ones would be shared out among cores
_PRODUCTS = 24
_ADDITIONS = 30_000

Ratios = dict[str, dict[str, float]]  # by net and stage


def calibrate(clock: Clock) -> float:
    """Milliseconds that the fixed work takes here and now, the median of some repetitions."""
    matrix = np.linspace(0.0, 1.0, _SIDE * _SIDE, dtype=np.float32).reshape(_SIDE, _SIDE)
    times = []
    for _ in range(_REPEATS):
        started_ns = clock.now_ns()
        for _ in range(_PRODUCTS):
            matrix @ matrix
        total = 0
        for number in range(_ADDITIONS):
            total += number & 7
        times.append((clock.now_ns() - started_ns) / NS_PER_MS)
    return statistics.median(times)


@dataclass(frozen=True, slots=True)
class Change:
    """One stage of one net, then and now; a ratio of None means that it did not run.

    Attributes:
        slower: whether it is slower than the tolerance allows.
    """

    net: str
    stage: str
    before: float | None
    now: float | None
    slower: bool


def ratios(runs: Sequence[TierRun], calibrations_ms: Sequence[float]) -> Ratios:
    """Medians of the stages in calibrations.

    Args:
        runs: one of each net.
        calibrations_ms: measured before each run and after the last one.
    """
    around = itertools.pairwise(calibrations_ms)
    return {
        run.net: {
            stage.name: stage.p50_ms / ((a + b) / 2)
            for stage in run.stages
            if stage.name not in _LEFT_OUT
        }
        for run, (a, b) in zip(runs, around, strict=True)
    }


def compare(before: Ratios, now: Ratios, tolerance: float = TOLERANCE) -> list[Change]:
    """Every stage of every net that ran then or now, in the order of now.

    A stage is slower when its ratio has grown by more than the tolerance, and by more than a
    small part of the whole path besides. What ran only once is never slower.
    """
    changes = []
    for net in (*now, *(net for net in before if net not in now)):
        old, new = before.get(net, {}), now.get(net, {})
        least = LEAST * old.get(WHOLE, 0.0)
        for stage in (*new, *(stage for stage in old if stage not in new)):
            then, here = old.get(stage), new.get(stage)
            grown = 0.0 if then is None or here is None else here - then
            slower = grown > max(least, tolerance * (then or 0.0))
            changes.append(Change(net, stage, then, here, slower))
    return changes


def comparison_table(changes: Sequence[Change]) -> Table:
    """One row a stage, those that became slower marked."""
    table = Table(title="medians in calibrations", title_justify="left")
    for name in ("net", "stage"):
        table.add_column(name)
    for name in ("before", "now", "change"):
        table.add_column(name, justify="right")
    for each in changes:
        change = ""
        if each.before and each.now is not None:
            change = f"{each.now / each.before - 1:+.0%}"
        table.add_row(
            each.net,
            each.stage,
            *("-" if ratio is None else f"{ratio:.3f}" for ratio in (each.before, each.now)),
            change + (" slower" if each.slower else ""),
            style="red" if each.slower else None,
        )
    return table


def save(file: Path, source: str, frames: int, measured: Ratios) -> None:
    """Keep what was measured for a later `load`.

    Raises:
        ConfigError: the file cannot be written.
    """
    said = {"format": FORMAT, "source": source, "frames": frames, "ratios": measured}
    try:
        file.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"expected to write {file}, got: {error.strerror}") from error


def load(file: Path, source: str) -> Ratios:
    """What `save` kept.

    Raises:
        ConfigError: no such file, another kind of file, or measured on another source.
    """
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"expected a baseline at {file}, got: {error.strerror}") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: expected JSON, got: {error}") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT or not _are_ratios(said):
        raise ConfigError(f"{file}: expected what bench --save writes, got something else")
    if said.get("source") != source:
        raise ConfigError(
            f"{file}: expected the source that it was measured on, {said.get('source')!r}, "
            f"got {source!r}"
        )
    measured: Ratios = said["ratios"]
    return measured


def _are_ratios(said: Mapping[str, object]) -> bool:
    nets = said.get("ratios")
    return isinstance(nets, dict) and all(
        isinstance(stages, dict)
        and all(isinstance(ratio, int | float) and ratio >= 0 for ratio in stages.values())
        for stages in nets.values()
    )
