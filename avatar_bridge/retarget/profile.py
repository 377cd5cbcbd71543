"""Retarget profiles: TOML files that hold every number of the mapping.

A profile says, for each blendshape, which action units and cues make it, with gains; which shape
may not exceed which other; and what an emotion adds where the units are silent.

A shape is one mix of inputs, or a list of mixes of which the first counts that the net can read
(any input of it), so that a lesser sign speaks only where the movement itself is not read:

    mouthShrugUpper = [{ AU17T = 1.0 }, { AU17 = 0.55 }]
"""

from collections.abc import Collection, Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from avatar_bridge.config import read_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.facs.cues import CUES
from avatar_bridge.facs.emotions import EMOTION_INDEX

_SUFFIX = ".toml"

Gain = Annotated[float, Field(ge=-10.0, le=10.0)]
Weight = Annotated[float, Field(ge=0.0, le=1.0)]
Mix = dict[str, Gain]
Choices = Annotated[
    tuple[Mix, ...], BeforeValidator(lambda value: [value] if isinstance(value, dict) else value)
]


def _check_names(names: Mapping[str, object], known: Mapping[str, object], kind: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"expected the name of {kind}, got {name!r}")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EmotionLayer(_Part):
    """What emotions add to the shapes that no unit vouches for.

    Attributes:
        strength: largest share of a prototype that is added.
        top: how many of the most probable emotions count.
        protected: shapes that an emotion never touches.
        prototypes: emotion → shape → weight of the full expression (EMFACS).
    """

    strength: Weight
    top: int = Field(ge=1, le=len(EMOTION_INDEX))
    protected: tuple[str, ...]
    prototypes: dict[str, dict[str, Weight]]

    @field_validator("protected")
    @classmethod
    def _protected_shapes(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        _check_names(dict.fromkeys(names), BLENDSHAPE_INDEX, "a blendshape")
        return names

    @field_validator("prototypes")
    @classmethod
    def _prototype_names(cls, value: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
        _check_names(value, EMOTION_INDEX, "an emotion")
        for shapes in value.values():
            _check_names(shapes, BLENDSHAPE_INDEX, "a blendshape")
        return value


class Profile(_Part):
    """One mapping.

    Attributes:
        name: what a user asks for.
        title: one line for people.
        shapes: blendshape → mixes (action unit or cue → gain), the best first.
        ceilings: blendshape → the shape whose weight it may not exceed.
    """

    name: str
    title: str
    shapes: dict[str, Choices]
    ceilings: dict[str, str] = Field(default_factory=dict)
    emotion: EmotionLayer

    @field_validator("shapes")
    @classmethod
    def _shape_names(cls, value: dict[str, tuple[Mix, ...]]) -> dict[str, tuple[Mix, ...]]:
        _check_names(value, BLENDSHAPE_INDEX, "a blendshape")
        inputs = {**ACTION_UNIT_INDEX, **dict.fromkeys(CUES)}
        for shape, mixes in value.items():
            earlier: set[str] = set()
            for mix in mixes:
                _check_names(mix, inputs, "an action unit or a cue")
                if mix and earlier.issuperset(mix):  # whoever reads one of them never comes here
                    raise ValueError(
                        f"{shape}: expected an input that no earlier choice has, got {list(mix)}"
                    )
                earlier |= mix.keys()
        return value

    def inputs(self, shape: str, readable: Collection[str]) -> Mix:
        """The mix that makes a shape where only some inputs are read; empty where none can."""
        for mix in self.shapes.get(shape, ()):
            read = {name: gain for name, gain in mix.items() if name in readable}
            if read:
                return read
        return {}

    @field_validator("ceilings")
    @classmethod
    def _ceiling_names(cls, value: dict[str, str]) -> dict[str, str]:
        _check_names({**value, **dict.fromkeys(value.values())}, BLENDSHAPE_INDEX, "a blendshape")
        return value


def profile_names() -> tuple[str, ...]:
    """The profiles that come with the package, sorted."""
    folder = resources.files("avatar_bridge.retarget").joinpath("profiles")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load_profile(name: str) -> Profile:
    """Read a profile.

    Args:
        name: of a packaged profile, or the path of a TOML file.

    Raises:
        ConfigError: unknown name, unreadable file, or a name or number that does not fit; the
            message says where, what was expected and what was got.
    """
    if name.endswith(_SUFFIX):
        return _parse(read_toml(Path(name)), name)
    if name not in profile_names():
        raise ConfigError(
            f"unknown profile {name!r}; expected one of: {', '.join(profile_names())}, "
            f"or the path of a {_SUFFIX} file"
        )
    folder = resources.files("avatar_bridge.retarget").joinpath("profiles")
    with resources.as_file(folder.joinpath(name + _SUFFIX)) as path:
        return _parse(read_toml(path), path.name)


def _parse(values: dict[str, Any], origin: str) -> Profile:
    try:
        return Profile.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"profile {origin}: {where}: {message}") from error
