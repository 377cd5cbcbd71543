"""All emotion nets side by side: how good, how large, how fast."""

import csv
import functools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.inference.card import Precision
from avatar_bridge.inference.store import InstalledModel, ModelStore
from avatar_bridge.training.cost import Timing, count_multiplications, time_model
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.emotion.evaluate import evaluate
from avatar_bridge.training.emotion.judge import onnx_reader
from avatar_bridge.training.export import export_onnx
from avatar_bridge.training.quantise import quantise
from avatar_bridge.training.recipe import DataPart, recipe_names
from avatar_bridge.training.task import Scores, count_weights, load_task
from avatar_bridge.training.tasks.emotion import EmotionTask, read_set

PRECISIONS: tuple[Precision, ...] = ("float32", "int8")
THREADS = (1, 2)
_CALIBRATION = 32
_MILLION, _MEGABYTE = 1e6, 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """One net.

    Attributes:
        name: of the net and its recipe.
        parameters: number of trained weights.
        multiplications: multiply-adds for one picture.
        precision: of the file that ships; empty where none does.
        megabytes: size of that file.
        scores: of that file on the recipe's first set, by name without that set's; empty where
            none ships.
        times: milliseconds by precision and number of threads.
    """

    name: str
    parameters: int
    multiplications: int
    precision: str = ""
    megabytes: float = 0.0
    scores: dict[str, float] = field(default_factory=dict)
    times: dict[tuple[str, int], Timing] = field(default_factory=dict)


def emotion_recipes() -> tuple[str, ...]:
    """Names of the packaged recipes whose task is emotion."""
    return tuple(n for n in recipe_names() if load_task(n).recipe.task == "emotion")


def compare_one(name: str, store: ModelStore, root: Path) -> Row:
    """Measure one net.

    The accuracy is that of the file that ships. The times are those of freshly built nets in both
    precisions, since only one of them ships; but for zeros, weights do not change the time.

    Args:
        name: of its recipe, or the path of one.
        store: the installed models.
        root: folder of data sets.

    Raises:
        ConfigError: no recipe of an emotion net, or its data cannot be read.
        ModelError: the installed net cannot be used.
    """
    task = load_task(name)
    if not isinstance(task, EmotionTask):
        raise ConfigError(
            f"expected the recipe of an emotion net, got {name!r}: a {task.recipe.task} net"
        )
    net = task.make_net()
    precision, megabytes = "", 0.0
    scores: dict[str, float] = {}
    if task.recipe.name in store.names():
        model = store.find(task.recipe.name)
        precision, megabytes = model.card.precision, model.file.stat().st_size / _MEGABYTE
        first = _read_once(task.recipe.data[0].model_dump_json(), root)
        found = evaluate(onnx_reader(model.file, model.card.input), [first], None)
        scores = {n.removeprefix(f"{first.name}_"): v for n, v in found.summary.items()}
    return Row(
        name=task.recipe.name,
        parameters=count_weights(net),
        multiplications=count_multiplications(net, task.recipe.input),
        precision=precision,
        megabytes=megabytes,
        scores=scores,
        times=_times(task),
    )


@functools.lru_cache(maxsize=1)  # most nets are taught by the same set
def _read_once(part: str, root: Path) -> EmotionSource:
    return read_set(DataPart.model_validate_json(part), root)


def _times(task: EmotionTask) -> dict[tuple[str, int], Timing]:
    spec = task.recipe.input
    noise = np.random.default_rng(0).standard_normal(
        (_CALIBRATION, spec.channels, spec.size, spec.size), np.float32
    )
    times: dict[tuple[str, int], Timing] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = {precision: Path(folder, f"{precision}.onnx") for precision in PRECISIONS}
        net = task.make_net()
        for weight in net.parameters():
            if not weight.any():  # what starts at zero is slow in int8; what was taught is not
                torch.nn.init.uniform_(weight, 0.5, 1.0)
        export_onnx(task.exported(net), task.outputs, spec, paths["float32"])
        quantise(paths["float32"], paths["int8"], noise)
        for precision, path in paths.items():
            model = InstalledModel(task.describe(net, Scores(), precision), path)
            for threads in THREADS:
                times[precision, threads] = time_model(model, threads)
    return times


COLUMNS: tuple[tuple[str, str], ...] = (
    # heading, name of the score
    ("FER-2013", "own_label_accuracy"),
    ("FER+", "emotion_accuracy"),
    ("FER+ F1", "emotion_f1"),
    ("mask", "emotion_mask_accuracy"),
    ("glasses", "emotion_glasses_accuracy"),
    ("object", "emotion_object_accuracy"),
    ("yaw > 30°", "emotion_yaw_30_accuracy"),
    ("yaw > 45°", "emotion_yaw_45_accuracy"),
)


def worth(row: Row) -> dict[str, str]:
    """How good a net is, as text by heading: percent."""
    return {
        heading: f"{100 * row.scores[name]:.1f}" if name in row.scores else ""
        for heading, name in COLUMNS
    }


def cost(row: Row) -> dict[str, str]:
    """What a net costs, as text by heading; times are median / p95."""
    cells = {
        "weights M": f"{row.parameters / _MILLION:.2f}",
        "MACs M": f"{row.multiplications / _MILLION:.0f}",
        "ships": row.precision or "not trained",
        "MB": f"{row.megabytes:.1f}" if row.precision else "",
    }
    for precision in PRECISIONS:
        for threads in THREADS:
            timing = row.times[precision, threads]
            heading = f"{precision} ms, {threads} thread{'s' * (threads > 1)}"
            cells[heading] = f"{timing.median:.2f} / {timing.p95:.2f}"
    return cells


def write_table(rows: Sequence[Row], folder: Path) -> None:
    """Leave `compare.csv` and `compare.md` in a folder."""
    told = [{"net": row.name} | worth(row) | cost(row) for row in rows]
    lines = [list(told[0]), *(list(line.values()) for line in told)]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "compare.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    ruled = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    text = "\n".join(f"| {' | '.join(line)} |" for line in ruled)
    (folder / "compare.md").write_text(text + "\n", encoding="utf-8")


def draw(rows: Sequence[Row], path: Path) -> None:
    """A picture: accuracy on FER+ and FER-2013 over the time of a look, file size as area.

    Raises:
        ModelError: none of the nets is installed.
    """
    trained = [row for row in rows if row.precision]
    if not trained:
        raise ModelError("expected at least one trained emotion net to draw, got none")
    figure = Figure(figsize=(9, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for (heading, name), colour in zip(COLUMNS[:2], ("tab:orange", "tab:blue"), strict=True):
        judged = [row for row in trained if name in row.scores]
        times = [row.times[row.precision, THREADS[-1]].median for row in judged]
        points = [100 * row.scores[name] for row in judged]
        sizes = [30 + 12 * row.megabytes for row in judged]
        axes.scatter(times, points, sizes, color=colour, alpha=0.6, label=heading)
        for row, x, y in zip(judged, times, points, strict=True):
            axes.annotate(row.name, (x, y), xytext=(5, 5), textcoords="offset points", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds a face, two threads, median (the file that ships)")
    axes.set_ylabel("accuracy on PublicTest, %")
    axes.legend()
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=120)
