"""All sinks together on a live run: what they cost a frame, and what each of them costs.

    python benchmarks/sinks.py [--fps 60] [--seconds 10] [--rounds 3] [--json]

The performer's pictures are played from memory at the rate asked for, through the whole bridge, in
turns with and without the sinks. A process of its own receives: UDP, a page on the WebSocket, and
as much of VTube Studio as it takes to be fed.
"""

import argparse
import json
import multiprocessing
import os
import socket
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from reel import Reel, performer
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.sync.server import serve

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SinkConfig, SourceConfig
from avatar_bridge.sinks.base import Sink
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Image, StreamInfo

LOOPBACK = "127.0.0.1"
UDP_SINKS = ("vmc", "livelink", "vrchat", "openseeface", "ifacialmocap")
STAGES = ("total", "publish", "capture to publish")


class Timed:
    """A sink that is timed.

    Attributes:
        us: of each publish by the clock.
        own_us: of each publish, what the pipeline's thread itself was busy.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.us: list[float] = []
        self.own_us: list[float] = []

    def publish(self, state: FaceState) -> None:
        started, own = time.perf_counter(), time.thread_time()
        self._sink.publish(state)
        self.own_us.append((time.thread_time() - own) * 1e6)
        self.us.append((time.perf_counter() - started) * 1e6)

    def describe(self, info: StreamInfo) -> None:
        self._sink.describe(info)

    def report(self, status: StreamStatus) -> None:
        self._sink.report(status)

    def close(self) -> None:
        self._sink.close()


def drain(opened: socket.socket) -> None:
    """Take all that comes."""
    while True:
        opened.recv(65536)


def watch_page(port: int) -> None:
    """Be a page, whenever the server is there."""
    while True:
        with (
            suppress(OSError, WebSocketException),
            connect(f"ws://{LOOPBACK}:{port}/json", proxy=None, compression=None) as page,
        ):
            for _ in page:
                pass
        time.sleep(0.1)


def studio(connection: Any) -> None:
    """Answer as VTube Studio does to one that is let in."""
    parameters = [{"name": "FaceAngleX", "min": -30, "max": 30}]
    data = {
        "authenticationToken": "token", "authenticated": True,
        "defaultParameters": parameters, "customParameters": parameters,
    }  # fmt: skip
    with suppress(WebSocketException):
        for text in connection:
            request = json.loads(text)
            if request["messageType"] == "ParameterCreationRequest":
                parameters.append({**request["data"], "name": request["data"]["parameterName"]})
            answer = {"requestID": request["requestID"], "messageType": "Response", "data": data}
            connection.send(json.dumps(answer))


def receive(ports: Connection, page_port: int) -> None:
    """The receivers' process: says where they listen, and receives until it is ended."""
    numbers = {}
    for name in UDP_SINKS:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((LOOPBACK, 0))
        numbers[name] = opened.getsockname()[1]
        threading.Thread(target=drain, args=(opened,), daemon=True).start()
    server = serve(studio, LOOPBACK, 0)
    numbers["vts"] = server.socket.getsockname()[1]
    threading.Thread(target=watch_page, args=(page_port,), daemon=True).start()
    ports.send(numbers)
    server.serve_forever()


def free_port() -> int:
    """A TCP port that nobody has."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def sink_configs(ports: dict[str, int], page_port: int) -> tuple[SinkConfig, ...]:
    """All sinks, each to its receiver."""
    options = {name: {"port": str(port)} for name, port in ports.items()}
    options["ifacialmocap"] = {"to": f"{LOOPBACK}:{ports['ifacialmocap']}"}
    options["websocket"] = {"port": str(page_port)}
    return tuple(SinkConfig(name=name, options=each) for name, each in options.items())


def run(
    images: list[Image], fps: float, frames: int, sinks: tuple[SinkConfig, ...]
) -> tuple[dict[str, tuple[float, float]], int, dict[str, Timed]]:
    """One run: p50 and p95 in ms of a few stages, drops, and the timed sinks."""
    clock = SystemClock()
    source = SourceConfig(uri="performer", loop=True)
    wire = {"publish": "tcp://127.0.0.1:*", "control": ""}
    parts = build(Config(source=source, wire=wire, sinks=sinks), clock)  # type: ignore[arg-type]
    parts.source.close()
    names = ["zmq_pub", *(each.name for each in sinks)]
    timed = {name: Timed(sink) for name, sink in zip(names, parts.sinks, strict=False)}
    others = parts.sinks[len(names) :]
    reel = Reel(images, fps, clock)
    bridge = Bridge(replace(parts, source=reel, sinks=(*timed.values(), *others)))
    bridge.run(frames)
    status = bridge.telemetry.snapshot("ended")
    stages = {s.name: (s.p50_ms, s.p95_ms) for s in status.stages if s.name in STAGES}
    return stages, status.dropped, timed


def measure(fps: float, seconds: float, rounds: int) -> dict[str, Any]:
    """Runs in turns; medians over the rounds."""
    images, page_port = performer(), free_port()
    here, there = multiprocessing.Pipe()
    results: dict[str, list[dict[str, tuple[float, float]]]] = {"without": [], "with": []}
    dropped = {"without": 0, "with": 0}
    costs: dict[str, tuple[list[float], list[float]]] = {}
    with ExitStack() as stack:
        settings = stack.enter_context(tempfile.TemporaryDirectory())
        os.environ["AVATAR_BRIDGE_CONFIG"] = settings  # where VTube Studio's token goes
        process = multiprocessing.get_context("spawn").Process(
            target=receive, args=(there, page_port), daemon=True
        )
        process.start()
        stack.callback(process.terminate)
        sinks = sink_configs(here.recv(), page_port)
        for _ in range(rounds):
            for name, chosen in (("without", ()), ("with", sinks)):
                stages, drops, timed = run(images, fps, round(fps * seconds), chosen)
                results[name].append(stages)
                dropped[name] += drops
                if chosen:
                    for sink, each in timed.items():
                        us, own = costs.setdefault(sink, ([], []))
                        us.extend(each.us)
                        own.extend(each.own_us)
    return {
        "fps": fps,
        "frames": round(fps * seconds) * rounds,
        "dropped": dropped,
        "ms": {
            name: {
                stage: {
                    label: statistics.median(each[stage][at] for each in runs)
                    for at, label in enumerate(("p50", "p95"))
                }
                for stage in STAGES
            }
            for name, runs in results.items()
        },
        "us": {
            sink: {
                "p50": float(np.median(us)),
                "p95": float(np.percentile(us, 95)),
                "own": float(np.median(own)),
            }
            for sink, (us, own) in costs.items()
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What the sinks cost a live run.")
    parser.add_argument("--fps", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.fps, options.seconds, options.rounds)
    if options.json:
        print(json.dumps(result))
        return
    for name, stages in result["ms"].items():
        for stage, ms in stages.items():
            print(f"{name:8} {stage:20} p50 {ms['p50']:6.2f} ms   p95 {ms['p95']:6.2f} ms")
        print(f"{name:8} dropped {result['dropped'][name]} of {result['frames']}")
    for sink, us in result["us"].items():
        print(
            f"{sink:14} p50 {us['p50']:5.0f} µs  p95 {us['p95']:5.0f} µs  own {us['own']:5.0f} µs"
        )


if __name__ == "__main__":
    main()
