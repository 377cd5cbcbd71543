"""Calibrations as files: `calibrations/NAME.toml` in the user's folder of settings.

A file is there whole or not at all. What a newer one replaces is kept beside it, as
`NAME.toml.1` (the newest) and so on, so that a measurement can be undone.
"""

import json
import re
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from avatar_bridge.config import parse_toml
from avatar_bridge.errors import ConfigError
from avatar_bridge.paths import OVERRIDE, config_folder, write_whole
from avatar_bridge.retarget.calibration import UNSAVED, Calibration

FOLDER = "calibrations"
KEPT = 8  # earlier versions of one file: more than a guided calibration has steps
_SUFFIX = ".toml"
_MOST_BYTES = 65_536
_MOST_OF_NAME = 200  # bytes: file systems allow 255, and more follows
_NAME = re.compile(r"[^\W_][\w -]{0,63}")
# Windows opens a device by these names, whatever comes after a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def check_name(name: str) -> str:
    """The name as it is kept.

    Raises:
        ConfigError: no name that a file may have on every system.
    """
    clean = unicodedata.normalize("NFC", name)
    if (
        not _NAME.fullmatch(clean)
        or clean != clean.strip()
        or _DEVICES.fullmatch(clean)
        or clean == UNSAVED
        or len(clean.encode()) > _MOST_OF_NAME
    ):
        raise ConfigError(
            "expected a calibration's name of 1 to 64 letters, digits, spaces, - and _, "
            f"got {name[:80]!r}"
        )
    return clean


class CalibrationFiles:
    """The saved calibrations.

    Args:
        folder: where they are; None is the user's own. It need not exist.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where they are.

        Raises:
            ConfigError: nobody says where the user's home is.
        """
        try:
            return config_folder() / FOLDER if self._folder is None else self._folder
        except RuntimeError as error:
            raise ConfigError(f"{error}: set HOME or {OVERRIDE}") from error

    def names(self) -> tuple[str, ...]:
        """Those that are saved, sorted."""
        found = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            try:
                found.append(check_name(path.stem))
            except ConfigError:
                continue  # somebody else's file
        return tuple(sorted(found))

    def path(self, name: str) -> Path:
        """The file of a name.

        Raises:
            ConfigError: not a name.
        """
        return self.folder / f"{check_name(name)}{_SUFFIX}"

    def load(self, name: str, net: str | None = None) -> Calibration:
        """Read one.

        Args:
            name: of a saved calibration.
            net: name of the face net that it has to be for; None takes any.

        Raises:
            ConfigError: there is none, it is not one, or it is for another net; one line that
                names the file and the field.
        """
        path = self.path(name)
        if not path.is_file():
            there = ", ".join(self.names()) or "none yet"
            raise ConfigError(f"unknown calibration {name!r}; saved in {self.folder}: {there}")
        calibration = _parse(path)
        if net is not None and calibration.net != net:
            raise ConfigError(
                f"calibration {name!r}: expected one made with the face net {net}, got one made "
                f"with {calibration.net}: calibrate anew or use --face-net {calibration.net}"
            )
        return calibration.model_copy(update={"name": path.stem})

    def save(self, calibration: Calibration) -> Path:
        """Keep one under its own name; what had the name before is kept behind it.

        Raises:
            ConfigError: not a name, or the file cannot be written; what was there stays.
        """
        path = self.path(calibration.name)
        try:
            if path.is_file():
                for age in range(KEPT - 1, 0, -1):
                    if _older(path, age).is_file():
                        _older(path, age).replace(_older(path, age + 1))
                write_whole(_older(path, 1), path.read_text(encoding="utf-8"))
            write_whole(path, _text(calibration))
        except (OSError, UnicodeDecodeError) as error:
            raise _unwritten(path, error) from error
        return path

    def undo(self, name: str) -> bool:
        """Bring back what `save` replaced last; False where nothing is kept.

        Raises:
            ConfigError: not a name, or the file cannot be written.
        """
        path = self.path(name)
        if not _older(path, 1).is_file():
            return False
        try:
            _older(path, 1).replace(path)
            for age in range(2, KEPT + 1):
                if _older(path, age).is_file():
                    _older(path, age).replace(_older(path, age - 1))
        except OSError as error:
            raise _unwritten(path, error) from error
        return True

    def delete(self, name: str) -> None:
        """Remove one and all that it replaced.

        Raises:
            ConfigError: there is none, or it cannot be removed.
        """
        path = self.path(name)
        try:
            path.unlink()
            for age in range(1, KEPT + 1):
                _older(path, age).unlink(missing_ok=True)
        except FileNotFoundError as error:
            there = ", ".join(self.names()) or "none yet"
            raise ConfigError(f"unknown calibration {name!r}; saved: {there}") from error
        except OSError as error:
            raise _unwritten(path, error) from error


def _older(path: Path, age: int) -> Path:
    return path.with_name(f"{path.name}.{age}")


def _unwritten(path: Path, error: OSError | UnicodeDecodeError) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) else "no text"
    return ConfigError(f"expected to write {path}, got: {reason}")


def _parse(path: Path) -> Calibration:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"{path}: expected at most {_MOST_BYTES} bytes, got more")
        values: dict[str, Any] = parse_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"expected a readable file at {path}, got: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: expected TOML, got: {error}") from error
    if "name" in values:
        raise ConfigError(f"{path}: expected no field name, the file's own name is it")
    try:
        return Calibration.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{path}: {where}: {said}, got {str(first['input'])[:80]}") from error


def _text(calibration: Calibration) -> str:
    def numbers(values: tuple[float, ...]) -> str:
        return "[" + ", ".join(f"{value:.6f}" for value in values) + "]"

    def table(title: str, values: dict[str, float]) -> list[str]:
        return ["", f"[{title}]", *(f"{name} = {value:.4f}" for name, value in values.items())]

    lines = [
        "# One person's face, as `avatar-bridge calibrate` measured it. Delete or edit it freely.",
        f"version = {calibration.version}",
        f"net = {json.dumps(calibration.net, ensure_ascii=False)}",
        f"centre = {str(calibration.centre).lower()}",
        f"orientation = {numbers(calibration.orientation)}",
        f"gaze_left = {numbers(calibration.gaze_left)}",
        f"gaze_right = {numbers(calibration.gaze_right)}",
        *table("rest", calibration.rest),
        *table("most", calibration.most),
    ]
    return "\n".join(lines) + "\n"
