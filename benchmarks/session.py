"""What ONNX Runtime's options are worth: one net, run in each of the ways that there are.

    python benchmarks/session.py [--net se_resnet50_gcn] [--runs 300] [--rounds 5]

All ways take turns in one process, round by round, on the same picture. Wall time is what a frame
waits; CPU time is what it takes from the other core, where the capture, the sinks and an engine
want to run. `avatar_bridge/inference/session.py` has the first way.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import onnxruntime

from avatar_bridge.inference.session import KeptPlaces
from avatar_bridge.inference.store import ModelStore

PAUSE_S = 0.004  # between two runs, as a camera's frames leave
Run = Callable[[], object]


def open_session(
    file: str, threads: int = 1, *, spin: bool = False, arena: bool = True, pattern: bool = True
) -> onnxruntime.InferenceSession:
    """A session with these options."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = arena
    options.enable_mem_pattern = pattern
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spin)))
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def plain(session: onnxruntime.InferenceSession, fed: np.ndarray) -> Run:
    """Arrays in, arrays out."""
    names = [output.name for output in session.get_outputs()]
    return lambda: session.run(names, {"image": fed})


def bound(session: onnxruntime.InferenceSession, fed: np.ndarray) -> Run:
    """Input and outputs at places that stay."""
    kept = KeptPlaces(session, fed.shape, "cpu")
    return lambda: kept.run(fed)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="ONNX Runtime's options, on one net.")
    parser.add_argument("--net", default="se_resnet50_gcn")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    model = ModelStore().find(given.net)
    spec, file = model.card.input, str(model.file)
    shape = (1, spec.channels, spec.size, spec.size)
    fed = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    ways = {
        "one thread": plain(open_session(file), fed),
        "one thread, no arena": plain(open_session(file, arena=False), fed),
        "one thread, no memory pattern": plain(open_session(file, pattern=False), fed),
        "one thread, IO binding": bound(open_session(file), fed),
        "two threads that sleep": plain(open_session(file, 2), fed),
        "two threads that spin": plain(open_session(file, 2, spin=True), fed),
    }
    wall: dict[str, list[float]] = {way: [] for way in ways}
    cpu = dict.fromkeys(ways, 0.0)
    for _ in range(given.rounds):
        for way, run in ways.items():
            for _ in range(10):
                run()
            cpu_start = time.process_time()
            for _ in range(given.runs):
                start = time.perf_counter()
                run()
                wall[way].append((time.perf_counter() - start) * 1e3)
                time.sleep(PAUSE_S)
            cpu[way] += time.process_time() - cpu_start
    print(f"{given.net}\n\n| | median ms | p95 ms | CPU ms a run |\n|---|---|---|---|")
    for way, times in wall.items():
        p50, p95 = np.percentile(times, [50, 95])
        print(f"| {way} | {p50:.2f} | {p95:.2f} | {cpu[way] * 1e3 / len(times):.2f} |")


if __name__ == "__main__":
    main()
