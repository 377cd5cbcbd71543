"""A server and a relay on two machines: network namespaces, joined by a cable of the kernel's."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from machines import ADDRESSES, Machine, NoMachinesError, two_machines

from avatar_bridge.wire.curve_files import KeyFolder

SERVER, PORT = ADDRESSES[0], 5570
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


@pytest.fixture
def machines() -> Iterator[tuple[Machine, Machine]]:
    """Two that reach each other."""
    with ExitStack() as stack:
        try:
            both = stack.enter_context(two_machines())
        except NoMachinesError as error:
            pytest.skip(str(error))
        yield both


def test_a_relay_on_another_machine_has_the_stream_and_strangers_nothing(
    machines: tuple[Machine, Machine], tmp_path: Path
) -> None:
    server, elsewhere = machines
    keys = KeyFolder(str(tmp_path / "keys"))
    keys.new_server()
    guest = str(keys.new_client("relay"))
    program = (sys.executable, "-m", "avatar_bridge")
    with ExitStack() as stack:
        for machine, words in (
            (
                server,
                ("run", "--loop", "-q", "--pub", STREAM, "--control", "", "--keys", str(keys.path)),
            ),
            (elsewhere, ("relay", "-q", "--from", STREAM, "--to", HERE, "--keys", guest)),
        ):
            process = subprocess.Popen(machine.inside(*program, *words), stderr=subprocess.DEVNULL)
            stack.callback(process.wait, PATIENCE_S)
            stack.callback(process.terminate)
        looked = subprocess.run(
            elsewhere.inside(sys.executable, "-c", LOOKS, guest),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )
    assert looked.returncode == 0, looked.stderr
    seen = json.loads(looked.stdout)
    assert seen["relay"] >= 10
    assert seen["guest"] >= 10
    assert (seen["rogue"], seen["no keys"]) == (0, 0)
