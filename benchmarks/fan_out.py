"""How late a face is when many watch: from publishing to receiving, one publisher to many clients.

    python benchmarks/fan_out.py                          # 200 subscribers at 60 Hz, 20 s
    python benchmarks/fan_out.py --relay                  # the same through `avatar-bridge relay`
    python benchmarks/fan_out.py --keys                   # encrypted

The subscribers sit in several processes, each with as many sockets as it gets. Beside them, one
subscriber's process is stopped (SIGSTOP) and one is killed while it receives; neither may cost the
others anything. A time is by the machine's one monotonic clock: when a message was read, less its
`published_ns`. All of them share the processors with the publisher, so the tail is that of the
machine as a whole.
"""

import argparse
import gc
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import zmq

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from builders import make_state

from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import parse
from avatar_bridge.wire.curve import ClientKeys
from avatar_bridge.wire.curve_files import KeyFolder, load_client_keys
from avatar_bridge.wire.v1 import face_pb2

ANY = "tcp://127.0.0.1:*"
PATIENCE_S = 90.0  # for all to connect
SILENCE_MS = 4000  # after which a subscriber takes it for the end
STARVED = 0.95  # share of the messages below which a subscriber counts as starved


def subscriber(context: zmq.Context, address: str, keys: ClientKeys | None) -> zmq.Socket:
    """One plain client."""
    socket = context.socket(zmq.SUB)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVHWM, 64)
    if keys is not None:
        keys.apply(socket)
    socket.setsockopt(zmq.SUBSCRIBE, topics.prefix(topics.FACE))
    socket.connect(address)
    return socket


def receive(address: str, count: int, keys: ClientKeys | None, said: Connection) -> None:
    """So many subscribers in this process; says when all of them hear, and what each got."""
    gc.disable()  # else it walks all that is kept, again and again
    context = zmq.Context()
    poller = zmq.Poller()
    taken: dict[zmq.Socket, list[tuple[int, bytes]]] = {}
    for _ in range(count):
        socket = subscriber(context, address, keys)
        poller.register(socket, zmq.POLLIN)
        taken[socket] = []
    deaf = set(taken)
    while (ready := poller.poll(SILENCE_MS)) or deaf:
        for socket, _ in ready:
            message = socket.recv()
            taken[socket].append((time.monotonic_ns(), message))
            if socket in deaf:
                deaf.discard(socket)
                if not deaf:
                    said.send(None)
    said.send([[late(*each) for each in messages] for messages in taken.values()])
    context.destroy(0)


def late(received_ns: int, message: bytes) -> tuple[int, int]:
    """A message's number and how many nanoseconds it took; read when all is over."""
    frame = parse(face_pb2.FaceFrame, message[len(topics.prefix(topics.FACE)) :])
    return frame.seq, received_ns - frame.published_ns


def publish(publisher: ZmqPublisher, fps: float, acts: Iterator[Callable[[], object]]) -> int:
    """Publish at a rate, with an act after each message; gives how many there were."""
    clock, state = SystemClock(), make_state(jawOpen=0.5)
    start_ns, count = clock.now_ns(), 0
    for act in acts:
        publisher.publish(state)
        act()
        count += 1
        due_ns = start_ns + round(count * NS_PER_S / fps)
        clock.sleep((due_ns - clock.now_ns()) / NS_PER_S)
    return count


def until_heard(pipes: list[Connection]) -> Iterator[Callable[[], object]]:
    """Nothing to do until every subscriber has said that it hears, and a second longer."""
    end = time.monotonic() + PATIENCE_S
    for pipe in pipes:
        while not pipe.poll():
            if time.monotonic() > end:
                raise SystemExit(f"some subscribers heard nothing within {PATIENCE_S:g} s")
            yield int
        pipe.recv()
    rest = time.monotonic() + 1.0
    while time.monotonic() < rest:
        yield int


def relayed(stack: ExitStack, address: str, keys: Path | None) -> str:
    """A relay in a process of its own; gives where it publishes."""
    command = [sys.executable, "-m", "avatar_bridge", "relay", "--from", address, "--to", ANY]
    if keys is not None:
        command += ["--keys", str(keys), "--to-keys", "default"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    stack.callback(process.wait, 10)
    stack.callback(process.terminate)
    assert process.stderr is not None
    line = process.stderr.readline()
    return line.split(" to ")[1].split(";")[0]


def measure(
    subscribers: int, processes: int, fps: float, seconds: float, *, relay: bool, encrypted: bool
) -> dict[str, object]:
    """One run."""
    spawn = multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        os.environ["AVATAR_BRIDGE_CONFIG"] = stack.enter_context(tempfile.TemporaryDirectory())
        server = KeyFolder().new_server() if encrypted else None
        file = KeyFolder().new_client("watcher") if encrypted else None
        keys = load_client_keys(str(file)) if file else None
        publisher = ZmqPublisher(SystemClock(), address=ANY, stream_id="fan", keys=server)
        stack.callback(publisher.close)
        address = relayed(stack, publisher.address, file) if relay else publisher.address
        here, workers = [], []
        shares = [
            subscribers // processes + (i < subscribers % processes) for i in range(processes)
        ]
        for count in (*shares, 1, 1):  # the last two are stopped and killed
            ours, theirs = spawn.Pipe()
            worker = spawn.Process(target=receive, args=(address, count, keys, theirs))
            worker.start()
            stack.callback(worker.kill)
            here.append(ours)
            workers.append(worker)
        stopped, killed = (worker.pid or 0 for worker in workers[-2:])
        first = publish(publisher, fps, until_heard(here))
        acts: list[Callable[[], object]] = [int] * round(fps * seconds)
        acts[len(acts) // 3] = lambda: os.kill(stopped, signal.SIGSTOP)
        acts[len(acts) // 2] = lambda: os.kill(killed, signal.SIGKILL)
        last = first + publish(publisher, fps, iter(acts))
        got = [each for pipe in here[:processes] for each in pipe.recv()]
    late_ms = np.array([ns for each in got for seq, ns in each if seq >= first]) / 1e6
    counts = np.array([sum(seq >= first for seq, _ in each) for each in got])
    p50, p95, p99 = np.percentile(late_ms, [50, 95, 99])
    return {
        "subscribers": subscribers,
        "processes": processes,
        "fps": fps,
        "seconds": seconds,
        "relay": relay,
        "keys": encrypted,
        "p50_ms": round(float(p50), 3),
        "p95_ms": round(float(p95), 3),
        "p99_ms": round(float(p99), 3),
        "worst_ms": round(float(late_ms.max()), 3),
        "lost": int((last - first) * len(got) - counts.sum()),
        "starved": int((counts < STARVED * (last - first)).sum()),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Lateness with many subscribers.")
    parser.add_argument("--subscribers", type=int, default=200)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--relay", action="store_true", help="through a relay")
    parser.add_argument("--keys", action="store_true", help="encrypted")
    options = parser.parse_args()
    result = measure(
        options.subscribers,
        options.processes,
        options.fps,
        options.seconds,
        relay=options.relay,
        encrypted=options.keys,
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
