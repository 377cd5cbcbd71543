"""`avatar-bridge export`: a take or a video onto an avatar, or into an engine's animation."""

from pathlib import Path
from typing import Annotated, Any

import typer

from avatar_bridge.avatar.gltf import Gltf
from avatar_bridge.cli.console import errors
from avatar_bridge.cli.convert import (
    EndAt,
    FramesPerSecond,
    FromFormat,
    StartAt,
    ToFormat,
    finish,
    reshape,
)
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
from avatar_bridge.cli.tracked import track_take
from avatar_bridge.drive import drive
from avatar_bridge.errors import ConfigError
from avatar_bridge.export.curves import DEFAULT_MESH, Stage
from avatar_bridge.export.files import format_of, is_take, read_take
from avatar_bridge.export.formats import FORMATS
from avatar_bridge.export.formats.base import Format
from avatar_bridge.export.morphs import morph_curves, whole
from avatar_bridge.take import Take


def export(
    source: Annotated[str, typer.Argument(metavar="INPUT", help="A take or a video.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="OUT.glb, .anim, .tres, .csv …")
    ] = None,
    to_format: ToFormat = None,
    from_format: FromFormat = None,
    avatar: Annotated[
        Path | None, typer.Option(help="A .glb or .vrm whose shapes are moved.")
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Retarget profile; else what suits the avatar.")
    ] = None,
    mesh: Annotated[
        list[str] | None,
        typer.Option(help="Path of a node with the shapes, as the engine has it.", metavar="PATH"),
    ] = None,
    head: Annotated[
        str, typer.Option(help="Path of the head's node, for .anim and .tres.", metavar="PATH")
    ] = "",
    fps: FramesPerSecond = None,
    start: StartAt = None,
    end: EndAt = None,
    config: Annotated[Path | None, typer.Option(help="Settings in TOML, for a video.")] = None,
    calibration: CalibrationName = None,
    detector: DetectorName = None,
    tracker: TrackerName = None,
    min_face: MinFace = None,
    smoothing: SmoothingName = None,
    tier: TierName = None,
    face_net: FaceNet = None,
    emotion_net: EmotionNet = None,
    emotion_every: EmotionEvery = None,
) -> None:
    """Export a take or a video: onto an avatar, to Unity, Godot or another tracker's format."""
    target = _target(source, output, to_format)
    kind = format_of(target, to_format, written=True)
    taken = is_take(Path(source)) or from_format is not None
    engine = kind.animates and not kind.needs_avatar  # whose nodes are named by paths
    for option, given, fits in (
        ("--avatar", avatar, kind.animates),
        ("--profile", profile if taken else None, kind.animates),
        ("--mesh", mesh, engine),
        ("--head", head, engine),
    ):
        if given and not fits:
            raise ConfigError(f"{option}: expected a format that heeds it, got {kind.title}")
    if kind.needs_avatar and avatar is None:
        raise ConfigError(f"{target}: expected --avatar FILE.glb or FILE.vrm to animate, got none")
    if avatar is not None:
        Gltf(avatar)  # what cannot be moved is told before a video is tracked in vain
    if taken:
        with errors.status(f"reading {source}"):
            take = read_take(Path(source), from_format)
    else:
        overrides: dict[str, Any] = {
            "source.uri": source,
            "source.realtime": False,
            "source.loop": False,
            "profile": profile,
            "calibration": calibration,
            "smoothing": smoothing,
            **tracking(detector, tracker, 1, min_face),
            **analysis(tier, face_net, emotion_net, emotion_every),
        }
        take = track_take(assemble(config, overrides))
    take = reshape(take, fps, start, end)
    finish(take, target, _stage(take, kind, profile, avatar, mesh, head), to_format)


def _target(source: str, output: Path | None, to_format: str | None) -> Path:
    """Where to write: what was said, or the source's name in this folder."""
    if output is not None:
        return output
    if to_format is None:
        raise ConfigError("expected -o FILE or --to FORMAT, got neither")
    name = Path(source).name.split(":")[-1] or "take"
    target = Path(Path(name).stem + FORMATS.create(to_format).suffix)
    if target.exists():
        raise ConfigError(f"expected -o FILE, since {target} exists already")
    return target


def _stage(
    take: Take,
    kind: Format,
    profile: str | None,
    avatar: Path | None,
    meshes: list[str] | None,
    head: str,
) -> Stage:
    """What the take is played on."""
    if not kind.animates:
        return Stage()
    with errors.status("retargeting"):
        curves = drive(take, profile, avatar)
        own: tuple[str, ...] = ()
        if avatar is not None and not kind.needs_avatar:
            with whole(avatar):
                curves, own = morph_curves(Gltf(avatar).json, curves)
    return Stage(curves, avatar, tuple(meshes or own or (DEFAULT_MESH,)), head)
