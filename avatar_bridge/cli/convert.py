"""`avatar-bridge convert`: a take in one format to another."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_bridge.cli.console import errors
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.files import format_names, format_of, read_take, write_take
from avatar_bridge.export.resample import cut, resample
from avatar_bridge.take import Take

FramesPerSecond = Annotated[
    float | None, typer.Option("--fps", help="Rows a second to write; else as they were taken.")
]
StartAt = Annotated[float | None, typer.Option("--start", help="Seconds into the take.")]
EndAt = Annotated[float | None, typer.Option("--end", help="Seconds into the take.")]
FromFormat = Annotated[
    str | None,
    typer.Option(
        "--from", help=f"{', '.join(format_names(written=False))}; else by the suffix.", metavar="F"
    ),
]
ToFormat = Annotated[
    str | None,
    typer.Option(
        "--to", help=f"{', '.join(format_names(written=True))}; else by the suffix.", metavar="F"
    ),
]


def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A take.")],
    output: Annotated[Path, typer.Argument(metavar="OUT", help="The file to write.")],
    from_format: FromFormat = None,
    to_format: ToFormat = None,
    fps: FramesPerSecond = None,
    start: StartAt = None,
    end: EndAt = None,
) -> None:
    """Convert a take between formats; its timecode and frame rate are kept."""
    format_of(output, to_format, written=True)  # what cannot be written is not read in vain
    with errors.status(f"reading {source.name}"):
        take = read_take(source, from_format)
    finish(reshape(take, fps, start, end), output, Stage(), to_format)


def reshape(take: Take, fps: float | None, start: float | None, end: float | None) -> Take:
    """The part of a take that is asked for, at the rate that is asked for."""
    if start is not None or end is not None:
        take = cut(take, start, end)
    return take if fps is None else resample(take, fps)


def finish(take: Take, output: Path, stage: Stage, to_format: str | None) -> None:
    """Write a take and say what was written."""
    with errors.status(f"writing {output.name}"):
        write_take(output, take, stage, to_format)
    kind = format_of(output, to_format, written=True).title
    errors.print(
        f"{output}: {kind}, {len(take)} rows, a face in {int(take.tracked.sum())}, "
        f"{take.duration_s:.2f} s",
        highlight=False,
        soft_wrap=True,
    )
