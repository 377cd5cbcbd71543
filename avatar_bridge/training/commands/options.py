"""What the commands of training share: options, and where they print."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console()
SCORES = "scores.json"  # in a run's folder

RecipeArgument = Annotated[str, typer.Argument(help="Name of a recipe, or path of a TOML file.")]
DataOption = Annotated[
    Path,
    typer.Option(
        envvar="AVATAR_BRIDGE_DATA",
        help="Folder of data sets: fer2013/, muxspace/ and, to evaluate, clips/.",
    ),
]
IctOption = Annotated[Path, typer.Option(help="Folder or checkout of ICT-FaceKit.")]
ModelsOption = Annotated[Path, typer.Option(help="Folder of models.")]
RunsOption = Annotated[Path, typer.Option(help="Folder of runs; each has its recipe's name.")]
