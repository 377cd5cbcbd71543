"""The task `emotion`: one net gives one distribution over the emotions."""

from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError, validate_call
from torch import nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.inference.card import ModelCard, Precision
from avatar_bridge.nets.emotion.base import OUTPUT_NAMES, EmotionNet, ExportedEmotion
from avatar_bridge.nets.registry import nets
from avatar_bridge.registry import Registry
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.emotion.evaluate import evaluate
from avatar_bridge.training.emotion.judge import onnx_reader, torch_reader
from avatar_bridge.training.emotion.lesson import EmotionLesson
from avatar_bridge.training.emotion.recipe import EmotionRecipe
from avatar_bridge.training.emotion.ship import ship
from avatar_bridge.training.factor import factor
from avatar_bridge.training.parallel import own_device
from avatar_bridge.training.recipe import DataPart, parse_recipe
from avatar_bridge.training.task import Scores, make_card

SETS: Registry[EmotionSource] = Registry(
    "set of emotions", "avatar_bridge.training.datasets.emotions", hidden=frozenset({"fer"})
)


class EmotionTask:
    """A recipe whose net reads emotion."""

    outputs = OUTPUT_NAMES

    def __init__(self, recipe: EmotionRecipe) -> None:
        self.recipe = recipe

    def make_net(self) -> nn.Module:
        part = self.recipe.net
        try:
            net = cast(EmotionNet, nets("emotion").create(part.name, **part.options))
        except (TypeError, ValueError, RuntimeError) as error:  # torch's, of a wrong option
            raise ConfigError(
                f"{self.recipe.name}: expected options that {part.name} takes, got {part.options}: "
                f"{error}"
            ) from error
        spec = self.recipe.input
        if spec.channels != 1:
            raise ConfigError(f"{self.recipe.name}: expected 1 channel, got {spec.channels}")
        if (net.size, net.channels) != (spec.size, spec.channels):
            raise ConfigError(
                f"{self.recipe.name}: expected the input that {self.recipe.net.name} takes, "
                f"{net.size} px and {net.channels} channels, got {spec.size} px and "
                f"{spec.channels}"
            )
        return net

    def exported(self, net: nn.Module) -> nn.Module:
        return ExportedEmotion(cast(EmotionNet, factor(net, self.recipe.export.rank)))

    def load(
        self, root: Path, limit: int | None = None, folder: Path | None = None
    ) -> EmotionLesson:
        return EmotionLesson(self.recipe, self.read(root, limit), own_device())

    def read(self, root: Path, limit: int | None = None) -> tuple[EmotionSource, ...]:
        """All the recipe's sets."""
        extra = {} if limit is None else {"limit": limit}
        return tuple(read_set(part, root, **extra) for part in self.recipe.data)

    def evaluate(self, net: nn.Module, root: Path, folder: Path) -> Scores:
        return evaluate(torch_reader(self.recipe.input, net), self.read(root), folder)

    def ship(self, net: nn.Module, path: Path, root: Path, scores: Scores) -> ModelCard:
        spec, sources = self.recipe.input, self.read(root)
        small = ship(torch_reader(spec, net), path, spec, sources, self.recipe.export.quantise)
        scores = evaluate(onnx_reader(path, spec), sources, None)
        return self.describe(net, scores, "int8" if small else "float32")

    def describe(self, net: nn.Module, scores: Scores, precision: Precision) -> ModelCard:
        """The card of a net with these scores."""
        return make_card(
            self.recipe, net, scores, task="emotion", emotions=LABELS, precision=precision
        )


def read_set(part: DataPart, root: Path, **extra: int) -> EmotionSource:
    """One set of a recipe.

    Args:
        part: names the reader and its options, which go through the types that it declares.
        root: folder of data sets.
        extra: further options.

    Raises:
        ConfigError: wrong options, or data that is missing or broken.
    """
    reader = validate_call(SETS.get(part.kind))
    try:
        return reader(root, **part.options, **extra)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ConfigError(
            f"set of emotions {part.kind!r}: {where}: {first['msg']}, got {first['input']!r}"
        ) from error


def create(path: Path, values: dict[str, Any]) -> EmotionTask:
    """The task of a recipe's values; `path` is for messages."""
    return EmotionTask(parse_recipe(EmotionRecipe, path, values))
