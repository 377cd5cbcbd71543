"""`avatar-bridge bench`: how long each stage and each tier of the face net takes here."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from avatar_bridge import __version__
from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.capture.address import resolve
from avatar_bridge.capture.performer import LABEL, load_truth
from avatar_bridge.cli import regress
from avatar_bridge.cli.console import errors, out
from avatar_bridge.cli.options import (
    DetectorName,
    EmotionEvery,
    EmotionNet,
    FaceNet,
    MaxFaces,
    MinFace,
    SmoothingName,
    TierName,
    TrackerName,
    analysis,
    assemble,
    tracking,
)
from avatar_bridge.cli.score import ScoreSink
from avatar_bridge.cli.summary import reader_label, timing_table
from avatar_bridge.cli.tiers import DEFAULT, TierRun, installed_tiers, tier_table, verdict
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import TIER_NETS, Config, SourceConfig, Tier
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.types import FaceState

EXIT_SLOWER = 1
_ANY_PORT = "tcp://127.0.0.1:*"


class _Ticker(QuietSink):
    """A sink that moves a progress bar."""

    def __init__(self, progress: Progress, title: str, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task(escape(title), total=total)

    def publish(self, state: FaceState) -> None:
        self._progress.advance(self._task)


def bench(
    source: Annotated[str, typer.Option(help="As for run; a file is read without pauses.")] = (
        LABEL
    ),
    frames: Annotated[int, typer.Option(min=30, help="How many to measure.")] = 600,
    config: Annotated[Path | None, typer.Option(help="Settings in TOML.")] = None,
    detector: DetectorName = None,
    tracker: TrackerName = None,
    max_faces: MaxFaces = None,
    min_face: MinFace = None,
    smoothing: SmoothingName = None,
    tier: TierName = None,
    face_net: FaceNet = None,
    emotion_net: EmotionNet = None,
    emotion_every: EmotionEvery = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    save: Annotated[
        Path | None, typer.Option(help="Keep the medians, free of the machine, in this file.")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Exit with 1 if a stage is slower than in this file.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0.0, help="By which part a stage may be slower.")
    ] = regress.TOLERANCE,
) -> None:
    """Measure every stage, the whole path and the memory, publishing included.

    Every installed tier of the face net gets the same frames, unless one is asked for.
    """
    overrides = {
        "source.uri": source,
        "source.realtime": False,
        "source.loop": True,
        "smoothing": smoothing,
        "wire.publish": _ANY_PORT,
        "wire.control": "",
        **tracking(detector, tracker, max_faces, min_face),
        **analysis(tier, face_net, emotion_net, emotion_every),
    }
    asked = assemble(config, overrides)
    before = regress.load(compare, source) if compare else None
    configs, missing = [asked], list[Tier]()
    every = tier is None and not asked.analyze.face_net
    if every:
        there, missing = installed_tiers(ModelStore())
        configs = [assemble(config, {**overrides, "analyze.tier": each}) for each in there]
        configs = configs or [asked]  # which then says what is missing
    runs, calibrations_ms = [], [regress.calibrate(SystemClock())]
    for each in configs:
        runs.append(_measure(each, frames, show=not as_json))
        calibrations_ms.append(regress.calibrate(SystemClock()))
    ratios = regress.ratios(runs, calibrations_ms)
    if save:
        regress.save(save, source, frames, ratios)
    changes = [] if before is None else regress.compare(before, ratios, tolerance)
    memory = _peak_rss_mb()
    if as_json:
        result = {
            "version": __version__,
            "source": source,
            "frames": frames,
            "peak_rss_mb": memory,
            "default_tier": DEFAULT,
            "missing_tiers": missing,
            "runs": [run.as_json() for run in runs],
            "changes": [asdict(change) for change in changes],
        }
        out.print_json(json.dumps(result))
        _judge(changes)
        return
    for each, run in zip(configs, runs, strict=True):
        out.print(timing_table(run.stages, reader_label(each.analyze)))
    out.print(tier_table(runs))
    for name in missing:
        out.print(f"tier {name}: {TIER_NETS[name]} is not installed", highlight=False)
    if every:
        out.print(verdict(runs), highlight=False)
    out.print(
        f"{source}: {frames} frames a net" + (f", peak memory {memory:.0f} MB" if memory else ""),
        highlight=False,
    )
    if changes:
        out.print(regress.comparison_table(changes))
    _judge(changes)


def _judge(changes: list[regress.Change]) -> None:
    if any(change.slower for change in changes):
        raise typer.Exit(EXIT_SLOWER)


def _measure(config: Config, frames: int, show: bool) -> TierRun:
    """Run one configuration over so many frames, as fast as it goes."""
    clock = SystemClock()
    score = _score(config.source)
    progress = Progress(console=errors, disable=not show)
    ticker = _Ticker(progress, reader_label(config.analyze), frames)
    bridge = Bridge(build(config, clock, (ticker, *((score,) if score else ()))))
    with progress:
        started_ns = clock.now_ns()
        bridge.run(frames)
        elapsed_s = (clock.now_ns() - started_ns) / NS_PER_S
    return TierRun(
        tier="" if config.analyze.face_net else config.analyze.tier,
        net=config.analyze.face_net_name,
        precision=ModelStore().find(config.analyze.face_net_name).card.precision,
        fps=frames / elapsed_s,
        mean_r=score.mean() if score else None,
        stages=bridge.telemetry.snapshot("ended").stages,
    )


def _score(source: SourceConfig) -> ScoreSink | None:
    """What judges the weights, where the truth behind the pictures is known."""
    if resolve(source.uri)[0] != LABEL:
        return None
    truth = load_truth()
    return ScoreSink((truth.mirrored() if source.mirror else truth).weights)


def _peak_rss_mb() -> float | None:
    """The most memory that this process held, where the system tells."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    per_mb = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere
    return peak / per_mb
