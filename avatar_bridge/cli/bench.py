"""`avatar-bridge bench`: how long each stage takes on this machine."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from avatar_bridge import __version__
from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.options import EmotionEvery, EmotionNet, assemble
from avatar_bridge.cli.summary import timing_table
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState

_ANY_PORT = "tcp://127.0.0.1:*"


class _Ticker(QuietSink):
    """A sink that moves a progress bar."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("measuring", total=total)

    def publish(self, state: FaceState) -> None:
        self._progress.advance(self._task)


def bench(
    source: Annotated[str, typer.Option(help="As for run; a file is read without pauses.")] = (
        "performer"
    ),
    frames: Annotated[int, typer.Option(min=30, help="How many to measure.")] = 600,
    config: Annotated[Path | None, typer.Option(help="Settings in TOML.")] = None,
    emotion_net: EmotionNet = None,
    emotion_every: EmotionEvery = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Measure every stage, the whole path and the memory, publishing included."""
    settings = assemble(
        config,
        {
            "source.uri": source,
            "source.realtime": False,
            "source.loop": True,
            "wire.publish": _ANY_PORT,
            "wire.control": "",
            "analyze.emotion_net": emotion_net,
            "analyze.emotion_every": emotion_every,
        },
    )
    clock = SystemClock()
    progress = Progress(console=errors, disable=as_json)
    bridge = Bridge(build(settings, clock, (_Ticker(progress, frames),)))
    with progress:
        started_ns = clock.now_ns()
        bridge.run(frames)
        elapsed_s = (clock.now_ns() - started_ns) / NS_PER_S
    status = bridge.telemetry.snapshot("ended")
    result = _result(source, frames, elapsed_s, status)
    if as_json:
        out.print_json(json.dumps(result))
        return
    out.print(timing_table(status))
    memory = result["peak_rss_mb"]
    out.print(
        f"{source}: {result['frames']} frames, {result['fps']:.1f} fps"
        + (f", peak memory {memory:.0f} MB" if memory else ""),
        highlight=False,
    )


def _result(source: str, frames: int, elapsed_s: float, status: StreamStatus) -> dict[str, Any]:
    return {
        "version": __version__,
        "source": source,
        "frames": frames,
        "fps": frames / elapsed_s,
        "peak_rss_mb": _peak_rss_mb(),
        "stages": {
            stage.name: {"p50_ms": stage.p50_ms, "p95_ms": stage.p95_ms, "worst_ms": stage.worst_ms}
            for stage in status.stages
        },
    }


def _peak_rss_mb() -> float | None:
    """The most memory that this process held, where the system tells."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    per_mb = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere
    return peak / per_mb
