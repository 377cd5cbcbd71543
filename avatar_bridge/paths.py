"""Where a user's own files live, and how they are written.

Nothing is looked up or made when this is imported.
"""

import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

APP = "avatar-bridge"
OVERRIDE = "AVATAR_BRIDGE_CONFIG"


def config_folder(
    environment: Mapping[str, str] | None = None, platform: str | None = None
) -> Path:
    """The folder of a user's settings; it need not exist.

    `AVATAR_BRIDGE_CONFIG` if that is set; else `%APPDATA%/avatar-bridge` on Windows,
    `~/Library/Application Support/avatar-bridge` on macOS, and elsewhere
    `$XDG_CONFIG_HOME/avatar-bridge`, which is `~/.config/avatar-bridge` unless said otherwise.

    Args:
        environment: variables; None is this process's.
        platform: as `sys.platform`; None is this machine's.

    Raises:
        RuntimeError: nobody says where the user's home is.
    """
    environment = os.environ if environment is None else environment
    platform = sys.platform if platform is None else platform
    if chosen := environment.get(OVERRIDE):
        return Path(chosen).expanduser()
    if platform == "win32":
        roaming = environment.get("APPDATA")
        return (Path(roaming) if roaming else Path.home() / "AppData" / "Roaming") / APP
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / APP
    base = environment.get("XDG_CONFIG_HOME", "")
    # The specification has relative paths ignored.
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".config") / APP


def takes_folder() -> Path:
    """Where recordings are kept unless a setting says otherwise; it need not exist.

    `avatar-bridge/takes` in the user's home on every system: they are the user's own work, to be
    found without knowing where a program keeps its files.
    """
    return Path.home() / APP / "takes"


def write_whole(path: Path, text: str, *, private: bool = False) -> None:
    """Write a text file that is there whole or not at all, making its folder.

    Args:
        path: of the file.
        text: all of it.
        private: whether only its owner may read it, from its first byte on.

    Raises:
        OSError: the disk fails; the file is then as it was before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem[:32]}.{secrets.token_hex(4)}.part")

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600 if private else 0o666)

    try:
        with open(part, "x", encoding="utf-8", newline="\n", opener=opener) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
