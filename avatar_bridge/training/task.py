"""What a task is: how one kind of net is built, taught, judged and exported."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from torch import Tensor, nn

from avatar_bridge.inference.card import ModelCard
from avatar_bridge.registry import Registry
from avatar_bridge.training.recipe import Recipe, change_recipe, read_recipe

Batch = Mapping[str, Tensor]
# Figures by name, by name of the set that they were measured on.
Judgement = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Scores:
    """What an evaluation found.

    Attributes:
        summary: figures by name, as they go on the card.
        nodes: Pearson r by set and action unit; only nodes that move in that set.
    """

    summary: dict[str, float] = field(default_factory=dict)
    nodes: dict[str, dict[str, float]] = field(default_factory=dict)


class Lesson(Protocol):
    """The data of a recipe, read, and what a net is to learn of it."""

    @property
    def faces(self) -> int:
        """How many faces were read."""
        ...

    def start(self, net: nn.Module) -> None:
        """Put what the data's statistics say into a fresh net."""
        ...

    def batch(self, step: int) -> Batch:
        """Training batch number `step`: a function of the recipe's seed and that number alone."""
        ...

    def losses(self, net: nn.Module, batch: Batch) -> dict[str, Tensor]:
        """Scalars by name; the one called `total` is what is brought down."""
        ...

    def judge(self, net: nn.Module) -> Judgement:
        """How good a net is on the held-out rows."""
        ...

    def merit(self, judgement: Judgement) -> float:
        """One figure of a judgement, higher is better; what a plateau is a plateau of."""
        ...


@runtime_checkable
class RivalLesson(Protocol):
    """A lesson whose net has several players, each with a total of its own to bring down."""

    def turns(
        self, net: nn.Module, batch: Batch, step: int
    ) -> Iterator[tuple[nn.Module, dict[str, Tensor]]]:
        """Who learns in a step, one after the other.

        Args:
            net: holds all players.
            batch: of this step.
            step: its number.

        Yields:
            A part of the net and its losses, as those of `Lesson.losses`. Only its weights are
            changed, before the next is asked for.
        """
        ...


class Task(Protocol):
    """One recipe, with all that its kind of net needs."""

    @property
    def recipe(self) -> Recipe:
        """What is to be done."""
        ...

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of the exported outputs."""
        ...

    def make_net(self) -> nn.Module:
        """The net with random weights."""
        ...

    def exported(self, net: nn.Module) -> nn.Module:
        """The graph that is exported: a tensor of pixels in, a tuple of outputs out."""
        ...

    def load(self, root: Path, limit: int | None = None, folder: Path | None = None) -> Lesson:
        """Read the data.

        Args:
            root: folder of data sets.
            limit: rows per source, for trying things out.
            folder: of the run, for what a task makes of the data and keeps; None keeps nothing.

        Raises:
            ConfigError: something is missing or broken; names the file.
        """
        ...

    def evaluate(self, net: nn.Module, root: Path, folder: Path) -> Scores:
        """Judge a trained net on the test rows, and leave pictures and tables in a folder."""
        ...

    def ship(self, net: nn.Module, path: Path, root: Path, scores: Scores) -> ModelCard:
        """Make the exported file as small as it may be, and describe it.

        Args:
            net: the trained net.
            path: its ONNX file.
            root: folder of data sets.
            scores: of the trained net; empty before its evaluation.

        Returns:
            The card; its scores are those of the file that ships.
        """
        ...


@runtime_checkable
class SolvedTask(Protocol):
    """A task whose weights are solved for at once, not brought down step by step."""

    def solve(self, root: Path, folder: Path, limit: int | None = None) -> None:
        """Leave a checkpoint in a run's folder; arguments as for `Task.load`."""
        ...


def make_card(recipe: Recipe, net: nn.Module, scores: Scores, **own: Any) -> ModelCard:
    """The card of a trained net; `own` is what its task adds."""
    return ModelCard(
        name=recipe.name,
        architecture=recipe.net.name,
        title=recipe.title,
        licence=recipe.licence,
        input=recipe.input,
        data=tuple(part.card for part in recipe.data),
        recipe=recipe.name,
        parameters=count_weights(net),
        scores=scores.summary,
        unit_r=scores.nodes,
        notes=recipe.notes,
        **own,
    )


TASKS: Registry[Task] = Registry("task", "avatar_bridge.training.tasks")


def load_task(name_or_path: str, processes: int = 1, changes: Sequence[str] = ()) -> Task:
    """The task of a recipe, by its name or by the path of a TOML file.

    Args:
        name_or_path: of the recipe.
        processes: how many share each batch.
        changes: see `change_recipe`.

    Raises:
        ConfigError: no such recipe, not TOML, or not a recipe.
    """
    path, values = read_recipe(name_or_path)
    change_recipe(values, changes)
    if processes > 1 and "batch" in values.get("optim", {}):
        values["optim"]["batch"] = max(2, values["optim"]["batch"] // processes)
    return TASKS.create(str(values.get("task", "")), path, values)


def count_weights(net: nn.Module) -> int:
    """Number of trained weights."""
    return sum(parameter.numel() for parameter in net.parameters())
