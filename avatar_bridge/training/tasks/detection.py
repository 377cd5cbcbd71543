"""The task `detection`: a net of a cascade, a single-shot net, or a plane on HOG features."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from avatar_bridge.detect.hog_svm import MODEL as HOG
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.nets.detection.base import ExportedWindow, WindowNet
from avatar_bridge.nets.detection.ssd import ExportedSsd, Ssd
from avatar_bridge.nets.registry import nets
from avatar_bridge.registry import Registry
from avatar_bridge.training.average import Average
from avatar_bridge.training.checkpoint import CHECKPOINT, Place, load_trained, save
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.detection.evaluate import evaluate
from avatar_bridge.training.detection.finders import Finder, SingleShot, Stages, TorchNet
from avatar_bridge.training.detection.hog import HogFinder, LinearSvm, solve
from avatar_bridge.training.detection.lesson import WindowLesson
from avatar_bridge.training.detection.pictures import SceneLesson
from avatar_bridge.training.detection.recipe import DetectionRecipe
from avatar_bridge.training.detection.scenes.composer import Composer, FaceSizes
from avatar_bridge.training.recipe import parse_recipe
from avatar_bridge.training.runs import run_task
from avatar_bridge.training.task import Lesson, Scores, make_card

MATERIALS: Registry[Material] = Registry("scene material", "avatar_bridge.training.datasets.scenes")
_THRESHOLD = "threshold"
# Scores down to which a net is judged. Each level of a pyramid has thousands of windows, and
# suppressing them all would take longer than the nets.
_LEAST_SLIDING, _LEAST = 0.1, 0.02


class DetectionTask:
    """A recipe whose net finds faces."""

    def __init__(self, recipe: DetectionRecipe) -> None:
        self.recipe = recipe

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of the exported outputs."""
        return cast(tuple[str, ...], self.exported(self.make_net()).outputs)

    def make_net(self) -> nn.Module:
        part, spec = self.recipe.net, self.recipe.input
        try:
            net: Any = nets("detection").create(part.name, **part.options)
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"{self.recipe.name}: expected options that {part.name} takes, got "
                f"{part.options}: {error}"
            ) from error
        if (net.size, net.channels) != (spec.size, spec.channels):
            raise ConfigError(
                f"{self.recipe.name}: expected the input that {part.name} takes, {net.size} px "
                f"and {net.channels} channels, got {spec.size} px and {spec.channels}"
            )
        return cast(nn.Module, net)

    def exported(self, net: nn.Module) -> nn.Module:
        return ExportedSsd(net) if isinstance(net, Ssd) else ExportedWindow(cast(WindowNet, net))

    def load(self, root: Path, limit: int | None = None, folder: Path | None = None) -> Lesson:
        recipe = self._cut(limit)
        if isinstance(self.make_net(), Ssd):
            return SceneLesson(recipe, self.read(root, limit))
        before = self._before(folder)
        finder = Stages(before, recipe.scenes.smallest) if before else None
        return WindowLesson(recipe, lambda: self.read(root, limit), finder, folder)

    def read(self, root: Path, limit: int | None = None) -> tuple[Material, ...]:
        """All the recipe's material."""
        extra = {} if limit is None else {"limit": limit}
        return tuple(
            MATERIALS.create(part.kind, root, **part.options, **extra) for part in self.recipe.data
        )

    def evaluate(self, net: nn.Module, root: Path, folder: Path) -> Scores:
        picture = folder / f"{self.recipe.name}.scenes.png"
        finder = self.finder(net, folder)
        scenes = self._held_out(root)
        threshold, figures = evaluate(finder, scenes, self.recipe.threshold, picture)
        return Scores(summary={**figures, _THRESHOLD: threshold})

    def ship(self, net: nn.Module, path: Path, root: Path, scores: Scores) -> ModelCard:
        if _THRESHOLD not in scores.summary:
            scores = self.evaluate(net, root, path.parent)
        figures = dict(scores.summary)
        threshold = figures.pop(_THRESHOLD)
        expressive = "expressions" in self.outputs
        return make_card(
            self.recipe,
            net,
            Scores(figures),
            task="detection",
            threshold=threshold,
            emotions=EMOTIONS if expressive else (),
        )

    def finder(self, net: nn.Module, folder: Path | None) -> Finder:
        """The detector that ends with this net, at a low threshold."""
        if isinstance(net, Ssd):
            return SingleShot(TorchNet(self.exported(net), self.recipe.input, _LEAST))
        before = self._before(folder)
        own = TorchNet(self.exported(net), self.recipe.input, _LEAST if before else _LEAST_SLIDING)
        return Stages([*before, own], self.recipe.scenes.smallest)

    def _before(self, folder: Path | None) -> list[TorchNet]:
        """The nets before, trained; their runs lie beside this one's."""
        cascade = self.recipe.cascade
        if cast(WindowNet, self.make_net()).slides == bool(cascade.before):
            raise ConfigError(
                f"{self.recipe.name}: expected nets before {self.recipe.net.name} if it cannot "
                f"slide over a picture, and none if it can, got {len(cascade.before)}"
            )
        if len(cascade.before) != len(cascade.keep):
            raise ConfigError(
                f"{self.recipe.name}: expected a score to keep for each net before, got "
                f"{len(cascade.keep)} for {len(cascade.before)}"
            )
        runs = folder.parent if folder else Path()
        return [
            _trained(name, runs, least)
            for name, least in zip(cascade.before, cascade.keep, strict=True)
        ]

    def _held_out(self, root: Path) -> Sequence[Any]:
        part, shape = self.recipe.scenes, None
        if self.recipe.net.name == "ssd":
            shape = (self.recipe.input.size, self.recipe.input.size)
        sizes = FaceSizes(part.smallest, part.largest)
        composer = Composer(self.read(root), VALIDATION, sizes, self.recipe.seed, shape)
        return [composer[number] for number in range(part.held_out)]

    def _cut(self, limit: int | None) -> DetectionRecipe:
        """The recipe with at most so many scenes."""
        if limit is None:
            return self.recipe
        part = self.recipe.scenes
        fewer = {"train": min(part.train, limit), "held_out": min(part.held_out, limit)}
        return self.recipe.model_copy(update={"scenes": part.model_copy(update=fewer)})


class HogTask(DetectionTask):
    """A recipe whose detector is a plane on HOG features."""

    outputs = ()

    def make_net(self) -> nn.Module:
        return LinearSvm()

    def exported(self, net: nn.Module) -> nn.Module:
        return net

    def solve(self, root: Path, folder: Path, limit: int | None = None) -> None:
        """See `training.task.SolvedTask`."""
        recipe = self._cut(limit)
        part = recipe.scenes
        sizes = FaceSizes(part.smallest, part.largest)
        composer = Composer(self.read(root, limit), TRAIN, sizes, recipe.seed)
        plane = solve(composer, part.train, part.smallest, recipe.input.margin, recipe.seed)
        net = LinearSvm()
        with torch.no_grad():
            net.numbers.copy_(torch.from_numpy(plane))
        optimizer = torch.optim.SGD(net.parameters())
        save(folder / CHECKPOINT, Place(), net, Average(net, 0.0), optimizer)

    def finder(self, net: nn.Module, folder: Path | None) -> Finder:
        part = self.recipe.scenes
        return HogFinder(cast(LinearSvm, net).plane(), part.smallest, self.recipe.input.margin)


def _trained(name: str, runs: Path, least: float) -> TorchNet:
    """A run's net, by the run's name or its folder."""
    folder = Path(name)
    if (folder / CHECKPOINT).is_file():
        runs, name = folder.parent, folder.name
    task, folder = run_task(name, runs)
    net = load_trained(task.make_net(), folder)
    return TorchNet(task.exported(net), task.recipe.input, least)


def create(path: Path, values: dict[str, Any]) -> DetectionTask:
    """The task of a recipe's values; `path` is for messages."""
    recipe = parse_recipe(DetectionRecipe, path, values)
    return HogTask(recipe) if recipe.net.name == HOG else DetectionTask(recipe)
