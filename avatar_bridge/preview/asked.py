"""Action units and blendshapes that a user wrote into a file."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from avatar_bridge.config import parse_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import nodes_of
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Blendshapes

_MOST_BYTES = 1 << 20

Weights = Callable[[Mapping[str, float], Mapping[str, float]], Blendshapes]


def read_units(path: Path, weights: Weights) -> Blendshapes:
    """The blendshapes that a file asks for.

    A name may be an action unit's, of one side or of both (`AU12L`, `AU12`), or a blendshape's
    (`jawOpen`). Where both move a shape, the stronger one counts.

    Args:
        path: of a JSON or TOML file: names, and intensities in [0, 1].
        weights: action units and emotions by name → the 52, as `Retargeter.map`.

    Raises:
        ConfigError: unreadable, neither JSON nor TOML, an unknown name, or a value out of range.
    """
    units: dict[str, float] = {}
    shapes = np.zeros(len(BLENDSHAPES), np.float32)
    for name, value in _read(path).items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise ConfigError(f"{path}: {name}: expected 0 to 1, got {value!r}")
        if name in BLENDSHAPES:
            shapes[BLENDSHAPES.index(name)] = value
        elif nodes_of(name):
            units[name] = float(value)
        else:
            raise ConfigError(
                f"{path}: expected action units such as AU12 or blendshapes such as jawOpen, "
                f"got {name!r}"
            )
    return Blendshapes(np.maximum(shapes, weights(units, {}).weights))


def _read(path: Path) -> dict[str, object]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"expected a readable file at {path}, got: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path}: expected {_MOST_BYTES} bytes at most, got more")
    try:
        text = data.decode("utf-8")
        read = json.loads(text) if path.suffix.lower() == ".json" else parse_toml(text)
    except (ValueError, RecursionError) as error:  # of JSON, TOML and UTF-8 alike
        raise ConfigError(f"{path}: expected JSON or TOML, got: {error}") from error
    if not isinstance(read, dict) or not read:
        raise ConfigError(f"{path}: expected names and intensities, got none")
    return read
