"""A long run: memory, open files and the stream, watched from outside.

    python benchmarks/soak.py CLIP [--minutes 10] [--json]

Starts `avatar-bridge run --source CLIP --loop` as a process of its own, subscribes to it and pings
it once a second. Growth is the median memory of the last fifth against that of the second fifth:
the first one still loads and warms up. Linux only: memory and files are read from /proc.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from avatar_bridge.clock import SystemClock
from avatar_bridge.control.client import ControlClient
from avatar_bridge.errors import WireError
from avatar_bridge.wire.codec import ReceivedFace
from avatar_bridge.wire.subscriber import Subscriber

PAGE = os.sysconf("SC_PAGE_SIZE")


def free_address() -> str:
    """A loopback address that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def resident_mb(pid: int) -> float:
    """Memory that a process holds now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE / (1 << 20)


def watch(process: subprocess.Popen[bytes], pub: str, control: str, minutes: float) -> dict:
    """Follow the process for so long; gives the figures."""
    clock = SystemClock()
    memory: list[float] = []
    files: list[int] = []
    pings: list[float] = []
    faces = lost = unanswered = 0
    next_seq: int | None = None
    stream_ids = set()
    end, next_sample = time.monotonic() + 60 * minutes, 0.0
    with Subscriber(pub) as subscriber, ControlClient(control, clock) as client:
        while time.monotonic() < end and process.poll() is None:
            received = subscriber.receive(0.1)
            if isinstance(received, ReceivedFace):
                faces += 1
                lost += 0 if next_seq is None else received.seq - next_seq
                next_seq = received.seq + 1
                stream_ids.add(received.stream_id)
            if time.monotonic() >= next_sample and faces:
                next_sample = time.monotonic() + 1.0
                memory.append(resident_mb(process.pid))
                files.append(len(os.listdir(f"/proc/{process.pid}/fd")))
                try:
                    pings.append(client.ping().round_trip_ns / 1e6)
                except WireError:
                    unanswered += 1
    fifth = max(1, len(memory) // 5)
    early = statistics.median(memory[fifth : 2 * fifth] or memory)
    late = statistics.median(memory[-fifth:])
    return {
        "minutes": minutes,
        "messages": faces,
        "lost": lost,
        "restarts": len(stream_ids) - 1,
        "rss_mb_early": early,
        "rss_mb_late": late,
        "growth_mb": late - early,
        "peak_mb": max(memory),
        "open_files_first": files[0],
        "open_files_last": files[-1],
        "pings": len(pings),
        "pings_unanswered": unanswered,
        "ping_ms_p50": statistics.median(pings),
    }


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    pub, control = free_address(), free_address()
    command = [sys.executable, "-m", "avatar_bridge", "run", "--source", given.clip]
    command += ["--loop", "--quiet", "--pub", pub, "--control", control]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    result: dict[str, Any] = watch(process, pub, control, given.minutes)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    result["exit_code"] = process.returncode
    result["said"] = said.decode().strip().splitlines()[-1]
    if given.json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        print(f"{name:18} {value:.2f}" if isinstance(value, float) else f"{name:18} {value}")


if __name__ == "__main__":
    main()
