"""`avatar-bridge-train`: teach, judge and export the nets."""

import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.progress import track
from rich.table import Table

from avatar_bridge.errors import AvatarBridgeError, ConfigError

app = typer.Typer(
    help="Teach, judge and export the nets of avatar_bridge.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console()
logger = logging.getLogger(__name__)
SCORES = "scores.json"


class Suite(StrEnum):
    """What installed nets can be measured by; the value is the task of their cards."""

    FACE = "face"
    DETECTION = "detection"
    GENERATION = "generation"


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


@app.command()
def evaluate(
    data: DataOption,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[RECIPE | NAMES…]", help="A recipe that was run; a suite's nets or detectors."
        ),
    ] = None,
    suite: Annotated[
        Suite | None,
        typer.Option(help="Measure installed nets side by side instead; all of them by default."),
    ] = None,
    quick: Annotated[bool, typer.Option(help="A small part of the suite; no scores.")] = False,
    films: Annotated[
        bool, typer.Option("--films", help="Of suite detection: also videos of tracked faces.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Of suite generation: faces of each set.")
    ] = None,
    runs: RunsOption = Path("runs"),
    models: ModelsOption = Path("models"),
    out: Annotated[Path, typer.Option(help="Folder for a suite's table and pictures.")] = Path(
        "out"
    ),
) -> None:
    """Judge a trained net on test rows and clips, or measure installed nets by a suite.

    Pictures and tables are left in the net's run, or in the suite's folder.
    """
    if suite is Suite.FACE:
        _measure_faces(names or (), models, data, out, quick)
    elif suite is Suite.DETECTION:
        _measure_detection(names or (), models, data, out, quick, films)
    elif suite is Suite.GENERATION:
        _measure_generation(names or (), models, data, out, quick, limit)
    elif names is None or len(names) != 1:
        raise ConfigError(f"expected one recipe, or --suite, got {' '.join(names or [])!r}")
    else:
        _judge_run(names[0], data, runs)


def _measure_faces(names: Sequence[str], models: Path, data: Path, out: Path, quick: bool) -> None:
    from avatar_bridge.inference.store import ModelStore
    from avatar_bridge.training.suite.face import run_suite, show, write

    store = ModelStore(models)
    chosen = names or [n for n in store.names() if store.find(n).card.task == Suite.FACE.value]
    table = run_suite(chosen, store, data, out, console, quick)
    show(table, console)
    write(table, out)
    console.print(f"wrote {out}/face.csv, .md, .png, face_shapes.csv and .png", highlight=False)


def _measure_detection(
    names: Sequence[str], models: Path, data: Path, out: Path, quick: bool, films: bool
) -> None:
    from avatar_bridge.inference.store import ModelStore
    from avatar_bridge.training.suite.detection.suite import run_suite

    tables = run_suite(names, ModelStore(models), data, out, console, quick, films)
    tables.show(console)
    tables.write(out)
    console.print(
        f"wrote {out}/detection.csv, .md and .png, tracking.csv, .md and .png, and a "
        "detection_NAME.png for each detector",
        highlight=False,
    )


def _measure_generation(
    names: Sequence[str], models: Path, data: Path, out: Path, quick: bool, limit: int | None
) -> None:
    from avatar_bridge.inference.store import ModelStore
    from avatar_bridge.training.suite.generation.suite import run_suite, write_tables
    from avatar_bridge.training.suite.table import show

    table = run_suite(names, ModelStore(models), data, out, console, quick, limit)
    show(table, console)
    write_tables(table, out)
    console.print(
        f"wrote {out}/generation.csv, .md, .png and .json, and generation_faces.png",
        highlight=False,
    )


def _judge_run(recipe: str, data: Path, runs: Path) -> None:
    from avatar_bridge.training.checkpoint import load_trained
    from avatar_bridge.training.runs import run_task

    task, folder = run_task(recipe, runs)
    scores = task.evaluate(load_trained(task.make_net(), folder), data, folder)
    (folder / SCORES).write_text(json.dumps(asdict(scores), indent=2), encoding="utf-8")
    for name, value in scores.summary.items():
        console.print(f"{name:44} {value:.4f}", highlight=False)
    if scores.nodes:
        table = Table("node", *scores.nodes)
        for unit in dict.fromkeys(unit for nodes in scores.nodes.values() for unit in nodes):
            row = [scores.nodes[name].get(unit) for name in scores.nodes]
            table.add_row(unit, *("" if r is None else f"{r:.2f}" for r in row))
        console.print(table)
    console.print(f"wrote {folder}", highlight=False)


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


@app.command()
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
