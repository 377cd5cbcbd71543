"""Retarget profiles: TOML files that hold every number of the mapping.

A profile says, for each blendshape, which action units and cues make it, with gains, and how it
answers to them; which shapes go against, along with or under which others; what an emotion adds
where the units are silent; and what an avatar's own shapes get. `schema` lists the settings.

A shape is one mix of inputs, or a list of mixes of which the first counts that the net can read
(any input of it), so that a lesser sign speaks only where the movement itself is not read:

    mouthShrugUpper = [{ AU17T = 1.0 }, { AU17 = 0.55 }]

A profile that `extends` another says only what differs. Its entries replace those of the same
name one by one: one shape's mixes, one region's response, one emotion's prototype.

Beside the packaged profiles there are the user's own, in `profiles/` of the folder of settings.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from avatar_bridge.config import MOST_TOML, parse_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.paths import config_folder
from avatar_bridge.retarget.lines import Place, lines_of
from avatar_bridge.retarget.schema import EmotionLayer, MisplacedError, Profile

__all__ = [
    "EmotionLayer",
    "Profile",
    "expected",
    "load_profile",
    "packaged_profiles",
    "parents",
    "profile_names",
    "user_profile",
]

_SUFFIX = ".toml"
_EXTENDS = "extends"
_OWN = ("name", "title", _EXTENDS)  # never taken from the profile that is extended
# The tables whose entries are replaced one by one.
_TABLES: Mapping[str, Any] = {
    **{name: {} for name in ("shapes", "response", "rivals", "locks", "ceilings", "targets")},
    "emotion": {"prototypes": {}, "overrides": {}},
}
_MOST_PARENTS = 8
_KEY = "[key]"
_OWN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FOLDER = "profiles"  # in the user's folder of settings
# Windows opens a device by these names, whatever comes after a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_TOLD = re.compile(r"\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class _File:
    """One TOML file of a profile: what it says and on which lines."""

    name: str
    values: dict[str, Any]
    lines: dict[Place, int]


def packaged_profiles() -> tuple[str, ...]:
    """The profiles that come with the package, sorted."""
    folder = resources.files("avatar_bridge.retarget").joinpath("profiles")
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def profile_names() -> tuple[str, ...]:
    """The packaged profiles and then the user's own, each sorted; whether they are good or not."""
    packaged = packaged_profiles()
    try:
        found = {path.stem for path in (config_folder() / _FOLDER).glob(f"*{_SUFFIX}")}
    except (RuntimeError, OSError):  # no home, or none that may be read: none of one's own
        return packaged
    own = {name for name in found if _OWN_NAME.fullmatch(name) and not _DEVICES.fullmatch(name)}
    return (*packaged, *sorted(own - set(packaged)))


def user_profile(name: str) -> Path:
    """The file of a profile of the user's own; it need not exist.

    Raises:
        ConfigError: no name that one may have, or nobody says where the user's home is.
    """
    if not _OWN_NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise ConfigError(
            f"expected a profile's name of 1 to 64 letters, digits, - and _, got {name[:80]!r}"
        )
    if name in packaged_profiles():
        raise ConfigError(f"expected a name that no packaged profile has, got {name!r}")
    try:
        return config_folder() / _FOLDER / f"{name}{_SUFFIX}"
    except RuntimeError as error:
        raise ConfigError(f"{error}: set HOME or AVATAR_BRIDGE_CONFIG") from error


def parents(name: str) -> tuple[str, ...]:
    """What a profile extends, and what that extends, and so on, as the files name it.

    Raises:
        ConfigError: as `load_profile`.
    """
    said = (file.values.get(_EXTENDS) for file in _with_parents(name))
    return tuple(parent for parent in said if isinstance(parent, str) and parent)


def load_profile(name: str) -> Profile:
    """Read a profile.

    Args:
        name: of a packaged profile or one of the user's own, or the path of a TOML file.

    Raises:
        ConfigError: unknown name, unreadable file, or a name or number that does not fit; the
            message says file, line and setting, what was expected and what was got.
    """
    files = _with_parents(name)
    values: dict[str, Any] = {}
    for file in reversed(files):
        inherited = {key: value for key, value in values.items() if key not in _OWN}
        values = _laid_over(inherited, file.values)
    try:
        return Profile.model_validate(values)
    except ValidationError as error:
        raise ConfigError(_complaint(files, error.errors()[0])) from error


def _with_parents(name: str) -> list[_File]:
    """The file of a profile, then the one that it extends, and so on."""
    files = [_read(name, Path())]
    folder = _folder_of(name, Path())
    while isinstance(parent := files[-1].values.get(_EXTENDS), str) and parent:
        if len(files) == _MOST_PARENTS:
            raise ConfigError(_at(files[-1], (_EXTENDS,), "expected an end, got a circle"))
        try:
            files.append(_read(parent, folder))
        except ConfigError as error:
            raise ConfigError(_at(files[-1], (_EXTENDS,), str(error))) from error
        folder = _folder_of(parent, folder)
    return files


def _folder_of(name: str, folder: Path) -> Path:
    """Where the paths in a profile begin; those of a packaged one, as before."""
    if name.endswith(_SUFFIX):
        return (folder / name).parent
    return folder if name in packaged_profiles() else user_profile(name).parent


def _read(name: str, folder: Path) -> _File:
    if name.endswith(_SUFFIX):
        return _parse(folder / name)
    if name not in profile_names():
        raise ConfigError(
            f"unknown profile {name!r}; expected one of: {', '.join(profile_names())}, "
            f"or the path of a {_SUFFIX} file"
        )
    if name not in packaged_profiles():
        return _parse(user_profile(name))
    packaged = resources.files("avatar_bridge.retarget").joinpath("profiles", name + _SUFFIX)
    with resources.as_file(packaged) as path:
        return _parse(path)


def _parse(path: Path) -> _File:
    try:
        text = ""
        with path.open(encoding="utf-8") as file:
            text = file.read(MOST_TOML + 1)
        return _File(path.name, parse_toml(text), lines_of(text))
    except OSError as error:
        raise ConfigError(f"expected a readable file at {path}, got: {error.strerror}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path.name}: expected TOML, got: {error}") from error
    except tomllib.TOMLDecodeError as error:
        place = _TOLD.search(str(error))
        line = int(place.group(1)) if place else text.count("\n") + 1
        raise ConfigError(f"{path.name}:{line}: expected TOML, got: {error}") from error


def _laid_over(
    below: dict[str, Any], above: dict[str, Any], tables: Mapping[str, Any] = _TABLES
) -> dict[str, Any]:
    result = {**below, **above}
    for table, inner in tables.items():
        if isinstance(below.get(table), dict) and isinstance(above.get(table), dict):
            result[table] = _laid_over(below[table], above[table], inner)
    return result


def _complaint(files: list[_File], fault: ErrorDetails) -> str:
    cause = fault.get("ctx", {}).get("error")
    place: Place = tuple(part for part in fault["loc"] if part != _KEY)
    if isinstance(cause, MisplacedError):
        place = cause.place
    for file in files if fault["type"] != "missing" else ():  # the nearest one that says it
        if place in file.lines:
            return _at(file, place, expected(fault))
    return _at(files[0], place, expected(fault))


def _at(file: _File, place: Place, message: str) -> str:
    setting = ".".join(str(part) for part in place)
    known = place
    while known and known not in file.lines:
        known = known[:-1]
    where = f"{file.name}:{file.lines.get(known, 1)}"
    return f"{where}: {setting}: {message}" if setting else f"{where}: {message}"


def expected(fault: ErrorDetails) -> str:
    """What was expected and what was got, of a fault that pydantic found."""
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "missing":
        return "expected a value, got none"
    if fault["type"] == "extra_forbidden":
        return f"expected a setting of a profile, got {str(fault['loc'][-1])!r}"
    if message.startswith("expected"):
        return message
    for opening in ("Input should be ", "Input should "):
        message = message.removeprefix(opening)
    return f"expected {message}, got {fault['input']!r}"
