"""Recipes: everything that decides a training run, in one TOML file."""

import tomllib
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.card import DataSource, InputSpec

RECIPES = Path(__file__).parent / "recipes"


class Part(BaseModel):
    """A section of a recipe; a field that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NetPart(Part):
    """Which net, and the arguments of its factory.

    Attributes:
        start: what the net begins with where it fits: name or folder of a run, or path of an
            exported net (see `training.start`).
    """

    name: str
    options: dict[str, Any] = Field(default_factory=dict)
    start: str = ""


class DataPart(Part):
    """One source of faces.

    Attributes:
        kind: module of `training.datasets`, or `.datasets.emotions` for that task, that reads it.
        options: arguments of that module's `create`.
        card: what the card says of it.
    """

    kind: str
    options: dict[str, Any] = Field(default_factory=dict)
    card: DataSource


class OptimPart(Part):
    """How, how fast and how long.

    Attributes:
        method: AdamW, or SGD with Nesterov's momentum of 0.9.
        batch: pictures in a batch, over all processes.
        steps: length of the run, unless minutes end it first.
        minutes: wall-clock budget that the schedule is fitted to; None for steps alone.
        rate: highest learning rate.
        decay: weight decay.
        warmup: share of the run until the highest rate.
        schedule: how the rate falls after that: along a cosine, or by a factor of
            `plateau_factor` whenever `plateau` judgements in a row brought nothing.
        stop: judgements in a row without gain after which the run ends; 0 for never.
        momentum: AdamW's memory of gradients; games between nets want less.
        clip: largest norm of the gradient.
        average: decay of the moving average of the weights.
        bfloat16: whether the features run in it.
        workers: threads that make batches; 0 makes them between the steps.
        threads: of torch on a CPU; 0 leaves it alone.
        save_every: seconds between checkpoints.
        judge_every: steps between judgements on the held-out rows; 0 for at checkpoints.
    """

    method: Literal["adamw", "sgd"] = "adamw"
    batch: int = Field(gt=1)
    steps: int = Field(gt=0)
    minutes: float | None = Field(default=None, gt=0)
    rate: float = Field(default=2e-3, gt=0)
    decay: float = Field(default=0.02, ge=0)
    warmup: float = Field(default=0.05, ge=0, lt=1)
    schedule: Literal["cosine", "plateau"] = "cosine"
    plateau: int = Field(default=3, gt=0)
    plateau_factor: float = Field(default=0.3, gt=0, lt=1)
    stop: int = Field(default=0, ge=0)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    clip: float = Field(default=5.0, gt=0)
    average: float = Field(default=0.998, ge=0, lt=1)
    bfloat16: bool = True
    workers: int = Field(default=1, ge=0)
    threads: int = Field(default=0, ge=0)
    save_every: float = Field(default=120.0, gt=0)
    judge_every: int = Field(default=0, ge=0)


class Recipe(Part):
    """What every training run has; each task adds its own.

    Attributes:
        name: of the run and of the model it makes.
        task: module of `training.tasks`.
        augment: fields of the task's augmentation that differ from its defaults.
    """

    name: str
    title: str
    licence: str
    task: str
    seed: int = 0
    net: NetPart
    input: InputSpec
    augment: dict[str, float] = Field(default_factory=dict)
    data: tuple[DataPart, ...] = Field(min_length=1)
    optim: OptimPart
    notes: tuple[str, ...] = ()


R = TypeVar("R", bound=Recipe)


def change_recipe(values: dict[str, Any], changes: Iterable[str]) -> None:
    """Change a recipe's values for a try, without a file of its own.

    Args:
        values: of the recipe; changed in place.
        changes: `section.key=VALUE` each, the value as TOML has it.

    Raises:
        ConfigError: one is none.
    """
    for change in changes:
        path, equals, text = change.partition("=")
        *sections, key = path.strip().split(".")
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = None
        if not equals or not key or value is None:
            raise ConfigError(f"--set {change}: expected SECTION.KEY=VALUE with a TOML value")
        place = values
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                raise ConfigError(f"--set {change}: expected a section, got {section!r}")
        place[key] = value


def recipe_names() -> tuple[str, ...]:
    """Names of the recipes that came with the package."""
    return tuple(sorted(path.stem for path in RECIPES.glob("*.toml")))


def read_recipe(name_or_path: str) -> tuple[Path, dict[str, Any]]:
    """A recipe's file and its values, by name or by path of a TOML file.

    A recipe that says `extends = "OTHER"` has the other's values, section by section, except for
    its own.

    Raises:
        ConfigError: no such recipe (lists the choices), not TOML, or one that extends itself.
    """
    path, values = _read_toml(name_or_path)
    seen = [path]
    while "extends" in values:
        other = str(values.pop("extends"))
        if other.endswith(".toml"):  # beside the one that names it
            other = str(seen[-1].parent / other)
        parent, inherited = _read_toml(other)
        if parent in seen:
            raise ConfigError(f"{path}: expected a recipe that does not extend itself")
        seen.append(parent)
        values = _over(inherited, values)
    return path, values


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """The values of two recipes; where both have one that is no section, the upper one's."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _over(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _read_toml(name_or_path: str) -> tuple[Path, dict[str, Any]]:
    """One file's own values."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path not in recipe_names():
            choices = ", ".join(recipe_names())
            raise ConfigError(f"unknown recipe {name_or_path!r}; expected one of: {choices}")
        path = RECIPES / f"{name_or_path}.toml"
    try:
        return path, tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"expected a recipe at {path}, got: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected TOML, got: {error}") from error


def known_fields(kind: type, values: dict[str, float]) -> dict[str, float]:
    """Settings whose names are fields of a dataclass.

    Raises:
        ValueError: one is not; lists the fields.
    """
    names = [field.name for field in fields(kind)]
    for name in values:
        if name not in names:
            raise ValueError(f"expected some of {', '.join(names)}, got {name!r}")
    return values


def parse_recipe(kind: type[R], path: Path, values: dict[str, Any]) -> R:
    """Check a recipe's values.

    Raises:
        ConfigError: names the file, the field and what is wrong with it.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "recipe"
        raise ConfigError(f"{path}: {where}: {first['msg']}") from error
