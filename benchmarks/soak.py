"""A long run: memory, open files, threads and stamps of a server, watched from outside.

    python benchmarks/soak.py [--minutes 30] [--fps 60] [--json FILE] [--plot FILE.png]

A server of its own plays the built-in performer from memory, to and fro, and publishes it; this
process subscribes, pings it once a second and prints one line a minute. Growth is the median
memory of the last fifth against that of the second fifth: the first one still loads and warms up.
Linux only: memory, files and threads are read from /proc.

**Drift:** of captures, how far the picture's stamp runs away from its number times the period, the
least of the last minute against that of the first; of stamps, how far the server's clock runs
away from the wall clock, likewise. The least, since what waits on a busy machine is no drift.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from reel import Reel, performer, to_and_fro

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.cli.live import stops_on_signals
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.control.client import ControlClient
from avatar_bridge.errors import WireError
from avatar_bridge.wire.codec import ReceivedFace, ReceivedStatus
from avatar_bridge.wire.subscriber import Subscriber

PAGE = os.sysconf("SC_PAGE_SIZE")
DRIFTS = ("ahead_ms", "offset_ms")
PICTURES = 120  # of the performer that are held in memory


@dataclass
class Minute:
    """What was seen in one minute."""

    memory_mb: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    latency_ms: list[float] = field(default_factory=list)  # capture to receipt
    ahead_ms: list[float] = field(default_factory=list)  # capture stamp less number times period
    offset_ms: list[float] = field(default_factory=list)  # wall clock less server's
    ping_ms: list[float] = field(default_factory=list)
    messages: int = 0
    lost: int = 0
    unanswered: int = 0
    dropped: int = 0  # by the server, since it began

    def line(self) -> dict[str, float]:
        """Medians, but the least of what tells drift; and counts."""
        middle = {
            name: min(values) if name in DRIFTS else statistics.median(values)
            for name, values in asdict(self).items()
            if isinstance(values, list) and values
        }
        counts = {
            name: value for name, value in asdict(self).items() if not isinstance(value, list)
        }
        return {**middle, **counts}


def serve(pub: str, control: str, fps: float) -> None:
    """The server, until it is told to stop."""
    clock = SystemClock()
    source = SourceConfig(uri="performer", loop=True)
    wire = {"publish": pub, "control": control}
    parts = build(Config(source=source, wire=wire), clock)  # type: ignore[arg-type]
    parts.source.close()
    reel = Reel(to_and_fro(performer(PICTURES)), fps, clock)
    bridge = Bridge(replace(parts, source=reel))
    with stops_on_signals(bridge.stop):
        bridge.run()


def watch(
    server: subprocess.Popen[bytes], pub: str, control: str, fps: float, minutes: float
) -> Iterator[Minute]:
    """Follow a server; gives every minute when it is over."""
    clock = SystemClock()
    began: tuple[int, int] | None = None  # number and stamp of the first picture
    wall = 0  # of the first picture: wall clock less server's clock, nanoseconds
    next_seq: int | None = None
    with Subscriber(pub) as subscriber, ControlClient(control, clock) as client:
        started = sampled = 0.0
        minute = Minute()
        while server.poll() is None and time.monotonic() < (started or sys.maxsize) + 60 * minutes:
            received = subscriber.receive(0.1)
            if isinstance(received, ReceivedStatus):
                minute.dropped = received.status.dropped
            if isinstance(received, ReceivedFace):
                state = received.state
                if began is None:
                    began = state.frame_index, state.captured_ns
                    started = ended = time.monotonic()
                due_ns = began[1] + (state.frame_index - began[0]) * 1e9 / fps
                minute.ahead_ms.append((state.captured_ns - due_ns) / 1e6)
                minute.latency_ms.append((time.monotonic_ns() - state.captured_ns) / 1e6)
                wall = wall or time.time_ns() - received.published_ns
                minute.offset_ms.append((time.time_ns() - received.published_ns - wall) / 1e6)
                minute.messages += 1
                minute.lost += 0 if next_seq is None else received.seq - next_seq
                next_seq = received.seq + 1
            if not started or time.monotonic() < sampled + 1.0:
                continue
            sampled = time.monotonic()
            minute.memory_mb.append(resident_mb(server.pid))
            minute.files.append(len(os.listdir(f"/proc/{server.pid}/fd")))
            minute.threads.append(len(os.listdir(f"/proc/{server.pid}/task")))
            try:
                minute.ping_ms.append(client.ping().round_trip_ns / 1e6)
            except WireError:
                minute.unanswered += 1
            if sampled >= ended + 60:
                ended, done, minute = sampled, minute, Minute(dropped=minute.dropped)
                yield done
        if len(minute.memory_mb) > 5:
            yield minute


def resident_mb(pid: int) -> float:
    """Memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE / (1 << 20)


def judge(minutes: list[Minute]) -> dict[str, Any]:
    """The figures of the whole run."""
    memory = [each for minute in minutes for each in minute.memory_mb]
    fifth = max(1, len(memory) // 5)
    first, last = minutes[0].line(), minutes[-1].line()
    return {
        "minutes": len(minutes),
        "messages": sum(minute.messages for minute in minutes),
        "lost": sum(minute.lost for minute in minutes),
        "dropped": minutes[-1].dropped,
        "growth_mb": statistics.median(memory[-fifth:])
        - statistics.median(memory[fifth : 2 * fifth] or memory),
        "peak_mb": max(memory),
        "files_first_last": (minutes[0].files[-1], minutes[-1].files[-1]),
        "threads_first_last": (minutes[0].threads[-1], minutes[-1].threads[-1]),
        "latency_ms_first_last": (first["latency_ms"], last["latency_ms"]),
        "capture_drift_ms": last["ahead_ms"] - first["ahead_ms"],
        "clock_drift_ms": last["offset_ms"] - first["offset_ms"],
        "pings_unanswered": sum(minute.unanswered for minute in minutes),
    }


def plot(minutes: list[Minute], file: Path) -> None:
    """Memory, latency and drift over the minutes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    lines = [minute.line() for minute in minutes]
    figure, panels = pyplot.subplots(4, 1, figsize=(8, 9), sharex=True)
    for panel, (title, names) in zip(
        panels,
        {
            "memory, MB": ("memory_mb",),
            "open files, threads": ("files", "threads"),
            "capture to receipt, ping, ms": ("latency_ms", "ping_ms"),
            "drift of capture stamps, ms": ("ahead_ms",),
        }.items(),
        strict=True,
    ):
        for name in names:
            panel.plot(range(1, len(lines) + 1), [line.get(name) for line in lines], label=name)
        panel.set_title(title, loc="left", fontsize=9)
        panel.set_ylim(bottom=None if "drift" in title else 0)
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    panels[-1].set_xlabel("minute")
    figure.tight_layout()
    figure.savefig(file, dpi=80)


def run(fps: float, minutes: float) -> tuple[list[Minute], dict[str, Any]]:
    """Start a server, follow it and end it."""
    from socket import socket

    addresses = []
    for _ in range(2):
        with socket() as probe:
            probe.bind(("127.0.0.1", 0))
            addresses.append(f"tcp://127.0.0.1:{probe.getsockname()[1]}")
    command = [sys.executable, __file__, "--fps", str(fps), "--serve", *addresses]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    seen: list[Minute] = []
    try:
        for minute in watch(process, *addresses, fps, minutes):
            seen.append(minute)
            figures = "  ".join(f"{name} {value:.2f}" for name, value in minute.line().items())
            print(f"{len(seen):4}  {figures}", flush=True)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)
    if not seen:
        raise SystemExit(f"the server did not run: {said.decode().strip()[-500:]}")
    result = judge(seen)
    return seen, {**result, "exit_code": process.returncode, "said": said.decode().strip()}


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--plot", type=Path, help="where a picture of the run goes")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(*given.serve, given.fps)
        return
    minutes, result = run(given.fps, given.minutes)
    for name, value in result.items():
        print(f"{name:22} {value:.2f}" if isinstance(value, float) else f"{name:22} {value}")
    if given.json:
        lines = [minute.line() for minute in minutes]
        given.json.write_text(json.dumps({"run": result, "minutes": lines}, indent=1))
    if given.plot:
        plot(minutes, given.plot)


if __name__ == "__main__":
    main()
