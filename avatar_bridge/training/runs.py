"""A run's folder, and the recipe that it keeps."""

import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.checkpoint import CHECKPOINT
from avatar_bridge.training.recipe import Recipe, read_recipe
from avatar_bridge.training.task import TASKS, Task, load_task

KEPT = "recipe.toml"
_DECISIVE = (
    "task", "seed", "action_units", "negatives", "twins",
    "net", "input", "augment", "data", "distil", "loss", "optim", "scenes", "windows", "cascade",
    "game", "guide",
)  # fmt: skip
# How long a run is and how it is watched may change while it is under way.
_FREE = frozenset({"steps", "minutes", "workers", "threads", "save_every", "judge_every", "stop"})


def keep_recipe(recipe: Recipe, folder: Path) -> None:
    """Write a recipe into the folder of the run that it decides.

    Raises:
        ConfigError: the folder holds a run of another recipe, which would go on under this one;
            names the first section that differs.
    """
    kept = folder / KEPT
    values = recipe.model_dump(mode="json", exclude_none=True)
    if kept.is_file() and (folder / CHECKPOINT).is_file():
        before = _in_full(recipe, _read(kept))
        for section in _DECISIVE:
            if _decisive(before.get(section)) != _decisive(values.get(section)):
                raise ConfigError(
                    f"{folder}: expected a run of the same recipe, got one with another "
                    f"[{section}]: remove it, or choose another folder with --runs"
                )
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(tomli_w.dumps(values), encoding="utf-8")


def run_task(name_or_path: str, runs: Path) -> tuple[Task, Path]:
    """The task of a recipe that was run, with the net and the input of that run; and its folder.

    Args:
        name_or_path: of the recipe.
        runs: folder of runs.
    """
    recipe = load_task(name_or_path).recipe
    folder = runs / recipe.name
    if not (folder / KEPT).is_file():
        return load_task(name_or_path), folder
    path, values = read_recipe(name_or_path)
    before = _read(folder / KEPT)
    values |= {section: before[section] for section in ("net", "input") if section in before}
    return TASKS.create(recipe.task, path, values), folder


def _in_full(recipe: Recipe, before: dict[str, Any]) -> dict[str, Any]:
    """A kept recipe with the defaults of what it did not know yet."""
    try:
        return type(recipe).model_validate(before).model_dump(mode="json", exclude_none=True)
    except ValidationError:  # of another kind altogether
        return before


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: expected the recipe of a run, got: {error}") from error


def _decisive(section: Any) -> Any:
    if not isinstance(section, dict):
        return section
    return {key: value for key, value in section.items() if key not in _FREE}
