"""What each further face, pixel and subscriber costs.

    python benchmarks/curves.py [--frames 150] [--json FILE] [--plot docs/speed.png]

Faces are the built-in performer, up to four times in one 1280x960 picture, out of step. Sizes are
the performer in pictures of 320x240 to 1920x1080. Subscribers are sockets of a process of their
own, which all read 60 faces a second; told are the time of `publish` in the pipeline's thread and
the processor time of the whole publishing process. Medians of whole paths, of both tiers.
"""

import argparse
import json
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import zmq
from reel import performer, to_and_fro

from avatar_bridge.build import PipelineFactory
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config
from avatar_bridge.sinks.zmq_pub import ZmqPublisher
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import FaceState, Frame, Image

TIERS = ("fast", "quality")
FACES = (0, 1, 2, 3, 4)
SIZES = ((320, 240), (640, 480), (960, 540), (1280, 720), (1920, 1080))
SUBSCRIBERS = (0, 1, 5, 20, 50, 100, 200)
TILE = (640, 480)
WARM_UP = 20
FPS = 60.0


def fitted(image: Image, size: tuple[int, int]) -> Image:
    """The picture as large as it fits into the middle of a black one."""
    width, height = size
    scale = min(width / image.shape[1], height / image.shape[0])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas = np.zeros((height, width, 3), np.uint8)
    y, x = (height - small.shape[0]) // 2, (width - small.shape[1]) // 2
    canvas[y : y + small.shape[0], x : x + small.shape[1]] = small
    return canvas


def crowd(images: list[Image], faces: int) -> list[Image]:
    """Pictures with so many faces."""
    tiles = [fitted(image, TILE) for image in images]
    pictures = []
    for index in range(len(tiles)):
        canvas = np.zeros((2 * TILE[1], 2 * TILE[0], 3), np.uint8)
        for face in range(faces):
            y, x = divmod(face, 2)
            tile = tiles[(index + face * len(tiles) // 4) % len(tiles)]
            canvas[y * TILE[1] : (y + 1) * TILE[1], x * TILE[0] : (x + 1) * TILE[0]] = tile
        pictures.append(canvas)
    return pictures


def path_ms(images: list[Image], tier: str, faces: int, frames: int) -> tuple[float, FaceState]:
    """Median of the pipeline's time for a picture, and the last state."""
    config = Config(analyze={"tier": tier}, track={"max_faces": max(faces, 1)})  # type: ignore[arg-type]
    pipeline = PipelineFactory(config).make(Telemetry(SystemClock()), live=True)
    spent, seen = [], 0
    for index in range(frames + WARM_UP):
        frame = Frame(images[index % len(images)], index, index * 33_333_333)
        started = time.perf_counter()
        states = pipeline.process(frame)
        spent.append((time.perf_counter() - started) * 1e3)
        if seen < faces:
            time.sleep(0.03)  # the detector has a thread of its own, and looks as a camera pauses
        seen = sum(state.tracked for state in states)
    pipeline.close()
    if seen != faces:
        raise SystemExit(f"expected {faces} faces to be tracked, got {seen}")
    return statistics.median(spent[WARM_UP:]), states[0]


def listen(connection: Connection, address: str, count: int) -> None:
    """The subscribers' process: reads all that comes until it is ended."""
    context = zmq.Context()
    context.setsockopt(zmq.MAX_SOCKETS, count + 16)
    poller = zmq.Poller()
    for _ in range(count):
        socket = context.socket(zmq.SUB)
        socket.setsockopt(zmq.SUBSCRIBE, b"face\0")
        socket.connect(address)
        poller.register(socket, zmq.POLLIN)
    ready = False
    heard: set[zmq.Socket[bytes]] = set()
    while True:
        for socket, _ in poller.poll():
            socket.recv()
            heard.add(socket)
        if not ready and len(heard) == count:
            ready = True
            connection.send("all hear")


def publish_ms(state: FaceState, subscribers: int, frames: int) -> dict[str, float]:
    """Of one message to so many: time of the call, and processor time of this process."""
    sink = ZmqPublisher(SystemClock(), address="tcp://127.0.0.1:*", stream_id="curves")
    here, there = multiprocessing.Pipe()
    listeners = multiprocessing.get_context("spawn").Process(
        target=listen, args=(there, sink.address, subscribers), daemon=True
    )
    if subscribers:
        listeners.start()
        deadline = time.monotonic() + 60
        while not here.poll(0.01):
            sink.publish(state)
            if time.monotonic() > deadline:
                raise SystemExit(f"expected {subscribers} subscribers to hear, got fewer")
    spent, cpu, due = [], time.process_time(), time.perf_counter()
    for _ in range(frames):
        due += 1 / FPS
        time.sleep(max(0.0, due - time.perf_counter()))
        started = time.perf_counter()
        sink.publish(state)
        spent.append((time.perf_counter() - started) * 1e3)
    cpu = (time.process_time() - cpu) / frames * 1e3
    if subscribers:
        listeners.terminate()
        listeners.join()
    sink.close()
    return {"publish_ms": statistics.median(spent), "cpu_ms": cpu}


def measure(frames: int) -> dict[str, Any]:
    """All three curves."""
    images = to_and_fro(performer(60))
    result: dict[str, Any] = {"faces": {}, "sizes": {}, "subscribers": {}}
    state: FaceState | None = None
    for tier in TIERS:
        result["faces"][tier] = {}
        for faces in FACES:
            pictures = crowd(images[::3], faces)
            result["faces"][tier][faces], state = path_ms(pictures, tier, faces, frames)
        result["sizes"][tier] = {}
        for width, height in SIZES:
            pictures = [fitted(image, (width, height)) for image in images[:60]]
            ms, state = path_ms(pictures, tier, 1, frames)
            result["sizes"][tier][f"{width}x{height}"] = ms
    if state is not None:
        for count in SUBSCRIBERS:
            result["subscribers"][count] = publish_ms(state, count, frames)
    return result


def plot(result: dict[str, Any], file: Path) -> None:
    """The three curves side by side."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (faces, sizes, subscribers) = pyplot.subplots(1, 3, figsize=(11, 3.4))
    for tier in TIERS:
        found = result["faces"][tier]
        faces.plot(list(map(int, found)), list(found.values()), "o-", label=tier)
        found = result["sizes"][tier]
        pixels = [np.prod([int(side) for side in size.split("x")]) / 1e6 for size in found]
        sizes.plot(pixels, list(found.values()), "o-", label=tier)
    found = result["subscribers"]
    for name, label in (("publish_ms", "publish"), ("cpu_ms", "processor, whole process")):
        subscribers.plot(
            list(map(int, found)), [each[name] for each in found.values()], "o-", label=label
        )
    faces.set_xlabel("faces")
    sizes.set_xlabel("megapixels, one face")
    subscribers.set_xlabel("subscribers")
    for axes in (faces, sizes, subscribers):
        axes.set_ylim(bottom=0)
        axes.set_ylabel("ms a frame")
        axes.grid(alpha=0.3)
        axes.legend()
    figure.tight_layout()
    figure.savefig(file, dpi=80)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    result = measure(given.frames)
    for tier in TIERS:
        for what in ("faces", "sizes"):
            told = "  ".join(f"{at}: {ms:.2f}" for at, ms in result[what][tier].items())
            print(f"{what:6} {tier:8} ms a frame  {told}")
    for count, each in result["subscribers"].items():
        print(f"{count:4} subscribers: publish {each['publish_ms']:.3f} ms, "
              f"processor {each['cpu_ms']:.3f} ms a frame")  # fmt: skip
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))
    if given.plot:
        plot(result, given.plot)


if __name__ == "__main__":
    main()
