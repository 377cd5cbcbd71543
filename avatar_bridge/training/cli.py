"""`avatar-bridge-train`: teach, judge and export the nets."""

import json
import logging
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from avatar_bridge.errors import AvatarBridgeError

app = typer.Typer(
    help="Teach, judge and export the nets of avatar_bridge.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
logger = logging.getLogger(__name__)
SCORES = "scores.json"

RecipeArgument = Annotated[str, typer.Argument(help="Name of a recipe, or path of a TOML file.")]
DataOption = Annotated[
    Path,
    typer.Option(
        envvar="AVATAR_BRIDGE_DATA",
        help="Folder of data sets: fer2013/, muxspace/ and, to evaluate, clips/.",
    ),
]
IctOption = Annotated[Path, typer.Option(help="Folder or checkout of ICT-FaceKit.")]
RunsOption = Annotated[Path, typer.Option(help="Folder of runs; each has its recipe's name.")]


@app.command("list")
def list_all() -> None:
    """Name the recipes, the nets and the kinds of data."""
    from avatar_bridge.nets.registry import NETS
    from avatar_bridge.training.build import SOURCES
    from avatar_bridge.training.recipe import recipe_names

    console.print(f"recipes: {', '.join(recipe_names())}")
    for task, registry in sorted(NETS.items()):
        console.print(f"{task} nets: {', '.join(registry.names())}")
    console.print(f"data: {', '.join(SOURCES.names())}")


@app.command()
def fit(
    recipe: RecipeArgument,
    data: DataOption,
    runs: RunsOption = Path("runs"),
    limit: Annotated[int | None, typer.Option(help="Rows per source, to try things.")] = None,
    steps: Annotated[int | None, typer.Option(help="Leave after so many steps.")] = None,
) -> None:
    """Train a recipe's net; a run that was killed goes on where it was."""
    from avatar_bridge.nets.face.base import FaceNet
    from avatar_bridge.training.build import load_sources
    from avatar_bridge.training.datasets.source import VALIDATION
    from avatar_bridge.training.judge import agreement, torch_reader
    from avatar_bridge.training.loop import fit as run
    from avatar_bridge.training.progress import Progress
    from avatar_bridge.training.recipe import load_recipe

    plan = load_recipe(recipe)
    started = time.monotonic()
    sources = load_sources(plan, data, limit)
    console.print(
        f"read {sum(len(s.crops) for s in sources)} faces in {time.monotonic() - started:.0f} s"
    )

    with Progress(console) as progress:

        def judge(net: FaceNet, step: int) -> None:
            reader = torch_reader(plan, net)
            for source in sources:
                rows = source.rows(VALIDATION)
                if len(rows):
                    progress.note(step, source.name, agreement(reader, plan, source, rows))

        run(plan, sources, runs / plan.name, progress.show, judge, steps)


@app.command()
def evaluate(
    recipe: RecipeArgument,
    data: DataOption,
    runs: RunsOption = Path("runs"),
) -> None:
    """Judge a trained net on test rows and clips; export puts the figures on its card."""
    from avatar_bridge.training.build import load_net
    from avatar_bridge.training.evaluate import evaluate as run
    from avatar_bridge.training.judge import torch_reader
    from avatar_bridge.training.recipe import load_recipe

    plan = load_recipe(recipe)
    folder = runs / plan.name
    scores = run(plan, torch_reader(plan, load_net(plan, folder)), data)
    (folder / SCORES).write_text(json.dumps(asdict(scores), indent=2), encoding="utf-8")
    for name, value in scores.summary.items():
        console.print(f"{name:32} {value:.4f}", highlight=False)
    table = Table("node", *scores.nodes)
    for unit in plan.action_units:
        row = [scores.nodes[name].get(unit) for name in scores.nodes]
        table.add_row(unit, *("" if r is None else f"{r:.2f}" for r in row))
    console.print(table)


@app.command()
def export(
    recipe: RecipeArgument,
    models: Annotated[Path, typer.Option(help="Folder of models.")] = Path("models"),
    runs: RunsOption = Path("runs"),
) -> None:
    """Write a trained net as ONNX with its card, and check it against ONNX Runtime."""
    from avatar_bridge.training.build import load_net
    from avatar_bridge.training.export import export_onnx, make_card, write_card
    from avatar_bridge.training.recipe import load_recipe

    plan = load_recipe(recipe)
    folder = runs / plan.name
    net = load_net(plan, folder)
    scores: dict[str, Any] = {"summary": {}, "nodes": {}}
    if (folder / SCORES).is_file():
        scores = json.loads((folder / SCORES).read_text(encoding="utf-8"))
    else:
        logger.warning("no scores in %s: evaluate first to have them on the card", folder)
    export_onnx(net, models / f"{plan.name}.onnx")
    write_card(make_card(plan, net, scores["summary"], scores["nodes"]), models)
    console.print(f"wrote {models / plan.name}.onnx and its card")


@app.command()
def render(
    out: Annotated[Path, typer.Argument(help="Folder for the clip and its truth.")],
    ict: IctOption,
    frames: Annotated[int | None, typer.Option(help="How many pictures; all by default.")] = None,
    size: Annotated[int, typer.Option(help="Side of a picture in pixels.")] = 512,
) -> None:
    """Render the performer, whose shapes, points and gaze are known exactly."""
    from avatar_bridge.training.synthetic import command

    command.render(out, ict, frames, size)


@app.command()
def samples(
    out: Annotated[Path, typer.Argument(help="Folder for the shards.")],
    ict: IctOption,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 8000,
    seed: Annotated[int, typer.Option(help="Decides every picture.")] = 0,
) -> None:
    """Render random faces to learn from; a recipe reads them as data of kind `shards`."""
    from avatar_bridge.training.synthetic import command

    command.render_samples(out, ict, count, seed)


def main() -> None:
    """Run the command line; what a user can mend is one line and exit code 2."""
    # Threads that spin while they wait starve each other on a busy machine: a run beside other
    # work was seen at a tenth of its speed. Read when torch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler()])
    try:
        app()
    except AvatarBridgeError as error:
        Console(stderr=True).print(
            f"error: {error}", style="red", highlight=False, soft_wrap=True, markup=False
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
