"""What a plan for many performers rests on: bytes, forwarding, and nets that look at many at once.

    python benchmarks/scale.py [--seconds 3] [--json]

Everything runs on this machine; `docs/scale.md` says what follows from it.
"""

import argparse
import json
import statistics
import threading
import time
from typing import Any

import numpy as np
import zmq
from reel import performer

from avatar_bridge.build import PipelineFactory
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import AnalyzeConfig, Config, Tier
from avatar_bridge.fleet.merge import Merger
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import FaceState, Frame
from avatar_bridge.wire.codec import encode_face

TIERS: tuple[Tier, ...] = ("fast", "quality")
NETS = ("student", "se_resnet50_gcn")
BATCHES = (1, 2, 4, 8, 16, 32)
RATE_HZ = 60
_FRAMES = 150


def states_of(tier: Tier) -> tuple[list[FaceState], dict[str, float]]:
    """The performer's states, and what one frame costs a core: median, p95 and CPU ms."""
    config = Config(analyze=AnalyzeConfig(tier=tier))
    pipeline = PipelineFactory(config).make(Telemetry(SystemClock()))
    images = performer(_FRAMES)
    states, wall = [], []
    cpu_s = time.process_time()
    for index, image in enumerate(images):
        frame = Frame(image, index, round(index * 1e9 / RATE_HZ))
        started = time.perf_counter()
        states.append(pipeline.process(frame)[0])
        wall.append((time.perf_counter() - started) * 1e3)
    cpu_ms = (time.process_time() - cpu_s) * 1e3 / len(states)
    p50, p95 = np.percentile(wall[10:], [50, 95])
    return states, {"p50_ms": float(p50), "p95_ms": float(p95), "cpu_ms": cpu_ms}


def message_bytes(states: list[FaceState]) -> float:
    """Mean size of a published face, topic and all."""
    return statistics.mean(
        len(
            encode_face(state, stream_id="0" * 32, seq=1000 + seq, published_ns=time.monotonic_ns())
        )
        for seq, state in enumerate(states)
    )


def forwarding(message: bytes, seconds: float) -> float:
    """Messages a second that one merging thread forwards, flat out."""
    merger = Merger("tcp://127.0.0.1:*", SystemClock())
    stopped = threading.Event()
    with zmq.Context() as context, context.socket(zmq.PUB) as pub, context.socket(zmq.SUB) as sub:
        for socket in (pub, sub):
            socket.setsockopt(zmq.LINGER, 0)
        pub.setsockopt(zmq.SNDHWM, 1000)
        port = pub.bind_to_random_port("tcp://127.0.0.1")
        sub.setsockopt(zmq.SUBSCRIBE, b"one/")
        sub.connect(merger.address)
        merger.follow("one", f"tcp://127.0.0.1:{port}", None)

        def flood() -> None:
            while not stopped.is_set():
                pub.send(message)

        flooding = threading.Thread(target=flood)
        flooding.start()
        until, count = time.perf_counter() + seconds, 0
        busy = time.thread_time()
        while time.perf_counter() < until:
            count += merger.forward(0.05)
        busy = time.thread_time() - busy
        stopped.set()
        flooding.join()
    merger.close()
    return count / busy


def batches(name: str, threads: int) -> dict[int, float]:
    """Milliseconds a face, by how many faces a run looks at."""
    model = ModelStore().find(name)
    net, size = Net(model, threads), model.card.input.size
    found = {}
    for count in BATCHES:
        pictures = np.random.default_rng(0).integers(0, 255, (count, size, size), np.uint8)
        net.run_batch(pictures)
        times = []
        for _ in range(max(5, 60 // count)):
            started = time.perf_counter()
            net.run_batch(pictures)
            times.append((time.perf_counter() - started) * 1e3 / count)
        found[count] = statistics.median(times)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result: dict[str, Any] = {}
    for tier in TIERS:
        states, result[tier] = states_of(tier)
    size = message_bytes(states)
    result["message_bytes"] = size
    result["stream_kbit_s"] = size * RATE_HZ * 8 / 1000
    message = encode_face(states[-1], stream_id="0" * 32, seq=1, published_ns=1)
    result["forwarded_per_cpu_second"] = forwarding(message, args.seconds)
    result["ms_a_face"] = {
        f"{name}, {threads} threads": batches(name, threads) for name in NETS for threads in (1, 2)
    }
    if args.json:
        print(json.dumps(result, indent=1))
        return
    for tier in TIERS:
        told = result[tier]
        print(
            f"{tier}: {told['p50_ms']:.1f} / {told['p95_ms']:.1f} ms a frame (p50 / p95), "
            f"{told['cpu_ms']:.1f} ms of CPU: {1000 / told['cpu_ms'] / RATE_HZ:.1f} a core"
        )
    print(f"a face is {size:.0f} bytes, {result['stream_kbit_s']:.0f} kbit/s at {RATE_HZ} Hz")
    print(f"one thread merges {result['forwarded_per_cpu_second']:.0f} messages a CPU second")
    for name, found in result["ms_a_face"].items():
        print(
            f"{name}: "
            + ", ".join(f"{count}: {ms:.2f}" for count, ms in found.items())
            + " ms a face"
        )


if __name__ == "__main__":
    main()
