"""The rule that chooses the default tier, and the table it is read from."""

import pytest
from rich.console import Console

from avatar_bridge.cli.tiers import DEFAULT, TierRun, best_tier, tier_table, verdict
from avatar_bridge.telemetry import StageTiming


def tier_run(tier: str, p95_ms: float, mean_r: float | None) -> TierRun:
    stages = (StageTiming("analyze", 1.0, 2.0, 3.0), StageTiming("total", 4.0, p95_ms, 50.0))
    return TierRun(tier, f"net_of_{tier}", "int8", 100.0, mean_r, stages)


@pytest.mark.parametrize(
    ("fast", "quality", "best"),
    [
        ((5.0, 0.6), (12.0, 0.7), "quality"),
        ((5.0, 0.7), (12.0, 0.6), "fast"),
        ((5.0, 0.6), (16.8, 0.7), "fast"),  # too slow for 60 frames a second
        ((17.0, 0.6), (20.0, 0.7), None),
        ((5.0, None), (12.0, None), None),
        ((5.0, -0.2), (12.0, 0.0), "quality"),
    ],
)
def test_the_best_of_those_in_time_is_chosen(
    fast: tuple[float, float | None], quality: tuple[float, float | None], best: str | None
) -> None:
    chosen = best_tier([tier_run("fast", *fast), tier_run("quality", *quality)])
    assert (chosen.tier if chosen else None) == best


@pytest.mark.parametrize(
    ("quality", "message"),
    [
        ((12.0, 0.5), "; as here."),
        ((12.0, 0.7), "here that is quality: choose it with --tier quality."),
    ],
)
def test_the_verdict_is_one_line(quality: tuple[float, float], message: str) -> None:
    said = verdict([tier_run("fast", 5.0, 0.6), tier_run("quality", *quality)])
    assert said.startswith(f"default tier: {DEFAULT}. ")
    assert said.endswith(message)


def test_what_cannot_be_judged_is_said() -> None:
    assert verdict([tier_run("fast", 5.0, None)]).endswith("no truth here to take r with.")
    assert verdict([tier_run("fast", 17.0, 0.6)]).endswith("here none does.")


def test_the_table_has_a_row_a_net() -> None:
    console = Console(width=140)
    with console.capture() as shown:
        console.print(tier_table([tier_run("fast", 5.0, 0.61234), tier_run("", 6.0, None)]))
    rows = shown.get().splitlines()
    cells = [cell.strip() for row in rows if "net_of_" in row for cell in row.split("│")[1:-1]]
    assert cells == [
        *("fast", "net_of_fast", "int8", "1.00 / 2.00", "4.00 / 5.00", "100", "0.612"),
        *("-", "net_of_", "int8", "1.00 / 2.00", "4.00 / 6.00", "100", "-"),
    ]
