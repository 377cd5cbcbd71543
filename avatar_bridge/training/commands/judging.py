"""`avatar-bridge-train evaluate`: a run on its test rows, or installed nets by a suite."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.commands.options import (
    SCORES,
    DataOption,
    ModelsOption,
    RunsOption,
    console,
)


class Suite(StrEnum):
    """What installed nets can be measured by; the value is the task of their cards."""

    FACE = "face"
    DETECTION = "detection"
    GENERATION = "generation"


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
        f"wrote {out}/generation.csv, .md, .png and .json, and generation_faces.jpg",
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
