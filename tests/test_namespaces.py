"""A server and a relay on two machines: network namespaces, joined by a cable of the kernel's."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from avatar_bridge.wire.curve_files import KeyFolder

SERVER, PORT = "10.213.77.1", 5570
STREAM = f"tcp://{SERVER}:{PORT}"
HERE = f"tcp://127.0.0.1:{PORT}"
PATIENCE_S = 60.0  # of a busy machine; a quiet one takes a few seconds

# Run beside the relay: what an engine gets there, and what others get of the server itself.
LOOKS = f"""
import json, sys, time
from contextlib import ExitStack
from avatar_bridge.wire import topics
from avatar_bridge.wire.curve import ClientKeys, new_pair
from avatar_bridge.wire.curve_files import load_client_keys
from avatar_bridge.wire.subscriber import Subscriber

guest = load_client_keys(sys.argv[1])
rogue = ClientKeys(*new_pair(), guest.server)
seen = dict.fromkeys(("relay", "guest", "rogue", "no keys"), 0)
with ExitStack() as stack:
    watching = {{
        name: stack.enter_context(Subscriber(address, (topics.FACE,), keys=keys))
        for name, address, keys in (
            ("relay", {HERE!r}, None),
            ("guest", {STREAM!r}, guest),
            ("rogue", {STREAM!r}, rogue),
            ("no keys", {STREAM!r}, None),
        )
    }}
    until = time.monotonic() + {PATIENCE_S}
    while time.monotonic() < until and min(seen["relay"], seen["guest"]) < 10:
        for name, subscriber in watching.items():
            seen[name] += sum(face.state.tracked for face in subscriber.newest(0.01))
print(json.dumps(seen))
"""


def ip(*words: str) -> None:
    subprocess.run(("ip", *words), check=True, capture_output=True, timeout=PATIENCE_S)


@pytest.fixture
def machines() -> Iterator[tuple[str, str]]:
    """Names of two namespaces that reach each other."""
    if sys.platform != "linux" or not shutil.which("ip") or os.geteuid() != 0:
        pytest.skip("network namespaces need Linux, `ip` and root")
    mark = secrets.token_hex(2)
    names = f"abs{mark}", f"abr{mark}"
    with ExitStack() as stack:
        try:
            for name in names:
                ip("netns", "add", name)
                stack.callback(ip, "netns", "del", name)
            ends = f"v{names[0]}", f"v{names[1]}"
            ip("link", "add", ends[0], "netns", names[0], "type", "veth", "peer", "name", ends[1],
               "netns", names[1])  # fmt: skip
            for name, end, last in zip(names, ends, (1, 2), strict=True):
                ip("-n", name, "addr", "add", f"10.213.77.{last}/24", "dev", end)
                ip("-n", name, "link", "set", end, "up")
                ip("-n", name, "link", "set", "lo", "up")
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces cannot be made: {error.stderr.decode().strip()}")
        yield names


def inside(machine: str, *words: str) -> list[str]:
    return ["ip", "netns", "exec", machine, sys.executable, *words]


def test_a_relay_on_another_machine_has_the_stream_and_strangers_nothing(
    machines: tuple[str, str], tmp_path: Path
) -> None:
    server, elsewhere = machines
    keys = KeyFolder(str(tmp_path / "keys"))
    keys.new_server()
    guest = str(keys.new_client("relay"))
    program = ("-m", "avatar_bridge")
    with ExitStack() as stack:
        for machine, words in (
            (
                server,
                ("run", "--loop", "-q", "--pub", STREAM, "--control", "", "--keys", str(keys.path)),
            ),
            (elsewhere, ("relay", "-q", "--from", STREAM, "--to", HERE, "--keys", guest)),
        ):
            process = subprocess.Popen(inside(machine, *program, *words), stderr=subprocess.DEVNULL)
            stack.callback(process.wait, PATIENCE_S)
            stack.callback(process.terminate)
        looked = subprocess.run(
            inside(elsewhere, "-c", LOOKS, guest),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )
    assert looked.returncode == 0, looked.stderr
    seen = json.loads(looked.stdout)
    assert seen["relay"] >= 10
    assert seen["guest"] >= 10
    assert (seen["rogue"], seen["no keys"]) == (0, 0)
