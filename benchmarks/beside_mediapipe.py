"""Our whole path beside MediaPipe Face Landmarker, on the same frames in the same minutes.

    python benchmarks/beside_mediapipe.py CLIP TASK [--peer-python PYTHON] [--frames 300] [--json]

TASK is MediaPipe's `face_landmarker.task`. PYTHON is an interpreter that has `mediapipe`; without
it this one is used. Frames are brought to 640x480 beforehand and decoding is not timed. Ours is
detector, tracker, net, profile, filter and publishing; theirs is `detect_for_video` with
blendshapes. The two take turns, three rounds each, so that a busy machine hits both.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np

SIZE = (640, 480)
ROUNDS = 3
WARM_UP = 10


def frames_of(clip: str, count: int) -> list[np.ndarray]:
    """So many pictures of a clip, from its start again where it ends, letterboxed to 640x480."""
    pictures: list[np.ndarray] = []
    while len(pictures) < count:
        reader = cv2.VideoCapture(clip)
        before = len(pictures)
        while len(pictures) < count:
            found, image = reader.read()
            if not found:
                break
            pictures.append(letterbox(image))
        if len(pictures) == before:
            raise SystemExit(f"expected a video at {clip}, got nothing that can be read")
    return pictures


def letterbox(image: np.ndarray) -> np.ndarray:
    """The picture as large as it fits into the middle of a black 640x480 one."""
    scale = min(SIZE[0] / image.shape[1], SIZE[1] / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    y, x = (SIZE[1] - small.shape[0]) // 2, (SIZE[0] - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def time_ours(pictures: list[np.ndarray]) -> list[float]:
    """Milliseconds per frame."""
    from avatar_bridge.build import PipelineFactory
    from avatar_bridge.clock import SystemClock
    from avatar_bridge.config import Config
    from avatar_bridge.sinks import SINKS
    from avatar_bridge.telemetry import Telemetry
    from avatar_bridge.types import Frame

    clock = SystemClock()
    pipeline = PipelineFactory(Config()).make(Telemetry(clock))
    sink = SINKS.create("zmq_pub", clock, address="tcp://127.0.0.1:*")
    spent = []
    for index, image in enumerate(pictures):
        started = time.perf_counter()
        for state in pipeline.process(Frame(image, index, index * 33_333_333)):
            sink.publish(state)
        spent.append((time.perf_counter() - started) * 1e3)
    sink.close()
    return spent


def time_peer(pictures: list[np.ndarray], task: str) -> list[float]:
    """Milliseconds per frame."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=task),
        running_mode=vision.RunningMode.VIDEO,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    spent = []
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for index, image in enumerate(pictures):
            started = time.perf_counter()
            rgb = np.ascontiguousarray(image[:, :, ::-1])
            picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
            landmarker.detect_for_video(picture, index * 33)
            spent.append((time.perf_counter() - started) * 1e3)
    return spent


def summary(spent: list[float]) -> dict[str, float]:
    """Median, p95 and p99."""
    p50, p95, p99 = np.percentile(spent, [50, 95, 99])
    return {"p50_ms": float(p50), "p95_ms": float(p95), "p99_ms": float(p99)}


def run_side(side: str, given: argparse.Namespace) -> list[float]:
    """One round of one side, in a process of its own; its first frames load and warm up."""
    python = given.peer_python if side == "mediapipe" else sys.executable
    command = [python, __file__, given.clip, given.task, "--side", side]
    command += ["--frames", str(given.frames)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1]
        raise SystemExit(f"{side} did not run: {last}")
    return list(json.loads(done.stdout.strip().splitlines()[-1]))[WARM_UP:]


def main() -> None:
    """Run both and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip")
    parser.add_argument("task")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--side", choices=("ours", "mediapipe"), help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.side:
        pictures = frames_of(given.clip, given.frames)
        ours = given.side == "ours"
        print(json.dumps(time_ours(pictures) if ours else time_peer(pictures, given.task)))
        return
    if not Path(given.task).is_file():
        raise SystemExit(f"expected MediaPipe's task file at {given.task}, got none")
    spent: dict[str, list[float]] = {"ours": [], "mediapipe": []}
    for _ in range(ROUNDS):
        for side, times in spent.items():
            times += run_side(side, given)
    result = {side: summary(times) for side, times in spent.items()}
    if given.json:
        print(json.dumps(result, indent=1))
        return
    for side, figures in result.items():
        print(f"{side:10}" + "".join(f"  {name} {value:6.2f}" for name, value in figures.items()))
    print(
        f"median ours / mediapipe: {result['ours']['p50_ms'] / result['mediapipe']['p50_ms']:.2f}"
    )


if __name__ == "__main__":
    main()
