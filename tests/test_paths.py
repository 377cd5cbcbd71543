import os
from pathlib import Path

import pytest

from avatar_bridge.paths import config_folder, write_whole


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"AVATAR_BRIDGE_CONFIG": "/mine", "XDG_CONFIG_HOME": "/x"}, "linux", "/mine"),
        ({"XDG_CONFIG_HOME": "/x"}, "linux", "/x/avatar-bridge"),
        ({"XDG_CONFIG_HOME": "relative"}, "linux", "~/.config/avatar-bridge"),
        ({}, "linux", "~/.config/avatar-bridge"),
        ({}, "darwin", "~/Library/Application Support/avatar-bridge"),
        ({"APPDATA": "/roaming"}, "win32", "/roaming/avatar-bridge"),
        ({}, "win32", "~/AppData/Roaming/avatar-bridge"),
    ],
)
def test_settings_live_where_the_system_wants_them(
    environment: dict[str, str], platform: str, expected: str
) -> None:
    assert config_folder(environment, platform) == Path(expected).expanduser()


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "new" / "a.toml"
    write_whole(path, "first")

    def killed(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "second")
    assert path.read_text() == "first"
    assert os.listdir(path.parent) == ["a.toml"]
