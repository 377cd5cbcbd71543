"""Profiles whose responses are changed by hand while they are in use, and kept as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from avatar_bridge.config import read_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.regions import region_of
from avatar_bridge.paths import write_whole
from avatar_bridge.retarget.curves import curve
from avatar_bridge.retarget.profile import expected, load_profile, parents, user_profile
from avatar_bridge.retarget.schema import Profile, Response
from avatar_bridge.retarget.write import quoted

LINEAR = "linear"
_NODES = 9  # of a named curve, told as points
_DIGITS = 4  # of what is kept: a page's slider has fewer
_SECTIONS = frozenset({"name", "title", "extends", "response"})  # of a file that was written here
_FILE_SUFFIX = ".toml"


@dataclass(frozen=True, slots=True)
class ShapeResponse:
    """How a shape answers, as the wire has it; `schema.Response` says what the numbers mean.

    Attributes:
        curve: x and y of its points by turns; empty for a straight line.
    """

    gain: float
    dead_zone: float
    limit: float
    curve: tuple[float, ...] = ()


def responses(profile: Profile) -> tuple[ShapeResponse, ...]:
    """How each of the 52 answers, in their order."""
    return tuple(_told(profile.response_of(shape, region_of(shape))) for shape in BLENDSHAPES)


def edited(profile: Profile, changes: Mapping[str, ShapeResponse]) -> Profile:
    """A profile with other responses.

    Args:
        profile: what is changed.
        changes: by shape; the others stay.

    Raises:
        ConfigError: no blendshape's name, or a number that does not fit; the message says which.
    """
    response = dict(profile.response)
    for shape, change in changes.items():
        if shape not in BLENDSHAPE_INDEX:
            raise ConfigError(f"expected the name of a blendshape, got {shape[:80]!r}")
        now = profile.response_of(shape, region_of(shape))
        values: dict[str, Any] = {
            **(response[shape].model_dump(exclude_unset=True) if shape in response else {}),
            "gain": _number(change.gain),
            "dead_zone": _number(change.dead_zone),
            "limit": _number(change.limit),
            "curve": now.curve if _same(change.curve, now) else _points(shape, change.curve),
        }
        try:
            response[shape] = Response.model_validate(values)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join((shape, *(str(part) for part in fault["loc"][:1])))
            raise ConfigError(f"{where}: {expected(fault)}") from error
    return profile.model_copy(update={"response": response})


def save(name: str, base: str, profile: Profile, shapes: frozenset[str]) -> Path:
    """Keep a changed profile as one of the user's own.

    Args:
        name: of the new profile; one that was kept before is replaced.
        base: name or path of the profile that was changed.
        profile: it, changed.
        shapes: those whose response was.

    Raises:
        ConfigError: no name that it may have, one whose file says more than this can keep, one
            that the base extends, or the file cannot be written.
    """
    path = user_profile(name)
    if base.endswith(_FILE_SUFFIX):
        base = str(Path(base).absolute())
    if base == name:  # what was kept before goes on
        values = _kept(path)
        base = str(values.get("extends", ""))
        shapes |= frozenset(values.get("response", {})) & frozenset(BLENDSHAPES)
    elif name in parents(base):
        raise ConfigError(f"expected a name that {base} does not extend, got {name!r}")
    elif path.is_file():
        _kept(path)
    title = f"{load_profile(base).name}, with responses of my own"
    lines = [
        "# Made by the live page. Numbers are for you to change.",
        f"name = {quoted(name)}",
        f"title = {quoted(title)}",
        f"extends = {quoted(base)}",
        "",
        "[response]",
        *(f"{s} = {_table(profile.response[s])}" for s in BLENDSHAPES if s in shapes),
    ]
    try:
        write_whole(path, "\n".join(lines) + "\n")
    except OSError as error:
        raise ConfigError(f"expected to write {path}, got: {error.strerror}") from error
    return path


def _kept(path: Path) -> dict[str, Any]:
    values = read_toml(path)
    response = values.get("response", {})
    if not isinstance(response, dict):
        raise ConfigError(f"expected another name: {path.name} is no profile")
    more = sorted(set(values) - _SECTIONS) + sorted(set(response) - set(BLENDSHAPES))
    if more:
        raise ConfigError(f"expected another name: {path.name} says more ({', '.join(more)})")
    return values


def _told(response: Response) -> ShapeResponse:
    points: tuple[float, ...] = ()
    if not isinstance(response.curve, str):
        points = tuple(number for point in response.curve for number in point)
    elif response.curve != LINEAR:
        x = np.linspace(0.0, 1.0, _NODES)
        y = curve(x, response.curve)
        points = tuple(np.round(np.stack([x, y], axis=1), _DIGITS).ravel().tolist())
    return ShapeResponse(response.gain, response.dead_zone, response.limit, points)


def _same(asked: tuple[float, ...], now: Response) -> bool:
    """Whether the points are those that a curve was told by."""
    told = _told(now).curve
    return len(asked) == len(told) and bool(np.allclose(asked, told, atol=0.5 * 10.0**-_DIGITS))


def _points(shape: str, numbers: tuple[float, ...]) -> str | list[tuple[float, float]]:
    if not numbers:
        return LINEAR
    if len(numbers) % 2:
        raise ConfigError(f"{shape}.curve: expected x and y by turns, got {len(numbers)} numbers")
    flat = [_number(number) for number in numbers]
    return list(zip(flat[::2], flat[1::2], strict=True))


def _number(value: float) -> float:
    return round(value, _DIGITS)  # NaN stays, for the check to find


def _table(response: Response) -> str:
    said = response.model_dump(exclude_unset=True)
    return "{ " + ", ".join(f"{key} = {_value(value)}" for key, value in said.items()) + " }"


def _value(value: Any) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return repr(value)
