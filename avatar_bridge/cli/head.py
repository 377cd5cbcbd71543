"""`avatar-bridge head`: the avatar that ships, as a file or as a picture."""

from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from avatar_bridge.avatar.head import head_glb, head_vrm
from avatar_bridge.avatar.head.poses import EMOTION_POSES
from avatar_bridge.avatar.render import built_in, render
from avatar_bridge.avatar.sheet import contact_sheet
from avatar_bridge.cli.console import out
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Image

_WRITERS = {".glb": head_glb, ".vrm": head_vrm}
_LARGEST = 2048

app = typer.Typer(help="The built-in avatar: a head with all 52 shapes.", no_args_is_help=True)


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="OUT", help="A new .glb or .vrm file.")],
) -> None:
    """Write the built-in head as glTF or as VRM 1.0, for an engine or a browser."""
    make = _WRITERS.get(output.suffix.lower())
    if make is None:
        raise ConfigError(f"expected a name that ends in .glb or .vrm, got {output}")
    _write(output, make())


@app.command()
def show(
    output: Annotated[Path, typer.Argument(metavar="OUT.png", help="The picture.")],
    shape: Annotated[
        list[str] | None,
        typer.Option(help="A blendshape's weight, 0 to 1; any number.", metavar="NAME=VALUE"),
    ] = None,
    emotion: Annotated[
        str | None, typer.Option(help=f"{', '.join(EMOTION_POSES)}: laid below --shape.")
    ] = None,
    sheet: Annotated[
        bool, typer.Option("--sheet", help="All 52 shapes, emotions and mixtures, labelled.")
    ] = False,
    yaw: Annotated[
        float, typer.Option(help="Degrees round the head: 35 shows its left side.")
    ] = 0.0,
    size: Annotated[
        int, typer.Option(min=32, max=_LARGEST, help="Pixels of the picture's side.")
    ] = 512,
) -> None:
    """Draw the built-in head, or a sheet of all that it can show."""
    if output.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise ConfigError(f"expected a name that ends in .png or .jpg, got {output}")
    if sheet and (shape or emotion or yaw):
        raise ConfigError("--sheet: expected no --shape, --emotion or --yaw with it, got one")
    if sheet:
        picture = contact_sheet()
    else:
        weights = _emotion(emotion) | dict(_shape(text) for text in shape or [])
        picture = render(built_in(), weights, size=size, yaw_deg=yaw)
    _write(output, _packed(picture, output.suffix.lower()))


def _emotion(name: str | None) -> dict[str, float]:
    if name is None or name == "neutral":
        return {}
    if name not in EMOTION_POSES:
        known = ", ".join(EMOTION_POSES)
        raise ConfigError(f"--emotion: expected one of {known}, got {name!r}")
    return dict(EMOTION_POSES[name])


def _shape(text: str) -> tuple[str, float]:
    name, _, said = text.partition("=")
    if name not in BLENDSHAPES:
        raise ConfigError(f"--shape: expected one of the 52, such as jawOpen=0.5, got {text!r}")
    try:
        value = float(said)
    except ValueError:
        value = np.nan
    if not 0.0 <= value <= 1.0:
        raise ConfigError(f"--shape {name}: expected 0 to 1, got {said!r}")
    return name, value


def _packed(picture: Image, suffix: str) -> bytes:
    return bytes(cv2.imencode(suffix, picture)[1])


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"expected a place to write at {path}, got: {error.strerror}") from error
    out.print(f"wrote {path} ({len(data) / 1e6:.2f} MB)", highlight=False)
