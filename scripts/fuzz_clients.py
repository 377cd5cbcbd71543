"""Give the engines' clients as many sessions of a broken server as it is told, and count.

    python scripts/fuzz_clients.py unity --count 300000     # needs Mono: mcs and mono
    python scripts/fuzz_clients.py godot --count 100000     # needs Godot: GODOT, or on the path
    python scripts/fuzz_clients.py unity --rogue 2000       # over real sockets

A session is all that a server says on one connection. A fault is an exception that is not the
client's own, an error that the engine prints, a request that does not end, or a pose that cannot be
shown: it ends the run, and what was said is printed. Sessions and servers are those of
`tests/engine_clients`, whose tests try some hundreds.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "engine_clients")]

import client_fuzz  # noqa: E402
import godot as engine  # noqa: E402
from mono import compile_harness  # noqa: E402


def main() -> int:
    """Fuzz one client, and print what became of it."""
    parser = argparse.ArgumentParser(description="Broken servers for the engines' clients.")
    parser.add_argument("client", choices=("unity", "godot"))
    parser.add_argument("--count", type=int, default=100_000, help="sessions out of a file")
    parser.add_argument("--rogue", type=int, help="connections to a server instead")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    count = options.rogue or options.count
    with tempfile.TemporaryDirectory() as made:
        folder, start = Path(made), time.monotonic()
        if options.client == "unity":
            where = (compile_harness(folder),)
            rogue, in_memory = client_fuzz.unity_rogue, client_fuzz.unity_sessions
        else:
            program = engine.find()
            if program is None:
                sys.stderr.write(f"{engine.NEEDED}, got GODOT={os.environ.get('GODOT')}\n")
                return 2
            where = (program, engine.copy(folder))
            rogue, in_memory = client_fuzz.godot_rogue, client_fuzz.godot_sessions
        if options.rogue:
            told = rogue(*where, count, options.seed)
        else:
            with client_fuzz.sessions(folder, count, options.seed) as path:
                told = in_memory(*where, path, patience_s=60 + count / 100)
        told["seconds"] = round(time.monotonic() - start)
    sys.stdout.write(f"{options.client}: {told}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
