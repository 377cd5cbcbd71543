"""Recipes: everything that decides a training run, in one TOML file."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, mirrored
from avatar_bridge.inference.card import DataSource, InputSpec

RECIPES = Path(__file__).parent / "recipes"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NetPart(_Part):
    """Which net, and the arguments of its factory."""

    name: str
    options: dict[str, Any] = Field(default_factory=dict)


class DataPart(_Part):
    """One source of faces.

    Attributes:
        kind: module of `training.datasets` that reads it.
        options: arguments of that module's `create`.
        card: what the card says of it.
    """

    kind: str
    options: dict[str, Any] = Field(default_factory=dict)
    card: DataSource


class OptimPart(_Part):
    """AdamW with warm-up and cosine, and how long.

    Attributes:
        batch: pictures in a batch.
        steps: length of the run, unless minutes end it first.
        minutes: wall-clock budget that the schedule is fitted to; None for steps alone.
        rate: highest learning rate.
        decay: weight decay.
        warmup: share of the run until the highest rate.
        clip: largest norm of the gradient.
        average: decay of the moving average of the weights.
        bfloat16: whether the features run in it.
        workers: threads that make batches; 0 makes them between the steps.
        threads: of torch; 0 leaves it alone.
        save_every: seconds between checkpoints.
    """

    batch: int = Field(gt=1)
    steps: int = Field(gt=0)
    minutes: float | None = Field(default=None, gt=0)
    rate: float = Field(default=2e-3, gt=0)
    decay: float = Field(default=0.02, ge=0)
    warmup: float = Field(default=0.05, ge=0, lt=1)
    clip: float = Field(default=5.0, gt=0)
    average: float = Field(default=0.998, ge=0, lt=1)
    bfloat16: bool = True
    workers: int = Field(default=1, ge=0)
    threads: int = Field(default=0, ge=0)
    save_every: float = Field(default=120.0, gt=0)


class LossPart(_Part):
    """How much each part of the loss counts.

    Attributes:
        node_trust: weight of action units by name, or by code for both sides; others count
            `other_trust`.
    """

    presence: float = 0.3
    landmarks: float = 1.0
    action_units: float = 1.0
    emotions: float = 0.3
    other_trust: float = 0.8
    node_trust: dict[str, float] = Field(default_factory=dict)


class EvaluationPart(_Part):
    """Clips that a net is judged on, and never taught by.

    Attributes:
        clips: names of clips with one face.
        faceless: names of clips with none.
    """

    clips: tuple[str, ...] = ()
    faceless: tuple[str, ...] = ()


class Recipe(_Part):
    """One training run.

    Attributes:
        name: of the run and of the model it makes.
        action_units: node names in the order of that output.
        negatives: share of pictures without a face.
        augment: fields of `Augment` that differ from its defaults.
    """

    name: str
    title: str
    licence: str
    task: str
    seed: int = 0
    net: NetPart
    input: InputSpec
    action_units: tuple[str, ...]
    negatives: float = Field(default=0.12, ge=0, lt=1)
    augment: dict[str, float] = Field(default_factory=dict)
    data: tuple[DataPart, ...] = Field(min_length=1)
    optim: OptimPart
    loss: LossPart = LossPart()
    evaluation: EvaluationPart = EvaluationPart()
    notes: tuple[str, ...] = ()

    @field_validator("action_units")
    @classmethod
    def _known_pairs(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in ACTION_UNIT_INDEX:
                raise ValueError(f"expected action units of facs, got {name!r}")
            if mirrored(name) not in names:
                raise ValueError(f"expected {mirrored(name)} beside {name}")
        return names


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes that came with the package."""
    return tuple(sorted(path.stem for path in RECIPES.glob("*.toml")))


def load_recipe(name_or_path: str) -> Recipe:
    """A recipe by name, or by path of a TOML file.

    Raises:
        ConfigError: no such recipe (lists the choices), not TOML, or not a recipe.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path not in recipe_names():
            choices = ", ".join(recipe_names())
            raise ConfigError(f"unknown recipe {name_or_path!r}; expected one of: {choices}")
        path = RECIPES / f"{name_or_path}.toml"
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigError(f"expected a recipe at {path}, got: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected TOML, got: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "recipe"
        raise ConfigError(f"{path}: {where}: {first['msg']}") from error
