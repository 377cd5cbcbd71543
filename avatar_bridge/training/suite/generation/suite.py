"""The whole suite for generators: one table, a column a net, and one picture of what they make."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.inference.store import InstalledModel, ModelStore
from avatar_bridge.preview.generator import generator_names
from avatar_bridge.training.suite.generation.faces import (
    FER,
    NEWS,
    SHOWN,
    Pair,
    Sitter,
    draw_pairs,
    load_fer,
    load_news,
)
from avatar_bridge.training.suite.generation.figures import cosine
from avatar_bridge.training.suite.generation.grid import draw_grid
from avatar_bridge.training.suite.generation.judges import (
    EMOTION_NET,
    FACE_NET,
    LIKENESS_NET,
    Judges,
)
from avatar_bridge.training.suite.generation.measure import (
    Tally,
    measure_pairs,
    measure_sitter,
    measure_time,
)
from avatar_bridge.training.suite.generation.painter import (
    NetPainter,
    Painter,
    Palette,
    Unchanged,
)
from avatar_bridge.training.suite.table import Cell, Measure, SuiteTable, write
from avatar_bridge.types import Float32

NEWS_FACES, FER_FACES, QUICK_FACES = 60, 40, 4  # photographs
HEADS, QUICK_HEADS = 24, 2  # drawn
_SHOWN = 2, 1  # faces of each set on the picture
_CACHE = "cache"
GRID = "generation_faces.jpg"
_PERCENT = 100.0
_PLAIN = InputSpec(size=128, channels=1, mean=0.5, std=0.5, margin=1.4, lift=0.05)
_THREADS = (1, 2)
_COSTS = ("ms", "million")  # units of what a net costs, whatever it shows


def run_suite(
    names: Sequence[str],
    store: ModelStore,
    root: Path,
    out: Path,
    console: Console,
    quick: bool = False,
    limit: int | None = None,
) -> SuiteTable:
    """Measure generators; a picture of what they make is left in the folder.

    Args:
        names: of installed generators, the columns; all where there are none.
        store: the installed models.
        root: folder of data sets (`muxspace`, `fer2013`, `ict_facekit`).
        out: folder of the suite; drawn heads are kept in its `cache`.
        console: for progress.
        quick: a small part of everything, for trying things out; its figures are no scores.
        limit: faces of each set; None is as many as the suite takes.

    Raises:
        ConfigError: no generator of such a name, or missing data.
        ModelError: a net that cannot be used, or a judge that is not installed.
    """
    models = _find(names, store)
    palette, judges = Palette(), Judges(store)
    painters: list[Painter] = [NetPainter(model) for model in models]
    painters.append(Unchanged(painters[0].spec if painters else _PLAIN))
    most = limit or (QUICK_FACES if quick else None)
    heads = min(most or HEADS, QUICK_HEADS if quick else HEADS)
    news = load_news(root, most or NEWS_FACES)
    rest, real = load_fer(root, most or FER_FACES)
    out.mkdir(parents=True, exist_ok=True)
    tallies = {
        name: _paint_all(painters, sitters, judges, palette, name, console)
        for name, sitters in ((NEWS, news), (FER, rest))
    }
    shown = {painter.name: painter.emotions for painter in painters}
    known = [(sitter.emotion, judges.features(sitter.image, sitter.landmarks)) for sitter in real]
    others = _others(news, judges)
    measures = [
        *_set_rows(f"{len(news)} faces of {NEWS}'s test people", tallies[NEWS], others),
        *_set_rows(f"{len(rest)} faces of {FER}'s PublicTest", tallies[FER], None),
        _distances(tallies[FER], known, shown),
        *_pair_rows(painters, out / _CACHE, root, heads, console),
        *_cost_rows(models, palette),
    ]
    draw_grid(
        [painter for painter in painters if painter.name != Unchanged.name],
        [*news[: _SHOWN[0]], *rest[: _SHOWN[1]]],
        palette,
        out / GRID,
    )
    return SuiteTable(tuple(shown), tuple(_noted(measure, shown) for measure in measures))


def write_tables(table: SuiteTable, out: Path) -> None:
    """Leave `generation` as `.csv`, `.md`, `.png` and `.json` in a folder."""
    write(table, out, "generation")
    figures = {
        f"{measure.name}, {measure.on}": {
            reader: cell.value for reader, cell in measure.cells.items()
        }
        for measure in table.measures
    }
    (out / "generation.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def _find(names: Sequence[str], store: ModelStore) -> list[InstalledModel]:
    known = generator_names(store)
    for name in names:
        if name not in known:
            choices = ", ".join(known) or "none installed"
            raise ConfigError(f"unknown generator {name!r}; expected one of: {choices}")
    chosen = tuple(dict.fromkeys(names)) or known
    if not chosen:
        raise ConfigError("expected at least one installed generator, got none")
    return [store.find(name) for name in chosen]


def _paint_all(
    painters: Sequence[Painter],
    sitters: Sequence[Sitter],
    judges: Judges,
    palette: Palette,
    name: str,
    console: Console,
) -> dict[str, Tally]:
    tallies = {painter.name: Tally() for painter in painters}
    for sitter in track(sitters, name, console=console):
        for painter in painters:
            measure_sitter(painter, sitter, judges, palette, tallies[painter.name])
    return tallies


def _set_rows(on: str, tallies: Mapping[str, Tally], others: float | None) -> list[Measure]:
    """The rows of one set of photographs."""
    beside = "" if others is None else f"; other people: {others:.2f}"
    return [
        _row(f"target read by {EMOTION_NET}", "%", on, tallies, lambda t: _share(t.hits), digits=1),
        _row(f"target read by {FACE_NET}", "%", on, tallies, lambda t: _share(t.second), digits=1),
        _row("intensity against score", "Spearman", on, tallies, lambda t: float(np.mean(t.order))),
        _row("there and back, PSNR", "dB", on, tallies, lambda t: float(np.mean(t.again_psnr)),
             digits=2),
        _row("there and back, SSIM", "", on, tallies, lambda t: float(np.mean(t.again_ssim))),
        _row("lengths of the skull", "% changed", on, tallies,
             lambda t: _PERCENT * float(np.mean(t.shape)), better=False, digits=2),
        _row(f"likeness by {LIKENESS_NET}", "cosine", f"{on}{beside}", tallies,
             lambda t: float(np.mean(t.likeness))),
        _row("change outside the face", "grey levels", on, tallies,
             lambda t: float(np.max(t.spilt)), better=False, digits=0),
    ]  # fmt: skip


def _row(
    name: str,
    unit: str,
    on: str,
    tallies: Mapping[str, Tally],
    figure: Callable[[Tally], float],
    better: bool = True,
    digits: int = 3,
) -> Measure:
    cells = {
        painter: Cell(figure(tally)) if tally.hits else Cell(note="no faces")
        for painter, tally in tallies.items()
    }
    return Measure(name, unit, on, cells, more_is_better=better, digits=digits)


def _distances(
    tallies: Mapping[str, Tally],
    known: Sequence[tuple[str, Float32]],
    shown: Mapping[str, Sequence[str]],
) -> Measure:
    """The row of FD-FER: each painter beside real faces with the emotions that it shows."""
    cells = {}
    for painter, tally in tallies.items():
        real = [features for emotion, features in known if emotion in shown[painter]]
        enough = tally.features and real
        cells[painter] = Cell(tally.distance(real)) if enough else Cell(note="no faces")
    on = f"{FER}: painted faces against {len(known)} that show the six"
    return Measure("FD-FER", "", on, cells, more_is_better=False, digits=2)


def _noted(measure: Measure, shown: Mapping[str, Sequence[str]]) -> Measure:
    """The row, with a note on who shows only some of the six; what a net costs needs none."""
    if measure.unit in _COSTS:
        return measure
    cells = {
        name: replace(
            cell, note=", ".join(filter(None, (f"{'/'.join(shown[name])} only", cell.note)))
        )
        if cell.value is not None and len(shown[name]) < len(SHOWN)
        else cell
        for name, cell in measure.cells.items()
    }
    return replace(measure, cells=cells)


def _share(hits: Sequence[bool]) -> float:
    return _PERCENT * float(np.mean(hits))


def _others(sitters: Sequence[Sitter], judges: Judges) -> float | None:
    """How alike two people are: mean cosine of neighbours' features."""
    seen = [judges.likeness(sitter.image, sitter.landmarks) for sitter in sitters]
    if len(seen) < 2:
        return None
    return float(np.mean([cosine(a, b) for a, b in pairwise(seen)]))


def _pair_rows(
    painters: Sequence[Painter], cache: Path, root: Path, heads: int, console: Console
) -> list[Measure]:
    """What was painted against drawn truth; no rows where nothing can be drawn."""
    cells: tuple[dict[str, Cell], dict[str, Cell]] = ({}, {})
    drawn: dict[tuple[int, float, float], list[Pair]] = {}
    for painter in track(painters, "drawn heads", console=console):
        spec = painter.spec
        key = spec.size, spec.margin, spec.lift
        try:
            drawn[key] = drawn.get(key) or draw_pairs(cache, root, heads, *key, console)
        except ConfigError as error:
            console.print(f"no rows for drawn heads: {error}", highlight=False, soft_wrap=True)
            return []
        for each, value in zip(cells, measure_pairs(painter, drawn[key]), strict=True):
            note = f"{spec.size} px" if spec.size != _PLAIN.size else ""
            each[painter.name] = (
                Cell(note="none of these") if np.isnan(value) else Cell(value, note)
            )
    on = f"{heads} drawn heads that taught nothing, each emotion"
    return [
        Measure("against truth, PSNR", "dB", on, cells[0], digits=2),
        Measure("against truth, SSIM", "", on, cells[1]),
    ]


def _cost_rows(models: Sequence[InstalledModel], palette: Palette) -> list[Measure]:
    rows = []
    for threads in _THREADS:
        times = {
            model.card.name: Cell(measure_time(NetPainter(model, threads), palette))
            for model in models
        }
        name = f"time, {threads} thread{'s' * (threads > 1)}, median"
        on = "one picture, the net alone"
        rows.append(Measure(name, "ms", on, times, more_is_better=False, digits=1))
    sizes = {m.card.name: Cell(m.card.parameters / 1e6) for m in models}
    rows.append(Measure("parameters", "million", "the card", sizes, more_is_better=False, digits=2))
    return rows
