"""A Ray cluster of two machines, one of which is lost in the middle of the work.

    sudo python benchmarks/two_nodes.py            # Linux, `ip` and the extra `ray`; 2 minutes

Two network namespaces stand for the machines (they share a disk, as a cluster's have to). On the
first run Ray's head and the command; the second has its cable pulled and all its processes killed:

- while it has a video open that `batch --ray` gave it: every video has to be done once all the
  same, and the broken one told;
- while it keeps one of two performers of `fleet --ray`: that one has to go on elsewhere, and a
  relay that follows it has to hear it again.

Ends with an error where one of them does not.
"""

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from machines import Machine, NoMachinesError, two_machines

from avatar_bridge.capture.performer import VIDEO, assets
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.subscriber import Subscriber

PORT = 6400
PATIENCE_S = 300.0
# When Ray's head takes a silent machine for lost: as it comes, only after more than a minute.
LOST_SOONER = {
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_failure_threshold": "3",
}
SHORT_ENOUGH = "/tmp"  # paths of Unix sockets have 107 bytes
FRAMES = 360  # of the performer's video
CLIPS = ("one", "two", "three", "four")
PERFORMERS = ("alice", "bob")
BRIDGE = (sys.executable, "-m", "avatar_bridge")
T = TypeVar("T")


def wait_for(what: str, look: Callable[[], T]) -> T:
    """The first thing that is true; takes note of how long it took."""
    started = time.monotonic()
    while not (found := look()):
        if time.monotonic() - started > PATIENCE_S:
            sys.exit(f"FAILED: {what}: not in {PATIENCE_S:g} s")
        time.sleep(0.05)
    print(f"  {what}: {time.monotonic() - started:.1f} s", flush=True)
    return found


@contextmanager
def cluster(near: Machine, far: Machine, cores: int) -> Iterator[str]:
    """Ray on both machines; gives its address."""
    address = f"{near.address}:{PORT}"
    with tempfile.TemporaryDirectory(prefix="ab", dir=SHORT_ENOUGH) as folder:
        first = ("--head", f"--port={PORT}", "--include-dashboard=false", f"--temp-dir={folder}")
        for machine, words in ((near, first), (far, (f"--address={address}",))):
            ray = shutil.which("ray", path=os.path.dirname(sys.executable)) or "ray"
            own = (f"--node-ip-address={machine.address}", f"--num-cpus={cores}")
            small = ("--object-store-memory=100000000",)
            subprocess.run(
                machine.inside(ray, "start", *words, *own, *small),
                check=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        try:
            yield address
        finally:
            near.stop()
            far.stop()


def has_open(machine: Machine, folder: Path) -> bool:
    """Whether some process there reads a file of the folder."""
    for pid in machine.pids():
        try:
            held = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:  # it ended meanwhile
            continue
        if any(Path(name).parent == folder for name in held):
            return True
    return False


def batch(near: Machine, far: Machine, folder: Path) -> None:
    """Videos, one of them broken, on two machines and then on one."""
    library, takes = folder / "library", folder / "takes"
    library.mkdir()
    for name in CLIPS:
        (library / f"{name}.mp4").write_bytes((assets() / VIDEO).read_bytes())
    (library / "broken.mp4").write_bytes(b"no video")
    print("batch", flush=True)
    with cluster(near, far, cores=1) as address, (folder / "said").open("w+") as said:
        call = ("batch", str(library), "--out", str(takes), "--to", "jsonl", "--ray", address)
        with subprocess.Popen(near.inside(*BRIDGE, *call), stderr=said) as process:
            wait_for("the far machine has a video open", lambda: has_open(far, library))
            far.cut_off()
            wait_for("the batch ended without it", lambda: process.poll() is not None)
        rows = [json.loads(line) for line in (takes / "batch.jsonl").read_text().splitlines()]
        done = {Path(row["source"]).stem: (row["frames"], row["error"]) for row in rows}
        told = (folder / "said").read_text()
    assert len(rows) == len(done) == len(CLIPS) + 1, rows
    assert all(done[name] == (FRAMES, "") for name in CLIPS), done
    assert "expected a video file" in done["broken"][1], done
    assert process.returncode == 1, told
    assert "failed: " in told, told
    print(f"  every video once: {done}", flush=True)


def fleet(near: Machine, far: Machine, folder: Path) -> None:
    """Two performers on two machines and then on one, and a relay of the one that moves."""
    plan, stream, followed = folder / "fleet.toml", folder / "stream", folder / "followed"
    settings = "".join(f"[performers.{name}]\n" for name in PERFORMERS)
    plan.write_text(f'[all.source]\nuri = "performer"\nloop = true\n{settings}')
    print("fleet", flush=True)
    with ExitStack() as stack:
        address = stack.enter_context(cluster(near, far, cores=2))
        told = stack.enter_context((folder / "rows").open("w+"))
        call = ("fleet", str(plan), "--pub", f"ipc://{stream}", "--ray", address, "--json")
        process = subprocess.Popen(near.inside(*BRIDGE, *call), stdout=told)
        stack.callback(process.wait)
        stack.callback(process.terminate)

        def rows() -> dict[str, dict[str, object]]:
            lines = (folder / "rows").read_text().splitlines()
            return dict(json.loads(lines[-1])) if lines else {}

        def on(machine: Machine) -> list[str]:
            here = [n for n, row in rows().items() if row["host"] == machine.address]
            return [name for name in here if rows()[name]["state"] == "running"]

        wait_for("each machine has one of them", lambda: on(near) and on(far))
        (mover,) = on(far)
        words = ("--from", f"ipc://{stream}", "--performer", mover, "--to", f"ipc://{followed}")
        relay = subprocess.Popen((*BRIDGE, "relay", "-q", "--control-to", "", *words))
        stack.callback(relay.wait)
        stack.callback(relay.terminate)
        watching = Subscriber(f"ipc://{followed}", (topics.FACE,))
        stack.callback(watching.close)

        def heard() -> bool:
            received = watching.receive(0.1)
            return isinstance(received, ReceivedFace) and received.state.tracked

        wait_for(f"a relay hears {mover}", heard)
        far.cut_off()
        while watching.receive(0.5):  # what was on its way
            pass
        wait_for(f"the relay hears {mover} again", heard)
        wait_for("both are on one machine", lambda: len(on(near)) == len(PERFORMERS))
        print(f"  {rows()}", flush=True)
        assert rows()[mover]["restarts"] == 1, rows()


def main() -> None:
    """Both, one after the other."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    os.environ |= {  # Ray lets in who knows its token
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_worker_niceness": "0",  # else whatever else runs here comes first
        **LOST_SOONER,
    }
    try:
        for part in (batch, fleet):
            with two_machines() as machines, tempfile.TemporaryDirectory() as folder:
                part(*machines, Path(folder).resolve())
    except NoMachinesError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
