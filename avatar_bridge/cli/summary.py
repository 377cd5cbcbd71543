"""The table of stage timings that several commands end with."""

from rich.table import Table

from avatar_bridge.telemetry import StreamStatus


def timing_table(status: StreamStatus) -> Table:
    """Per-stage durations in milliseconds."""
    table = Table(title="time per stage", title_justify="left")
    table.add_column("stage")
    for name in ("p50 ms", "p95 ms", "worst ms"):
        table.add_column(name, justify="right")
    for stage in status.stages:
        table.add_row(
            stage.name, f"{stage.p50_ms:.2f}", f"{stage.p95_ms:.2f}", f"{stage.worst_ms:.2f}"
        )
    return table
