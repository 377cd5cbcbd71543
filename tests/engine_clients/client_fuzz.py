"""Both engines' clients under broken sessions: out of a file, and over real sockets."""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import godot as engine
from broken_sessions import CONTROL, PUBLISHER, Sessions
from rogue_server import HONEST, RogueServer, tormenting
from watch import watching

DEAD_AFTER_S = 0.06  # a client of the rogue server waits no longer


@contextmanager
def sessions(folder: Path, count: int, seed: int) -> Iterator[Path]:
    """A file of broken sessions for as long as the block runs."""
    path = folder / "sessions.bin"
    Sessions(seed).write(path, count)
    yield path
    path.unlink()


def unity_sessions(harness: Path, path: Path, patience_s: float = 60) -> dict[str, Any]:
    """What became of a file's sessions in the C# client; an assertion fails for a fault."""
    done = subprocess.run(
        ["mono", str(harness), "fuzz", str(path)],
        capture_output=True,
        text=True,
        timeout=patience_s,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def godot_sessions(
    program: str, project: Path, path: Path, patience_s: float = 60
) -> dict[str, Any]:
    """The same in the GDScript client."""
    return told(engine.run(program, project, f"--fuzz={path}", patience_s=patience_s))


def unity_rogue(harness: Path, count: int, seed: int = 1) -> dict[str, Any]:
    """The C# client while a rogue server serves so many sessions, and then is honest."""
    with tormenting(PUBLISHER, seed) as pub, tormenting(CONTROL, seed) as control:
        with watching(harness, pub.endpoint, control.endpoint, DEAD_AFTER_S) as watch:
            wait_for(lambda: served(pub, control) >= count / 4)
            before = watch.ask("memory")["kb"]
            wait_for(lambda: served(pub, control) >= count)
            pub.be_honest()
            control.be_honest()
            report = watch.until(lambda report: report["stream_id"] == HONEST)
            grown = watch.ask("memory")["kb"] - before
        return {
            "attempts": served(pub, control),
            "connections": report["reconnects"] + 1,
            "bad": report["bad"],
            "threads": report["threads"],
            "grown_kb": grown,
        }


def godot_rogue(
    program: str, project: Path, count: int, seed: int = 1, patience_s: float = 120
) -> dict[str, Any]:
    """The same with the GDScript client."""
    with tormenting(PUBLISHER, seed) as pub, tormenting(CONTROL, seed) as control:

        def relent() -> None:
            wait_for(lambda: served(pub, control) >= count, patience_s)
            pub.be_honest()
            control.be_honest()

        waiting = threading.Thread(target=relent)
        waiting.start()
        addresses = [f"--endpoint={pub.endpoint}", f"--control={control.endpoint}"]
        said = engine.run(program, project, "--rogue", *addresses, patience_s=patience_s)
        waiting.join()
        return {**told(said), "attempts": served(pub, control)}


def told(said: str) -> dict[str, Any]:
    """The line of JSON among others."""
    return json.loads(next(line for line in said.splitlines() if line.startswith("{")))


def served(*servers: RogueServer) -> int:
    """Sessions that they served."""
    return sum(server.served for server in servers)


def wait_for(holds: Callable[[], bool], patience_s: float = 540) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience_s
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
