"""`avatar-bridge batch`: a library of videos to takes, on all cores or on a Ray cluster."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, NoReturn, Protocol

import typer
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from avatar_bridge.batch import job as jobs
from avatar_bridge.batch.job import Job, Outcome, find_videos, plan
from avatar_bridge.batch.local import LocalPool
from avatar_bridge.batch.manifest import Manifest, fingerprint
from avatar_bridge.batch.ray_cluster import RayPool
from avatar_bridge.batch.worker import Worker
from avatar_bridge.cli.console import errors
from avatar_bridge.cli.live import stops_on_signals
from avatar_bridge.cli.options import (
    DetectorName,
    EmotionEvery,
    EmotionNet,
    FaceNet,
    MinFace,
    SmoothingName,
    TierName,
    TrackerName,
    analysis,
    assemble,
    tracking,
)
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.cluster import LOCAL
from avatar_bridge.errors import ConfigError, SinkError
from avatar_bridge.export.files import format_names
from avatar_bridge.export.formats import FORMATS

EXIT_SOME_FAILED = 1


class Pool(Protocol):
    """Workers, wherever they are."""

    def run(self, jobs: Sequence[Job]) -> Iterator[jobs.Progress | Outcome]: ...

    def close(self) -> None: ...


def batch(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="VIDEOS…", help="Videos, folders, or patterns: 'clips/**/*.mp4'."),
    ],
    out: Annotated[Path, typer.Option(help="Folder of the takes; made where it is missing.")],
    to_format: Annotated[
        str, typer.Option("--to", help=f"{', '.join(format_names(written=True))}.", metavar="F")
    ] = "mcap",
    workers: Annotated[
        int | None, typer.Option(min=1, max=4096, help="Videos at once; else one a core.")
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(help="Address of a Ray cluster, or `local` to start one here.", metavar="AT"),
    ] = None,
    give_up: Annotated[
        float,
        typer.Option(min=1, max=1e6, help="Seconds without a sign, then a video is broken."),
    ] = jobs.GIVE_UP_S,
    again: Annotated[
        bool, typer.Option("--again", help="Do what was done before once more.")
    ] = False,
    profile: Annotated[str | None, typer.Option(help="Retarget profile: a name or a file.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings in TOML.")] = None,
    detector: DetectorName = None,
    tracker: TrackerName = None,
    min_face: MinFace = None,
    smoothing: SmoothingName = None,
    tier: TierName = None,
    face_net: FaceNet = None,
    emotion_net: EmotionNet = None,
    emotion_every: EmotionEvery = None,
    mirror: Annotated[bool | None, typer.Option("--mirror", help="Flip left and right.")] = None,
) -> None:
    """Track whole libraries of videos; what was done before is not done again."""
    settings = assemble(
        config,
        {
            "source.mirror": mirror,
            "profile": profile,
            "smoothing": smoothing,
            **tracking(detector, tracker, 1, min_face),
            **analysis(tier, face_net, emotion_net, emotion_every),
        },
    )
    written = format_names(written=True)
    if to_format not in written:
        raise ConfigError(f"--to: expected one of {', '.join(written)}, got {to_format!r}")
    planned = plan(find_videos(inputs), _made(out), FORMATS.create(to_format).suffix)
    record = Manifest(out.resolve(), fingerprint(settings, to_format))
    with closing(record) as manifest, stops_on_signals(_interrupt):
        todo = [job for job in planned if again or not manifest.has(job)]
        if len(todo) < len(planned):
            errors.print(f"{len(planned) - len(todo)} of {len(planned)} were done before")
        if not todo:
            return
        told, threads = settings.model_dump_json(), settings.analyze.threads
        Worker(told, to_format)  # so that bad settings are told before any process starts
        pool: Pool
        if ray is None:
            count = workers or max(1, (os.cpu_count() or 1) // threads)
            pool = LocalPool(told, to_format, count, SystemClock(), give_up)
        else:
            with errors.status("starting Ray" if ray == LOCAL else f"connecting to Ray at {ray}"):
                pool = RayPool(told, to_format, workers or 0, ray, threads, give_up)
        with closing(pool):
            failed = _work(pool, todo, manifest)
    if failed:
        raise typer.Exit(EXIT_SOME_FAILED)


def _interrupt() -> NoReturn:
    raise KeyboardInterrupt  # SIGTERM as Ctrl-C: the pool is closed on the way out


def _text(path: Path | str) -> str:
    """A file's name for the terminal: its bytes need not be text."""
    return str(path).encode("utf-8", "replace").decode()


def _made(out: Path) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"expected a folder at {out}, got: {error.strerror}") from error
    return out.resolve()


def _work(pool: Pool, todo: Sequence[Job], manifest: Manifest) -> int:
    """Do jobs and show how they go; gives how many failed."""
    clock = SystemClock()
    started_ns = clock.now_ns()
    frames = done = failed = 0
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as shown:
        whole = shown.add_task("videos", total=len(todo))
        rows: dict[Path, TaskID] = {}
        for said in pool.run(todo):
            source = said.job.source
            if isinstance(said, jobs.Progress):
                if source not in rows:
                    rows[source] = shown.add_task(escape(_text(source.name)))
                shown.update(rows[source], completed=said.frames, total=said.total)
                continue
            manifest.add(said)
            if source in rows:
                shown.remove_task(rows.pop(source))
            shown.advance(whole)
            frames += said.frames
            done += not said.error
            if said.error:
                failed += 1
                line = _text(f"failed: {source}: {said.error}")
                errors.print(line, style="red", highlight=False, soft_wrap=True)
    seconds = max((clock.now_ns() - started_ns) / NS_PER_S, 1e-9)
    errors.print(
        f"{done} takes, {frames} frames in {seconds:.1f} s ({frames / seconds:.0f} a second)"
        + (f", {failed} failed" if failed else ""),
        highlight=False,
    )
    return failed
