"""Smoothing presets: TOML files that hold every number of the filters.

A preset has one table for each region of the face, and one for the emotions. Steps are told in
multiples of the net's own noise of each value (`smooth.noise`):

    [regions.blink]
    min_cutoff = 1.2     # hertz at rest
    beta = 8.0           # hertz for each noise beyond `rest`
    step_cutoff = 8.2    # hertz
    rest = 1.5           # noises
"""

from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from avatar_bridge.config import read_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.smooth.regions import REGIONS

_SUFFIX = ".toml"

Hertz = Annotated[float, Field(gt=0, le=1000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegionTuning(_Part):
    """The filter of one region; see `smooth.one_euro` for what the numbers do.

    Attributes:
        min_cutoff: hertz at rest; less is stiller and later.
        beta: hertz for each noise beyond `rest`; more is quicker in motion.
        step_cutoff: hertz; more notices motion sooner, and noise more often.
        rest: noises that still count as rest.
    """

    min_cutoff: Hertz
    beta: float = Field(ge=0, le=1000)
    step_cutoff: Hertz
    rest: float = Field(ge=0, le=100)


class EmotionTuning(_Part):
    """How emotions change; how fast they come and go is the profile's to say.

    Attributes:
        margin: of probability, by which another has to lead to take the lead.
    """

    margin: float = Field(ge=0, le=1)


class Preset(_Part):
    """One set of filters.

    Attributes:
        name: what a user asks for.
        title: one line for people.
        regions: the tuning of every region.
        emotion: the tuning of the emotions.
    """

    name: str
    title: str
    regions: dict[str, RegionTuning]
    emotion: EmotionTuning

    @field_validator("regions")
    @classmethod
    def _all_regions(cls, value: dict[str, RegionTuning]) -> dict[str, RegionTuning]:
        for name in value:
            if name not in REGIONS:
                raise ValueError(f"expected one of {', '.join(REGIONS)}, got {name!r}")
        for name in REGIONS:
            if name not in value:
                raise ValueError(f"expected a table for every region, got none for {name!r}")
        return value


def preset_names() -> tuple[str, ...]:
    """The presets that come with the package, sorted."""
    folder = resources.files("avatar_bridge.smooth").joinpath("presets")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load_preset(name: str) -> Preset:
    """Read a preset.

    Args:
        name: of a packaged preset, or the path of a TOML file.

    Raises:
        ConfigError: unreadable, or a name or number that does not fit; the message says where.
    """
    if name.endswith(_SUFFIX):
        return _parse(read_toml(Path(name)), name)
    folder = resources.files("avatar_bridge.smooth").joinpath("presets")
    with resources.as_file(folder.joinpath(name + _SUFFIX)) as path:
        return _parse(read_toml(path), path.name)


def _parse(values: dict[str, Any], origin: str) -> Preset:
    try:
        return Preset.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        told = first["type"] in {"missing", "value_error"}
        got = "" if told else f", got {first['input']!r}"
        raise ConfigError(f"smoothing {origin}: {where}: {message}{got}") from error
