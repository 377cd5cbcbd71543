"""`avatar-bridge-train render`, `samples` and `sittings`: pictures whose truth is known."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_bridge.training.commands.options import IctOption


def render(
    out: Annotated[Path, typer.Argument(help="Folder for the clip and its truth.")],
    ict: IctOption,
    frames: Annotated[int | None, typer.Option(help="How many pictures; all by default.")] = None,
    size: Annotated[int, typer.Option(help="Side of a picture in pixels.")] = 512,
) -> None:
    """Render the performer, whose shapes, points and gaze are known exactly."""
    from avatar_bridge.training.synthetic import command

    command.render(out, ict, frames, size)


def samples(
    out: Annotated[Path, typer.Argument(help="Folder for the shards.")],
    ict: IctOption,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 8000,
    seed: Annotated[int, typer.Option(help="Decides every picture.")] = 0,
    takes: Annotated[
        Path | None, typer.Option(help="Folder of Live Link Face takes, to borrow faces from.")
    ] = None,
    moments: Annotated[
        bool, typer.Option(help="Each face twice, the second time a moment later.")
    ] = False,
) -> None:
    """Render random faces to learn from; a recipe reads them as data of kind `shards`."""
    from avatar_bridge.training.synthetic import command

    command.render_samples(out, ict, count, seed, takes, moments)


def sittings(
    out: Annotated[Path, typer.Argument(help="Folder for the files.")],
    ict: IctOption,
    count: Annotated[int, typer.Option(help="How many heads.")] = 1000,
    seed: Annotated[int, typer.Option(help="Decides every picture.")] = 0,
    size: Annotated[int, typer.Option(min=32, help="Side of a cut face in pixels.")] = 128,
    margin: Annotated[float, typer.Option(help="Side of the cut in face boxes.")] = 1.4,
    lift: Annotated[float, typer.Option(help="Of the cut's middle, in face boxes.")] = 0.05,
) -> None:
    """Render heads that show many expressions each, all else alike; kind `sittings`."""
    from avatar_bridge.training.synthetic import command

    command.render_sittings(out, ict, count, seed, size, margin, lift)
