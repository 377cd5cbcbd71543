"""`avatar-bridge-train`: teach, judge and export the nets."""

import json
import logging
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import track
from rich.table import Table

from avatar_bridge.errors import AvatarBridgeError, ConfigError
from avatar_bridge.training.commands.drawing import render, samples, sittings
from avatar_bridge.training.commands.judging import evaluate
from avatar_bridge.training.commands.options import (
    SCORES,
    DataOption,
    ModelsOption,
    RecipeArgument,
    RunsOption,
    console,
)

app = typer.Typer(
    help="Teach, judge and export the nets of avatar_bridge.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
logger = logging.getLogger(__name__)


@app.command("list")
def list_all() -> None:
    """Name the recipes, the nets and the kinds of data."""
    from avatar_bridge.nets.registry import NETS
    from avatar_bridge.training.face.build import SOURCES
    from avatar_bridge.training.recipe import recipe_names
    from avatar_bridge.training.tasks.detection import MATERIALS
    from avatar_bridge.training.tasks.emotion import SETS
    from avatar_bridge.training.tasks.generation import PORTRAITS

    console.print(f"recipes: {', '.join(recipe_names())}")
    for task, registry in sorted(NETS.items()):
        console.print(f"{task} nets: {', '.join(registry.names())}")
    console.print(f"faces: {', '.join(SOURCES.names())}")
    console.print(f"emotions: {', '.join(SETS.names())}")
    console.print(f"scenes: {', '.join(MATERIALS.names())}")
    console.print(f"portraits: {', '.join(PORTRAITS.names())}")


@app.command()
def fit(
    recipe: RecipeArgument,
    data: DataOption,
    runs: RunsOption = Path("runs"),
    limit: Annotated[int | None, typer.Option(min=1, help="Rows a source, for trials.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Leave after so many steps.")] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SECTION.KEY=VALUE", help="Change the recipe for a try."),
    ] = None,
) -> None:
    """Train a recipe's net; a run that was killed goes on where it was.

    `torchrun --nproc-per-node N -m avatar_bridge.training.cli fit …` shares every batch between
    N processes. The recipe as it was run is kept in the run's folder.
    """
    from avatar_bridge.training.loop import fit as run
    from avatar_bridge.training.parallel import World
    from avatar_bridge.training.progress import Progress
    from avatar_bridge.training.runs import keep_recipe
    from avatar_bridge.training.task import SolvedTask, load_task

    world = World.join()
    screen = console if world.rank == 0 else Console(quiet=True)
    started = time.monotonic()
    task = load_task(recipe, world.size, changes or ())
    folder = runs / task.recipe.name
    if world.rank == 0:  # with the batch of all processes
        keep_recipe(load_task(recipe, changes=changes or ()).recipe, folder)
    if isinstance(task, SolvedTask):
        task.solve(data, folder, limit)
        screen.print(f"solved in {time.monotonic() - started:.0f} s")
        return
    lesson = task.load(data, limit, folder)
    screen.print(f"read {lesson.faces} faces in {time.monotonic() - started:.0f} s")
    with Progress(screen) as progress:
        run(task, lesson, folder, progress.show, progress.note, steps, world)
    world.leave()


app.command()(evaluate)


@app.command()
def export(
    recipe: RecipeArgument,
    data: DataOption,
    models: ModelsOption = Path("models"),
    runs: RunsOption = Path("runs"),
) -> None:
    """Write a trained net as ONNX with its card, and check it against ONNX Runtime."""
    from avatar_bridge.training.checkpoint import load_trained
    from avatar_bridge.training.export import write_card, write_net
    from avatar_bridge.training.runs import run_task
    from avatar_bridge.training.task import Scores

    task, folder = run_task(recipe, runs)
    net = load_trained(task.make_net(), folder)
    scores = Scores()
    if (folder / SCORES).is_file():
        try:
            scores = Scores(**json.loads((folder / SCORES).read_text(encoding="utf-8")))
        except (TypeError, ValueError) as error:
            raise ConfigError(f"{folder / SCORES}: expected scores, got: {error}") from error
    # In the run's folder first: what is installed is only ever a whole net with its own card.
    draft = write_net(task.exported(net), task.outputs, task.recipe, folder)
    card = task.ship(net, draft, data, scores)
    models.mkdir(parents=True, exist_ok=True)
    path = models / draft.name
    shutil.copyfile(draft, path)
    write_card(card, models)
    console.print(
        f"wrote {path} ({card.precision}, {path.stat().st_size / 1e6:.1f} MB) and its card"
    )
    if not card.scores:
        logger.warning("no scores in %s: evaluate first to have them on the card", folder)


@app.command()
def explain(
    net: Annotated[str, typer.Argument(help="Recipe of a trained emotion net.")],
    images: Annotated[list[Path], typer.Argument(help="Pictures of faces.")],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("out"),
    runs: RunsOption = Path("runs"),
    label: Annotated[
        str | None, typer.Option(help="Label to explain; the likeliest by default.")
    ] = None,
) -> None:
    """Show where an emotion net looks, by Grad-CAM++."""
    from avatar_bridge.nets.emotion.base import EmotionNet
    from avatar_bridge.training.checkpoint import load_trained
    from avatar_bridge.training.emotion.explain import explain_files
    from avatar_bridge.training.runs import run_task
    from avatar_bridge.training.tasks.emotion import EmotionTask

    task, folder = run_task(net, runs)
    if not isinstance(task, EmotionTask):
        raise ConfigError(
            f"expected the recipe of an emotion net, got {net!r}: a {task.recipe.task} net"
        )
    trained = cast(EmotionNet, load_trained(task.make_net(), folder))
    for path in explain_files(trained, task.recipe.input, images, out, label=label):
        console.print(f"wrote {path}", highlight=False)


@app.command()
def compare(
    data: DataOption,
    models: ModelsOption = Path("models"),
    out: Annotated[Path, typer.Option(help="Folder for the table and the picture.")] = Path("out"),
    nets: Annotated[list[str] | None, typer.Argument(help="Recipes; all by default.")] = None,
) -> None:
    """Put the emotion nets side by side: accuracy on the test rows, size, time."""
    from avatar_bridge.inference.store import ModelStore
    from avatar_bridge.training.emotion import compare as side_by_side

    store, rows = ModelStore(models), []
    for name in track(nets or side_by_side.emotion_recipes(), "comparing", console=console):
        rows.append(side_by_side.compare_one(name, store, data))
    for part in (side_by_side.worth, side_by_side.cost):
        table = Table("net", *part(rows[0]))
        table.columns[0].no_wrap = True
        for row in rows:
            table.add_row(row.name, *part(row).values())
        console.print(table)
    side_by_side.write_table(rows, out)
    side_by_side.draw(rows, out / "compare.png")
    console.print(f"wrote {out}/compare.csv, .md and .png", highlight=False)


@app.command()
def tune_filters(
    data: Annotated[
        Path,
        typer.Option(
            envvar="AVATAR_BRIDGE_DATA", help="Folder of data sets: arkit_takes/ and clips/."
        ),
    ],
    noise: Annotated[
        Path, typer.Option(help="The net's noise; recorded where there is none.")
    ] = Path("out/net_noise.npz"),
    write: Annotated[
        Path | None,
        typer.Option(help="Write noise and presets, as in avatar_bridge/smooth.", metavar="FOLDER"),
    ] = None,
) -> None:
    """Tune the smoothing presets on real takes with recorded noise, and judge them on others."""
    from avatar_bridge.training.filters.command import tune_filters as run

    run(data, noise, write, console)


app.command()(render)
app.command()(samples)
app.command()(sittings)


@app.command()
def label(
    folder: Annotated[Path, typer.Argument(help="Folder of tile sheets or of clips.")],
    task_file: Annotated[Path, typer.Option("--task", help="MediaPipe's face_landmarker.task.")],
    tile: Annotated[
        int | None, typer.Option(min=1, help="Side of a tile in pixels; leave out for clips.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the labels.")] = None,
    originals: Annotated[
        Path | None, typer.Option(help="Folder of the photographs the tiles were made of.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Pictures, for trials.")] = None,
    force: Annotated[bool, typer.Option(help="Overwrite labels.")] = False,
) -> None:
    """Let MediaPipe Face Landmarker label faces: the teacher's points, shapes and poses."""
    from avatar_bridge.training.label.command import label as run

    path = run(folder, task_file, tile, out, limit, console, originals=originals, force=force)
    console.print(f"wrote {path}", highlight=False)


def main() -> None:
    """Run the command line; what a user can mend is one line and exit code 2."""
    # Threads that spin while they wait starve each other on a busy machine: a run beside other
    # work was seen at a tenth of its speed. Read when torch is first imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[RichHandler()])
    try:
        app()
    except (AvatarBridgeError, OSError) as error:  # a folder that cannot be written is one too
        Console(stderr=True).print(
            f"error: {error}", style="red", highlight=False, soft_wrap=True, markup=False
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
