"""The tiers of the face net side by side: how long each takes, and how well it follows."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from avatar_bridge.config import TIER_NETS, AnalyzeConfig, Tier
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.telemetry import StageTiming

BUDGET_MS = 16.7  # of one frame at 60 a second
_NOT_MEASURED = "-"
DEFAULT: Tier = AnalyzeConfig().tier


@dataclass(frozen=True, slots=True)
class TierRun:
    """One face net on one source.

    Attributes:
        tier: the net's, or empty where it was chosen by its name.
        net: name of the face net.
        precision: as its card says.
        fps: frames a second, as fast as it went.
        mean_r: mean Pearson's r with the true weights, or None where no truth is known.
        stages: durations by stage; `analyze` is the net and what is solved from its points,
            `total` the whole path of a frame.
    """

    tier: str
    net: str
    precision: str
    fps: float
    mean_r: float | None
    stages: tuple[StageTiming, ...]

    def stage(self, name: str) -> StageTiming | None:
        """The timing of one stage, or None where it never ran."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """What programs are told."""
        stages = [asdict(stage) for stage in self.stages]
        return {
            "tier": self.tier,
            "net": self.net,
            "precision": self.precision,
            "fps": self.fps,
            "mean_r": self.mean_r,
            "stages": {stage.pop("name"): stage for stage in stages},
        }


def installed_tiers(store: ModelStore) -> tuple[list[Tier], list[Tier]]:
    """The tiers whose nets are there, and those whose are not."""
    names = store.names()
    there = [tier for tier, net in TIER_NETS.items() if net in names]
    return there, [tier for tier in TIER_NETS if tier not in there]


def best_tier(runs: Sequence[TierRun]) -> TierRun | None:
    """The run that the rule for the default chooses.

    The rule: of those whose whole path stays under the budget at p95, the one that agrees best.
    None where none stays under it, or where no truth tells how well they agree.
    """
    in_time = [run for run in runs if (total := run.stage("total")) and total.p95_ms < BUDGET_MS]
    judged = [(run.mean_r, run) for run in in_time if run.mean_r is not None]
    return max(judged, key=lambda pair: pair[0])[1] if judged else None


def tier_table(runs: Sequence[TierRun]) -> Table:
    """One row a run; milliseconds are median / p95."""
    table = Table(title="face nets on the same frames, ms: median / p95", title_justify="left")
    for name in ("tier", "net", "precision"):
        table.add_column(name)
    for name in ("net ms", "whole path ms", "fps", "mean r"):
        table.add_column(name, justify="right")
    for run in runs:
        table.add_row(
            run.tier or _NOT_MEASURED,
            run.net,
            run.precision,
            _span(run.stage("analyze")),
            _span(run.stage("total")),
            f"{run.fps:.0f}",
            _NOT_MEASURED if run.mean_r is None else f"{run.mean_r:.3f}",
        )
    return table


def verdict(runs: Sequence[TierRun]) -> str:
    """One line: which tier is the default, and what the rule says to these figures."""
    rule = f"the best mean r of those whose whole path stays under {BUDGET_MS} ms at p95"
    best = best_tier(runs)
    if best is not None and best.tier == DEFAULT:
        found = "as here"
    elif best is not None:
        found = f"here that is {best.tier}: choose it with --tier {best.tier}"
    elif any(run.mean_r is not None for run in runs):
        found = "here none does"
    else:
        found = "no truth here to take r with"
    return f"default tier: {DEFAULT}. The rule: {rule}; {found}."


def _span(timing: StageTiming | None) -> str:
    return f"{timing.p50_ms:.2f} / {timing.p95_ms:.2f}" if timing else _NOT_MEASURED
