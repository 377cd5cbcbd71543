"""Which performers a farm has."""

import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avatar_bridge.config import Config, parse_config, read_toml
from avatar_bridge.errors import ConfigError

MOST_NAME = 20  # characters: a topic of the merged stream carries them
MOST_PERFORMERS = 10_000
_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{MOST_NAME}}}")
_SECTION = "performers"


@dataclass(frozen=True, slots=True)
class Performer:
    """One bridge of a farm.

    Attributes:
        name: letters, digits, - and _.
        settings: of its bridge; where it publishes is the farm's to say.
    """

    name: str
    settings: Config


def read_fleet(path: Path) -> tuple[Performer, ...]:
    """The performers of a file, in its order.

    In TOML, `[performers.NAME]` holds what a bridge's configuration holds; `[all]` what all
    of them share. What a performer says goes over that.

    Raises:
        ConfigError: names the setting, what was expected and what was got.
    """
    values = read_toml(path)
    if unknown := sorted(set(values) - {_SECTION, "all"}):
        raise ConfigError(f"{path}: expected [{_SECTION}.NAME] and [all], got {unknown[0]!r}")
    listed, shared = values.get(_SECTION), values.get("all", {})
    if not isinstance(listed, dict) or not 0 < len(listed) <= MOST_PERFORMERS:
        raise ConfigError(f"{path}: expected 1 to {MOST_PERFORMERS} of [{_SECTION}.NAME]")
    performers = []
    for name, own in listed.items():
        if not _NAME.fullmatch(name):
            raise ConfigError(
                f"{path}: expected names of 1 to {MOST_NAME} letters, digits, - and _, got {name!r}"
            )
        if not isinstance(own, dict) or not isinstance(shared, dict):
            raise ConfigError(f"{path}: {name}: expected settings, got {own!r}")
        merged = _over(copy.deepcopy(shared), own)
        if "wire" in merged:
            raise ConfigError(f"{path}: {name}: expected no [wire]: the fleet chooses addresses")
        performers.append(Performer(name, parse_config(merged, f"{path}: {name}")))
    return tuple(performers)


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(base.get(key), dict)
        base[key] = _over(base[key], value) if both else value
    return base
