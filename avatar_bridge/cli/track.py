"""`avatar-bridge track`: a file or folder, offline, to a table of weights."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.capture.base import Source, picture_name
from avatar_bridge.cli.console import errors
from avatar_bridge.cli.options import (
    CalibrationName,
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
from avatar_bridge.cli.summary import reader_label
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.errors import CaptureError
from avatar_bridge.export import open_writer
from avatar_bridge.export.overlay import OverlayWriter
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import Frame


def track(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="A video, an image or a folder.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="OUT.csv or OUT.json.")],
    overlay: Annotated[
        Path | None, typer.Option(help="Also a video of what was seen: OUT.mp4.")
    ] = None,
    profile: Annotated[str | None, typer.Option(help="Retarget profile: a name or a file.")] = None,
    calibration: CalibrationName = None,
    fps: Annotated[float | None, typer.Option(help="Frames a second to take.")] = None,
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
    """Track every frame of a file and write a Live Link Face CSV or a JSON document."""
    settings = assemble(
        config,
        {
            "source.uri": source,
            "source.fps": fps,
            "source.realtime": False,
            "source.loop": False,
            "source.mirror": mirror,
            "profile": profile,
            "calibration": calibration,
            "smoothing": smoothing,
            **tracking(detector, tracker, 1, min_face),
            **analysis(tier, face_net, emotion_net, emotion_every),
        },
    )
    clock = SystemClock()
    pipeline = PipelineFactory(settings).make(Telemetry(clock))
    pictures = open_source(settings.source, clock)
    tracked = written = unread = 0
    with ExitStack() as stack:
        stack.callback(pictures.close)
        film = OverlayWriter(overlay, pictures.fps) if overlay else None
        if film:
            stack.callback(film.close)
        with open_writer(output, pictures.fps) as writer, Progress(console=errors) as progress:
            task = progress.add_task(escape(pictures.label), total=pictures.frame_count)
            for name, frame in _pictures(pictures):
                if frame is None:
                    unread += 1
                    writer.write(None, written / (pictures.fps or 1.0), name)
                else:
                    look = pipeline.process if name is None else pipeline.process_still
                    state = look(frame)[0]
                    seen = state if state.tracked else None
                    writer.write(seen, frame.captured_ns / NS_PER_S, name)
                    if film:
                        film.write(frame.image, state)
                    tracked += state.tracked
                written += 1
                progress.advance(task)
            progress.update(task, total=written)  # a file's header may promise more
            if unread == written:
                raise CaptureError(f"expected a picture that can be read in {source}, got none")
    reader = reader_label(settings.analyze)
    errors.print(
        f"{output}: {written} frames, a face in {tracked}, read by {reader}", highlight=False
    )


def _pictures(source: Source) -> Iterator[tuple[str | None, Frame | None]]:
    """Every picture with its name; None for a still that cannot be read, told on the way."""
    for index in itertools.count():
        name = picture_name(source, index)
        try:
            frame = source.read()
        except CaptureError as error:
            if name is None:
                raise
            errors.print(f"left empty: {error}", highlight=False, soft_wrap=True)
            yield name, None
            continue
        if frame is None:
            return
        yield name, frame
