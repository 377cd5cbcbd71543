"""The task `generation`: one net shows a face with another expression."""

from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError, validate_call
from torch import nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.nets.generation.base import ExportedGenerator, GenerationNet
from avatar_bridge.nets.registry import nets
from avatar_bridge.registry import Registry
from avatar_bridge.training.datasets.portraits.base import Portraits
from avatar_bridge.training.datasets.source import TEST, VALIDATION
from avatar_bridge.training.generation.judge import Judge
from avatar_bridge.training.generation.lesson import SHEET, GenerationLesson
from avatar_bridge.training.generation.recipe import GenerationRecipe
from avatar_bridge.training.recipe import parse_recipe
from avatar_bridge.training.task import Scores, make_card

PORTRAITS: Registry[Portraits] = Registry(
    "set of portraits", "avatar_bridge.training.datasets.portraits"
)


class GenerationTask:
    """A recipe whose net changes an expression."""

    def __init__(self, recipe: GenerationRecipe) -> None:
        self.recipe = recipe
        emotions = recipe.game.condition == "emotions"
        self.conditions: tuple[str, ...] = EMOTIONS if emotions else BLENDSHAPES

    @property
    def outputs(self) -> tuple[str, ...]:
        """Of the exported graph."""
        return cast(ExportedGenerator, self.exported(self.make_net())).outputs

    def make_net(self) -> nn.Module:
        part, spec = self.recipe.net, self.recipe.input
        if spec.channels != 1 or (spec.mean, spec.std) != (0.5, 0.5):
            raise ConfigError(
                f"{self.recipe.name}: expected 1 channel, mean 0.5 and std 0.5, got "
                f"{spec.channels}, {spec.mean} and {spec.std}"
            )
        try:
            return nets("generation").create(
                part.name, conditions=len(self.conditions), size=spec.size, **part.options
            )
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"{self.recipe.name}: expected options that {part.name} takes, got "
                f"{part.options}: {error}"
            ) from error

    def exported(self, net: nn.Module) -> nn.Module:
        return ExportedGenerator(cast(GenerationNet, net))

    def load(
        self, root: Path, limit: int | None = None, folder: Path | None = None
    ) -> GenerationLesson:
        return GenerationLesson(self.recipe, self.read(root, limit), folder)

    def read(self, root: Path, limit: int | None = None) -> tuple[Portraits, ...]:
        """All the recipe's sets."""
        spec = self.recipe.input
        extra = {} if limit is None else {"limit": limit}
        made = []
        for part in self.recipe.data:
            reader = validate_call(PORTRAITS.get(part.kind))
            try:
                made.append(
                    reader(root, spec.size, spec.margin, spec.lift, **part.options, **extra)
                )
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(str(step) for step in first["loc"])
                raise ConfigError(
                    f"set of portraits {part.kind!r}: {where}: {first['msg']}, got "
                    f"{first['input']!r}"
                ) from error
        return tuple(made)

    def evaluate(self, net: nn.Module, root: Path, folder: Path) -> Scores:
        generator = cast(GenerationNet, net).generator
        sources = self.read(root)
        summary: dict[str, float] = {}
        for split in (VALIDATION, TEST):  # rendered heads have no test rows
            own = [s for s in sources if (s.sitting > 1) == (split == VALIDATION)]
            told = Judge(self.recipe, own, split, None)(
                generator, self.recipe.input.size, folder / f"{split}_{SHEET}"
            )
            summary |= {
                f"{name}_{key}": value for name, part in told.items() for key, value in part.items()
            }
        return Scores(summary)

    def ship(self, net: nn.Module, path: Path, root: Path, scores: Scores) -> ModelCard:
        generator = cast(GenerationNet, net).generator
        return make_card(
            self.recipe,
            generator,
            scores,
            task="generation",
            conditions=self.conditions,
            emotions=self.recipe.game.emotions,
        )


def create(path: Path, values: dict[str, Any]) -> GenerationTask:
    """The task of a recipe's values; `path` is for messages."""
    return GenerationTask(parse_recipe(GenerationRecipe, path, values))
