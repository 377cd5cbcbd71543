"""What several commands say of a run: who read the face, and how long each stage took."""

from collections.abc import Iterable

from rich.table import Table

from avatar_bridge.config import AnalyzeConfig
from avatar_bridge.telemetry import StageTiming


def reader_label(analyze: AnalyzeConfig) -> str:
    """The face net that reads, with its tier where it was chosen by that."""
    return analyze.face_net or f"{analyze.face_net_name} (tier {analyze.tier})"


def timing_table(stages: Iterable[StageTiming], reader: str) -> Table:
    """Per-stage durations in milliseconds.

    Args:
        stages: in the order of the rows.
        reader: who read the face, as `reader_label` says it.
    """
    table = Table(title=f"time per stage, {reader}", title_justify="left")
    table.add_column("stage")
    for name in ("p50 ms", "p95 ms", "worst ms"):
        table.add_column(name, justify="right")
    for stage in stages:
        table.add_row(
            stage.name, f"{stage.p50_ms:.2f}", f"{stage.p95_ms:.2f}", f"{stage.worst_ms:.2f}"
        )
    return table
