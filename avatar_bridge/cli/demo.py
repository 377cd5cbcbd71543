"""`avatar-bridge demo`: the built-in performer, tracked and served like any face."""

import json
from typing import Annotated

import typer

from avatar_bridge.capture.performer import load_truth
from avatar_bridge.cli.console import out
from avatar_bridge.cli.live import run_bridge
from avatar_bridge.cli.options import (
    CalibrationName,
    DetectorName,
    EmotionEvery,
    EmotionNet,
    FaceNet,
    MaxFaces,
    MinFace,
    PreviewText,
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
from avatar_bridge.cli.score import ScoreSink, score_table
from avatar_bridge.cli.summary import reader_label, timing_table


def demo(
    frames: Annotated[int | None, typer.Option(min=1, help="Stop after so many.")] = None,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the live page, and show the live view.")
    ] = True,
    page: PageAddress = None,
    pub: Annotated[str | None, typer.Option(help="Address of the publisher.")] = None,
    control: Annotated[str | None, typer.Option(help="Address of the control service.")] = None,
    calibration: CalibrationName = None,
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
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Track the built-in performer and serve it: no camera, no engine, nothing to download."""
    settings = assemble(
        None,
        {
            "source.uri": "performer",
            "source.loop": True,
            "calibration": calibration,
            "smoothing": smoothing,
            "wire.publish": pub,
            "wire.control": control,
            **tracking(detector, tracker, max_faces, min_face),
            **analysis(tier, face_net, emotion_net, emotion_every),
            "preview": parse_preview(preview),
            "sinks": parse_sinks(sink),
        },
    )
    scored = ScoreSink(load_truth().weights)
    opened = show and not as_json
    bridge = run_bridge(
        settings,
        max_frames=frames,
        show=opened,
        extra_sinks=(scored,),
        page=wanted(page, opened),
    )
    status = bridge.telemetry.snapshot("ended")
    scores = scored.correlations()
    mean = scored.mean()
    if as_json:
        result = {
            "face_net": settings.analyze.face_net_name,
            "frames": status.captured - status.dropped,
            "dropped": status.dropped,
            "fps": status.fps,
            "tracked": scored.tracked,
            "mean_r": mean,
            "r": scores,
        }
        out.print_json(json.dumps(result))
        return
    if scores:
        out.print(score_table(scores))
    out.print(timing_table(status.stages, reader_label(settings.analyze)))
    out.print(
        f"{status.captured} frames captured, {status.dropped} dropped, {status.fps:.1f} fps, "
        f"face tracked in {scored.tracked}"
        + (f", mean r {mean:.2f} over {len(scores)} shapes" if mean is not None else ""),
        highlight=False,
    )
