"""`avatar-bridge run`: serve a source until it ends."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_bridge.cli.console import errors
from avatar_bridge.cli.live import run_bridge
from avatar_bridge.cli.options import (
    CalibrationName,
    DetectorName,
    EmotionEvery,
    EmotionNet,
    FaceNet,
    Insecure,
    MaxFaces,
    MinFace,
    PreviewText,
    ServerKeysFolder,
    SinkTexts,
    SmoothingName,
    TierName,
    TrackerName,
    analysis,
    assemble,
    parse_preview,
    parse_sinks,
    tracking,
)
from avatar_bridge.cli.page import PageAddress, wanted


def run(
    source: Annotated[
        str | None,
        typer.Option(
            help="performer, camera:0, camera:URL, remote:PORT, a file or a folder; or a phone's "
            "stream: livelink:11111, vmc:39539, ifacialmocap:ADDRESS."
        ),
    ] = None,
    profile: Annotated[str | None, typer.Option(help="Retarget profile: a name or a file.")] = None,
    calibration: CalibrationName = None,
    pub: Annotated[str | None, typer.Option(help="Address of the publisher.")] = None,
    control: Annotated[str | None, typer.Option(help="Address of the control service.")] = None,
    max_frames: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    fps: Annotated[float | None, typer.Option(help="Frames a second to take.")] = None,
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
    sink: SinkTexts = None,
    preview: PreviewText = None,
    record: Annotated[
        str | None, typer.Option(help="Record into a take of this name from the start.")
    ] = None,
    video: Annotated[
        bool | None, typer.Option("--video", help="Keep the pictures beside what is recorded.")
    ] = None,
    loop: Annotated[bool | None, typer.Option("--loop", help="Start a file again.")] = None,
    mirror: Annotated[bool | None, typer.Option("--mirror", help="Flip left and right.")] = None,
    keys: ServerKeysFolder = None,
    insecure: Insecure = None,
    opened: Annotated[
        bool, typer.Option("--open", help="Serve the live page and open it in the browser.")
    ] = False,
    page: PageAddress = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No live view.")] = False,
) -> None:
    """Track a source and publish it until it ends or Ctrl-C."""
    settings = assemble(
        config,
        {
            "source.uri": source,
            "source.fps": fps,
            "source.loop": loop,
            "source.mirror": mirror,
            "profile": profile,
            "calibration": calibration,
            "smoothing": smoothing,
            "recording.start": record,
            "recording.video": video,
            "wire.publish": pub,
            "wire.control": control,
            "wire.insecure": insecure,
            "wire.keys": keys,
            **tracking(detector, tracker, max_faces, min_face),
            **analysis(tier, face_net, emotion_net, emotion_every),
            "preview": parse_preview(preview),
            "sinks": parse_sinks(sink),
        },
    )
    bridge = run_bridge(settings, max_frames=max_frames, show=not quiet, page=wanted(page, opened))
    status = bridge.telemetry.snapshot("ended")
    errors.print(
        f"{status.captured} frames captured, {status.dropped} dropped, {status.fps:.1f} fps",
        highlight=False,
    )
