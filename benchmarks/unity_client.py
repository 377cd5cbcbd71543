"""The core of the Unity client against a live bridge that is killed and started again half way.

    python benchmarks/unity_client.py [--seconds 60] [--fps 60] [--tick 240] [--json]

Needs Mono (`mcs` and `mono`). The server is `avatar-bridge run` on the built-in performer's
pictures, played at the asked rate. The client is the core with the harness of its tests, which
ticks 240 times a second: takes the newest frame, puts it on a timeline without delay, samples it
and evaluates all 52 bindings into an array. Latency is from publishing a frame to the end of the
tick that applied it, by the server's clock as pings tell it. Allocations are those of the ticking
thread, to the byte; the receiving one's are bounded by the collections of a small nursery, and
counted to the byte by `tests/engine_clients/test_unity_core.py`.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any

import cv2

from avatar_bridge.capture.performer import VIDEO, assets

ROOT = Path(__file__).parents[1]
CORE = ROOT / "engine_clients/unity/com.avatarbridge.client/Runtime/Core"
HARNESS = ROOT / "tests/engine_clients/unity/CoreHarness"
DEAD_AFTER_S = 5.0
NURSERY = "256k"
AWAY_S = 1.0  # between the kill and the next start
PATIENCE_S = 60.0


def free_address() -> str:
    """A loopback address that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{probe.getsockname()[1]}"


def compile_to(out: Path) -> None:
    """Build the harness with the client's core in it."""
    sources = [str(path) for folder in (CORE, HARNESS) for path in sorted(folder.rglob("*.cs"))]
    subprocess.run(["mcs", "-langversion:latest", f"-out:{out}", *sources], check=True)


def write_clip(out: Path, fps: float) -> None:
    """The performer's pictures as a file of another rate."""
    reader = cv2.VideoCapture(str(assets() / VIDEO))
    size = (
        int(reader.get(cv2.CAP_PROP_FRAME_WIDTH)),
        int(reader.get(cv2.CAP_PROP_FRAME_HEIGHT)),
    )
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter.fourcc(*"MJPG"), fps, size)
    while True:
        read, picture = reader.read()
        if not read:
            break
        writer.write(picture)
    writer.release()
    reader.release()


class Client:
    """The harness as a process that is asked by lines.

    Args:
        program: the compiled harness.
        pub: address of the publisher.
        control: address of the control service.
        tick_s: seconds between two ticks.
    """

    def __init__(self, program: Path, pub: str, control: str, tick_s: float) -> None:
        self._process = subprocess.Popen(
            ["mono", str(program), "watch", pub, control, str(tick_s), str(DEAD_AFTER_S)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "MONO_GC_PARAMS": f"nursery-size={NURSERY}"},
        )

    def ask(self, word: str) -> dict[str, Any]:
        """The answer to one line."""
        write: IO[str] = self._process.stdin  # type: ignore[assignment]
        read: IO[str] = self._process.stdout  # type: ignore[assignment]
        write.write(word + "\n")
        write.flush()
        answer: dict[str, Any] = json.loads(read.readline())
        return answer

    def until_stream(self, count: int) -> float:
        """Wait for the frames of so many runs of a server; gives the seconds that it took."""
        started = time.monotonic()
        while self.ask("streams")["streams"] < count:
            if time.monotonic() - started > PATIENCE_S:
                raise SystemExit(f"expected frames within {PATIENCE_S:.0f} s, got none")
            time.sleep(0.05)
        return time.monotonic() - started

    def quit(self) -> dict[str, Any]:
        """The last answer; the process has then ended."""
        answer = self.ask("quit")
        self._process.wait(PATIENCE_S)
        return answer


def measure(program: Path, clip: Path, seconds: float, tick_s: float) -> dict[str, Any]:
    """Run it all; gives the figures."""
    pub, control = free_address(), free_address()
    command = [sys.executable, "-m", "avatar_bridge", "run", "--source", str(clip), "--loop"]
    command += ["--quiet", "--pub", pub, "--control", control]
    client = Client(program, pub, control, tick_s)
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        client.until_stream(1)
        first = client.ask("report")
        time.sleep(seconds / 2)
        middle = client.ask("report")
        server.kill()
        server.wait()
        time.sleep(AWAY_S)
        away = client.ask("report")
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        start_s = client.until_stream(2)
        again = client.ask("report")
        time.sleep(seconds / 2)
        last = client.ask("report")
    finally:
        server.kill()
        server.wait()
    ended = client.quit()
    streamed = middle["messages"] - first["messages"] + last["messages"] - again["messages"]
    return {
        "seconds_streamed": seconds,
        "messages": last["messages"],
        "messages_a_second": streamed / seconds,
        "applied": last["applied"],
        "lost": last["lost"],
        "unreadable": last["bad"],
        "runs_of_the_server": last["streams"],
        "reconnects": last["reconnects"],
        "while_away": f"{away['state']}: {away['error']}",
        "start_to_frames_s": start_s,
        "frames_once_warm": last["warm_applied"],
        "ticking_thread_bytes_a_frame": last["warm_bytes"] / max(1, last["warm_applied"]),
        "collections_once_warm": last["warm_collections"],
        "nursery": NURSERY,
        "publish_to_apply_ms_p50": last["p50_ms"],
        "publish_to_apply_ms_p95": last["p95_ms"],
        "publish_to_apply_ms_worst": last["worst_ms"],
        "ping_ms": last["round_trip_ms"],
        "ticks_a_second": (last["ticks"] - again["ticks"]) / (seconds / 2),
        "dispose_ms": ended["dispose_ms"],
        "threads_left": ended["threads"],
    }


def main() -> None:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--tick", type=float, default=240.0, help="ticks a second")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program, clip = Path(folder) / "harness.exe", Path(folder) / "performer.avi"
        compile_to(program)
        write_clip(clip, given.fps)
        result = measure(program, clip, given.seconds, 1 / given.tick)
    if given.json:
        print(json.dumps(result, indent=1))
        return
    for name, value in result.items():
        print(f"{name:30} {value:.3f}" if isinstance(value, float) else f"{name:30} {value}")


if __name__ == "__main__":
    main()
