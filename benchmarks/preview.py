"""What previews cost: one picture of a generator, and the weights' delay beside ten a second.

    python benchmarks/preview.py [--net mma_gan] [--fps 10] [--rounds 6] [--seconds 5] [--json]

The performer's pictures are played from memory through one bridge, which shows previews in turns:
on, off, on … Of each turn the first second is left out. The delay is that from a picture's
capture to the moment when its state has gone out.
"""

import argparse
import json
import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
from reel import Reel, performer

from avatar_bridge.bridge import Bridge
from avatar_bridge.build import build
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config, SourceConfig
from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.inference.session import GeneratorNet
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.base import PreviewSettings
from avatar_bridge.preview.generator import DEFAULT_NET
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.types import FaceState

GOAL_MS = 40.0  # a picture, on two cores
GOAL_GROWTH = 0.15  # of the weights' 95th percentile
RUNS = 60
SETTLING_S = 1.0


class Delays(QuietSink):
    """A sink that keeps how old each state is when it comes by, with the clock's time."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float]] = []

    def publish(self, state: FaceState) -> None:
        now_ns = time.monotonic_ns()
        self.rows.append((now_ns, (now_ns - state.captured_ns) / 1e6))


def time_net(name: str, threads: int) -> tuple[float, float]:
    """Median and 95th percentile, ms, of one picture."""
    net = GeneratorNet(ModelStore().find(name), threads)
    picture = np.random.default_rng(0).integers(0, 255, 2 * (net.card.input.size,))
    told = np.zeros(len(net.card.conditions), np.float32)
    told[EMOTION_INDEX["happiness"]] = 1.0
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        net.run(picture.astype(np.uint8), told)
        times.append((time.perf_counter() - started) * 1000)
    return float(np.median(times)), float(np.percentile(times, 95))


def measure_delays(net: str, fps: float, rounds: int, seconds: float) -> dict[str, Any]:
    """Delays of the weights with previews and without, in turns of one run."""
    clock, delays = SystemClock(), Delays()
    source = SourceConfig(uri="performer", loop=True)
    wire = {"publish": "tcp://127.0.0.1:*", "control": ""}
    parts = build(Config(source=source, wire=wire), clock, (delays,))  # type: ignore[arg-type]
    parts.source.close()
    bridge = Bridge(replace(parts, source=Reel(performer(), 30.0, clock)))
    previewer = parts.previewer
    assert previewer is not None
    shown = PreviewSettings(fps=fps, emotion="happiness", net=net)
    turns: dict[bool, list[tuple[int, int]]] = {True: [], False: []}

    def switch() -> None:
        for _ in range(rounds):
            for on in (True, False):
                previewer.set(shown if on else PreviewSettings())
                time.sleep(SETTLING_S)
                started = time.monotonic_ns()
                time.sleep(seconds)
                turns[on].append((started, time.monotonic_ns()))
        bridge.stop()

    switching = threading.Thread(target=switch)
    switching.start()
    bridge.run()
    switching.join()
    found = {}
    for on, spans in turns.items():
        ms = [d for at, d in delays.rows if any(start <= at < end for start, end in spans)]
        found["on" if on else "off"] = {
            "frames": len(ms),
            "p50": float(np.percentile(ms, 50)),
            "p95": float(np.percentile(ms, 95)),
        }
    found["growth"] = found["on"]["p95"] / found["off"]["p95"] - 1  # type: ignore[assignment]
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--net", default=DEFAULT_NET)
    parser.add_argument("--fps", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    nets = {threads: time_net(asked.net, threads) for threads in (1, 2)}
    found = measure_delays(asked.net, asked.fps, asked.rounds, asked.seconds)
    if asked.json:
        print(json.dumps({"net_ms": nets, "weights_ms": found}, indent=2))
        return
    for threads, (p50, p95) in nets.items():
        print(f"{asked.net}, {threads} thread(s): median {p50:.1f} ms, p95 {p95:.1f} ms")
    print(f"goal: {GOAL_MS:.0f} ms on two cores")
    for name in ("off", "on"):
        row = found[name]
        print(
            f"weights, previews {name}: p50 {row['p50']:.1f} ms, p95 {row['p95']:.1f} ms "
            f"of {row['frames']} frames"
        )
    print(f"p95 grows by {100 * found['growth']:.0f}% (goal: below {100 * GOAL_GROWTH:.0f}%)")


if __name__ == "__main__":
    main()
