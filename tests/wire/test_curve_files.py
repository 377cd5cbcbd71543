"""Key files: where they lie, who may read them, and what is wrong with a broken one."""

import os
import stat
from pathlib import Path

import pytest
import zmq.auth

from avatar_bridge import paths
from avatar_bridge.errors import ConfigError
from avatar_bridge.wire.curve import new_pair
from avatar_bridge.wire.curve_files import KeyFolder, load_client_keys, load_server_keys


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path))
    return tmp_path


def test_a_clients_one_file_holds_all_that_it_needs(tmp_path: Path) -> None:
    server = KeyFolder().new_server()
    file = KeyFolder().new_client("laptop")
    by_name, by_path = load_client_keys("laptop"), load_client_keys(str(file))
    assert by_name == by_path
    assert by_name is not None
    assert by_name.server == server.public
    assert KeyFolder().allowed() == {"laptop": by_name.public}
    assert zmq.auth.load_certificate(file) == (by_name.public.encode(), by_name.secret.encode())
    again = load_server_keys("default")
    assert again is not None
    assert (again.public, again.secret) == (server.public, server.secret)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_secrets_are_their_owners_from_the_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    born: list[int] = []
    synced = os.fsync

    def spy(number: int) -> None:
        born.append(stat.S_IMODE(os.fstat(number).st_mode))
        synced(number)

    monkeypatch.setattr(paths.os, "fsync", spy)
    before = os.umask(0)
    try:
        KeyFolder().new_server()
        KeyFolder().new_client("laptop")
    finally:
        os.umask(before)
    assert born.count(0o600) == 2  # before they had their names
    secrets = [p for p in tmp_path.rglob("*") if p.suffix == ".key_secret"]
    assert len(secrets) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}


def test_a_client_may_make_its_own_keys(tmp_path: Path) -> None:
    server = KeyFolder("there").new_server()
    KeyFolder().new_client("me", server.public)
    mine = load_client_keys("me")
    assert mine is not None
    assert mine.server == server.public
    assert KeyFolder().allowed() == {}
    other = new_pair()[0]
    replaced = load_client_keys("me", other)
    assert replaced is not None
    assert replaced.server == other


@pytest.mark.parametrize("name", ["", "server", "a/b", "..", "a.b", "x" * 65, "é"])
def test_what_is_no_name_is_refused(name: str) -> None:
    KeyFolder().new_server()
    with pytest.raises(ConfigError, match="expected a name of 1 to 64 letters"):
        KeyFolder().new_client(name)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    KeyFolder().new_server()
    KeyFolder().new_client("laptop")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.key*")}
    for again in (
        lambda: KeyFolder().new_server(),
        lambda: KeyFolder().new_client("laptop"),
        lambda: KeyFolder().allow("laptop", new_pair()[0]),
    ):
        with pytest.raises(ConfigError, match="expected a name that is free"):
            again()
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.key*")} == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[curve]\n", "expected a server-key, got none"),
        ("curve = 3\n", "expected a server-key, got none"),
        ('[curve]\nserver-key = "short"\n', "server-key: expected a key of 40 characters, got 5"),
        ("[curve\n", "expected TOML"),
        ("#" * 5000, "got one of over 4096 bytes"),
    ],
)
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "broken.key_secret"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        load_client_keys(str(file))
    assert "\n" not in str(caught.value)


def test_a_broken_file_of_the_list_lets_nobody_in() -> None:
    folder = KeyFolder()
    folder.new_server()
    folder.new_client("laptop")
    (folder.path / "allowed" / "broken.key").write_text("[curve]\npublic-key = 3\n")
    assert list(folder.allowed()) == ["laptop"]
    with pytest.raises(ConfigError, match=r"a client of the list \(laptop\), got 'other'"):
        folder.revoke("other")
