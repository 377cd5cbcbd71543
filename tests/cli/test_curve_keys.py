"""`avatar-bridge keys`, and commands that show keys, as a user types them."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from avatar_bridge.cli.main import main
from avatar_bridge.wire.curve import new_pair

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("AVATAR_BRIDGE_CONFIG", str(tmp_path / "settings"))
    monkeypatch.setenv("COLUMNS", "500")

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["avatar-bridge", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return call


def test_keys_are_made_shown_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    assert run("keys", "new", "laptop")[0] == 2  # there is no server yet
    code, said, _ = run("keys", "new", "server")
    assert code == 0
    public = said.removeprefix("server: ").strip()
    assert run("keys", "show")[1].strip() == public
    code, _, told = run("keys", "new", "laptop")
    assert code == 0
    file = tmp_path / "settings" / "keys" / "default" / "clients" / "laptop.key_secret"
    assert str(file) in told
    assert file.is_file()
    own = new_pair()[0]
    assert run("keys", "allow", "phone", own)[0] == 0
    listed = json.loads(run("keys", "list", "--json")[1])
    assert sorted(listed) == ["laptop", "phone"]
    assert listed["phone"] == own == run("keys", "show", "phone")[1].strip()
    assert run("keys", "revoke", "laptop")[0] == 0
    assert not file.exists()
    assert list(json.loads(run("keys", "list", "--json")[1])) == ["phone"]


def test_a_client_elsewhere_makes_its_own_and_gives_a_file_or_a_key(
    run: Run, tmp_path: Path
) -> None:
    there, here = tmp_path / "server", tmp_path / "client"
    public = run("keys", "new", "server", "--folder", there)[1].removeprefix("server: ").strip()
    code, said, _ = run("keys", "new", "me", "--folder", here, "--server-key", public)
    assert code == 0
    assert run("keys", "allow", "me", said.removeprefix("me: ").strip(), "--folder", there)[0] == 0
    mine = here / "clients" / "me.key_secret"
    assert run("keys", "allow", "again", mine, "--folder", there)[0] == 0
    listed = json.loads(run("keys", "list", "--json", "--folder", there)[1])
    assert listed["me"] == listed["again"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["keys", "new", "a/b"], "expected a name of 1 to 64 letters"),
        (["keys", "allow", "a", "nothing"], "expected a key file at nothing"),
        (["keys", "revoke", "nobody"], "expected a client of the list (none yet), got 'nobody'"),
        (["keys", "show", "nobody"], "expected one of server, got 'nobody'"),
        (["watch", "--keys", "nobody"], "expected a key file at"),
        (["watch", "--server-key", "x"], "expected --keys beside --server-key, got none"),
        (["record", "--keys", "nobody"], "expected a key file at"),
        (["run", "--keys", "nowhere"], "avatar-bridge keys new server"),
        (["run", "--pub", "tcp://0.0.0.0:*"], "keep them out with --keys, or allow it with"),
        (["relay", "--from", "tcp://127.0.0.1:1", "--to", "tcp://*:1"], "keep them out with"),
        (["relay", "--from", "tcp://127.0.0.1:1", "--to-keys", "nowhere"], "keys new server"),
        (["relay", "--from", "nothing", "--to", "tcp://127.0.0.1:*"], "expected an address like"),
    ],
)
def test_what_is_wrong_is_one_line(run: Run, arguments: list[str], said: str) -> None:
    code, _, told = run(*arguments)
    assert code == 2
    (line,) = told.strip().splitlines()
    assert said in line
