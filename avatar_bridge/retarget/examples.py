"""Example poses for a fit, as people write them.

TOML with one `[[pose]]` a pose, or JSON with a list under "pose":

    [[pose]]
    arkit = { jawOpen = 1.0 }
    avatar = { MouthWide = 0.8, Teeth = 0.2 }
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_bridge.config import read_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.retarget.fit import Example
from avatar_bridge.retarget.schema import Shape, Share


class _Pose(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    arkit: dict[Shape, Share] = Field(min_length=1)
    avatar: dict[str, Share]


class _Poses(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    pose: tuple[_Pose, ...] = Field(min_length=1)


def read_examples(path: Path) -> tuple[Example, ...]:
    """Poses from a file.

    Raises:
        ConfigError: unreadable, or a name or weight that does not fit.
    """
    values = read_toml(path) if path.suffix == ".toml" else _read_json(path)
    try:
        poses = _Poses.model_validate(values).pose
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{path}: {where}: {message}, got {first['input']!r}") from error
    return tuple(Example(dict(pose.arkit), dict(pose.avatar)) for pose in poses)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"expected a readable file at {path}, got: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: expected TOML or JSON, got: {error}") from error
