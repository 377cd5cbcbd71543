"""How fast a frame becomes a message: our tiers beside MediaPipe Face Landmarker.

    python benchmarks/speed.py [CLIP] [--task face_landmarker.task] [--peer-python PYTHON]
        [--frames 300] [--rounds 3] [--cores 2] [--json FILE] [--plot FILE.png]

All get the same pictures, brought to 640x480 beforehand; decoding is not timed. Ours is detector,
tracker, net, profile, filter and publishing; theirs is `detect_for_video` with blendshapes and
head matrix. Each side runs in a process of its own, and the sides take turns, so that a busy
machine hits all alike. CLIP is the built-in performer unless one is given; without TASK ours run
alone. PYTHON is an interpreter that has `mediapipe`, this one by default.

First frame: from the process's start to the first result, pictures and their decoding aside.
Linux only: memory is read from /proc.
"""

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

WIDTH, HEIGHT = 640, 480
WARM_UP = 10
AFTER_NET = ("retarget", "smooth", "publish")
WHOLE = "whole path"
STARTED = "SPEED_STARTED_NS"  # when the parent started a process, on the clock of both
PERCENTILES = {"p50_ms": 50, "p95_ms": 95, "p99_ms": 99}

Spent = dict[str, list[float]]


def pictures(file: Path) -> Iterator[np.ndarray]:
    """The pictures of a raw file, each in an array of its own, so that memory tells of a side."""
    with file.open("rb") as opened:
        while (raw := np.fromfile(opened, np.uint8, HEIGHT * WIDTH * 3)).size:
            yield raw.reshape(HEIGHT, WIDTH, 3)


def run_ours(tier: str) -> tuple[Callable[[np.ndarray, int], None], Spent]:
    """What processes a picture, and the milliseconds of each stage that it files."""
    from avatar_bridge.build import PipelineFactory
    from avatar_bridge.clock import SystemClock
    from avatar_bridge.config import Config
    from avatar_bridge.sinks import SINKS
    from avatar_bridge.telemetry import Telemetry
    from avatar_bridge.types import Frame

    spent: Spent = {}

    class Kept(Telemetry):
        def record(self, name: str, duration_ns: int) -> None:
            spent.setdefault(name, []).append(duration_ns / 1e6)

    clock = SystemClock()
    telemetry = Kept(clock)
    pipeline = PipelineFactory(Config(analyze={"tier": tier})).make(telemetry)  # type: ignore[arg-type]
    sink = SINKS.create("zmq_pub", clock, address="tcp://127.0.0.1:*")

    def process(image: np.ndarray, index: int) -> None:
        states = pipeline.process(Frame(image, index, index * 33_333_333))
        with telemetry.stage("publish"):
            for state in states:
                sink.publish(state)

    return process, spent


def run_peer(task: str) -> tuple[Callable[[np.ndarray, int], None], Spent]:
    """As `run_ours`, of MediaPipe."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=task),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    landmarker = vision.FaceLandmarker.create_from_options(options)
    spent: Spent = {"convert": [], "landmarker": []}

    def process(image: np.ndarray, index: int) -> None:
        started = time.perf_counter()
        rgb = np.ascontiguousarray(image[:, :, ::-1])
        picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
        converted = time.perf_counter()
        landmarker.detect_for_video(picture, index * 33)
        spent["convert"].append((converted - started) * 1e3)
        spent["landmarker"].append((time.perf_counter() - converted) * 1e3)

    return process, spent


def run_side(side: str, file: Path, task: str, cores: int) -> dict[str, Any]:
    """One round of one side, in this process."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    process, spent = run_peer(task) if side == "mediapipe" else run_ours(side)
    whole: list[float] = []
    first_ms = cpu_s = 0.0
    for index, image in enumerate(pictures(file)):
        if index == WARM_UP:
            for times in spent.values():
                times.clear()
            whole.clear()
            cpu_s = 0.0
        started, cpu = time.perf_counter(), time.process_time()
        process(image, index)
        whole.append((time.perf_counter() - started) * 1e3)
        cpu_s += time.process_time() - cpu
        first_ms = first_ms or (time.monotonic_ns() - int(os.environ[STARTED])) / 1e6
    after = [spent.get(name, []) for name in AFTER_NET]
    if after[0] and len({len(times) for times in after}) == 1:
        spent[" + ".join(AFTER_NET)] = [sum(times) for times in zip(*after, strict=True)]
    return {
        "spent": {**{name: times for name, times in spent.items() if times}, WHOLE: whole},
        "cpu_ms": cpu_s * 1e3 / len(whole),
        "first_ms": first_ms,
        "rss_mb": peak_mb(),
    }


def peak_mb() -> float:
    """The most memory that this process held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def write_pictures(clip: str, count: int, file: Path) -> None:
    """So many pictures of a clip, or of the performer, as raw bytes; from the start again."""
    from reel import performer, to_and_fro

    images = to_and_fro(performer(count)) if not clip else film(clip, count)
    fitted = itertools.cycle([letterbox(image) for image in images])
    with file.open("wb") as opened:
        for image in itertools.islice(fitted, count):
            image.tofile(opened)


def film(clip: str, count: int) -> list[np.ndarray]:
    """The first pictures of a clip."""
    import cv2

    reader, images = cv2.VideoCapture(clip), []
    while len(images) < count and (read := reader.read())[0]:
        images.append(read[1])
    if not images:
        raise SystemExit(f"expected a video at {clip}, got nothing that can be read")
    return images


def letterbox(image: np.ndarray) -> np.ndarray:
    """The picture as large as it fits into the middle of a black 640x480 one."""
    import cv2

    scale = min(WIDTH / image.shape[1], HEIGHT / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    y, x = (HEIGHT - small.shape[0]) // 2, (WIDTH - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def start_side(side: str, file: Path, given: argparse.Namespace) -> dict[str, Any]:
    """One round of one side, in a process of its own."""
    python = given.peer_python if side == "mediapipe" else sys.executable
    command = [python, __file__, "--side", side, "--pictures", str(file)]
    command += ["--task", given.task, "--cores", str(given.cores)]
    environment = {**os.environ, STARTED: str(time.monotonic_ns())}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "nothing was said").splitlines()[-1]
        raise SystemExit(f"{side} did not run: {last}")
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def summary(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Percentiles of all rounds together, and medians of what each round has one of."""
    stages = {}
    for stage in rounds[0]["spent"]:
        times = [time for each in rounds for time in each["spent"].get(stage, [])]
        found = np.percentile(times, list(PERCENTILES.values()))
        stages[stage] = dict(zip(PERCENTILES, map(float, found), strict=True))
    single = ("cpu_ms", "first_ms", "rss_mb")
    return {
        "stages": stages,
        **{name: statistics.median(each[name] for each in rounds) for name in single},
    }


def table(result: dict[str, dict[str, Any]]) -> str:
    """Markdown: one table of sides, one of stages."""
    lines = [
        "| | median ms | p95 ms | p99 ms | CPU ms a frame | memory MB | first frame s |",
        "|---|---|---|---|---|---|---|",
    ]
    for side, each in result.items():
        times = " | ".join(f"{each['stages'][WHOLE][name]:.2f}" for name in PERCENTILES)
        lines.append(
            f"| {side} | {times} | {each['cpu_ms']:.2f} | {each['rss_mb']:.0f} "
            f"| {each['first_ms'] / 1e3:.2f} |"
        )
    lines += ["", "| side | stage | median ms | p95 ms | p99 ms |", "|---|---|---|---|---|"]
    for side, each in result.items():
        for stage, times in each["stages"].items():
            figures = " | ".join(f"{times[name]:.3f}" for name in PERCENTILES)
            lines.append(f"| {side} | {stage} | {figures} |")
    peer = result.get("mediapipe")
    if peer:
        of = peer["stages"][WHOLE]["p50_ms"]
        shares = (
            f"{side} / mediapipe: {each['stages'][WHOLE]['p50_ms'] / of:.2f}"
            for side, each in result.items()
            if side != "mediapipe"
        )
        lines += ["", "median, " + ", ".join(shares)]
    return "\n".join(lines)


def plot(result: dict[str, dict[str, Any]], file: Path) -> None:
    """The whole path of each side, and where its time goes."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 1.2 + 0.7 * len(result)))
    for place, each in enumerate(result.values()):
        left = 0.0
        for number, (stage, times) in enumerate(each["stages"].items()):
            if stage in (WHOLE, "detect") or " + " in stage:
                continue
            axes.barh(place, times["p50_ms"], left=left, color=f"C{number}", height=0.6)
            if times["p50_ms"] > 0.7:
                axes.text(left + times["p50_ms"] / 2, place, stage, ha="center", va="center")
            left += times["p50_ms"]
        p95 = each["stages"][WHOLE]["p95_ms"]
        axes.plot(p95, place, "k|", markersize=18, label="" if place else "p95, whole path")
    axes.set_yticks(range(len(result)), list(result))
    axes.invert_yaxis()
    axes.set_xlabel("ms a frame, medians")
    axes.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=80)


def main() -> None:
    """Run all sides and print tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", default="")
    parser.add_argument("--task", default="", help="MediaPipe's face_landmarker.task")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--pictures", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        print(json.dumps(run_side(given.side, given.pictures, given.task, given.cores)))
        return
    if given.task and not Path(given.task).is_file():
        raise SystemExit(f"expected MediaPipe's task file at {given.task}, got none")
    sides = ["fast", "quality", *(["mediapipe"] if given.task else [])]
    rounds: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pictures"
        write_pictures(given.clip, given.frames, file)
        for _ in range(given.rounds):
            for side in sides:
                rounds[side].append(start_side(side, file, given))
    result = {side: summary(each) for side, each in rounds.items()}
    print(table(result))
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))
    if given.plot:
        plot(result, given.plot)


if __name__ == "__main__":
    main()
