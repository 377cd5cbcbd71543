"""Milliseconds a picture, all detectors taking turns so that a busy machine slows all alike."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.training.suite.detection.candidate import Candidate
from avatar_bridge.training.suite.detection.groups import load_groups
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.training.suite.time import time_looks
from avatar_bridge.types import Image

SIZES = ((640, 480), (1280, 720))
THREADS = (1, 2)
MIN_FACE = 60
ROUNDS, RUNS = 2, 18  # what is timed is their product

Times = dict[tuple[tuple[int, int], int], dict[str, tuple[Cell, Cell]]]


def measure_time(
    candidates: Sequence[Candidate], root: Path, console: Console, runs: int = RUNS
) -> Times:
    """Median and 95th percentile by size, number of threads and name, on dlib's photographs.

    The threads are those of a net's run and of OpenCV.

    Args:
        candidates: those that can run.
        root: folder of data sets.
        console: for progress.
        runs: timed looks of a round.
    """
    scenes = load_groups(root)[0].scenes
    took: dict[tuple[tuple[int, int], int, str], list[float]] = {}
    before = cv2.getNumThreads()
    try:
        for size in SIZES:
            pictures = [filled(scene.read(), size) for scene in scenes]
            for threads in THREADS:
                cv2.setNumThreads(threads)
                looks = {c.name: _look(c, threads, pictures) for c in candidates}
                what = f"{size[0]}x{size[1]}, {threads} thread{'s' * (threads > 1)}"
                for _ in track(range(ROUNDS), what, console=console):
                    for name, look in looks.items():
                        times = took.setdefault((size, threads, name), [])
                        times += time_looks(look, runs, len(pictures))
    finally:
        cv2.setNumThreads(before)
    table: Times = {(size, threads): {} for size in SIZES for threads in THREADS}
    for (size, threads, name), times in took.items():
        median, late = np.percentile(times, [50, 95])
        table[size, threads][name] = (Cell(float(median)), Cell(float(late)))
    return table


def _look(candidate: Candidate, threads: int, pictures: Sequence[Image]) -> Callable[[int], object]:
    detector = candidate.open(MIN_FACE, threads)
    return lambda index: detector.detect(pictures[index])


def filled(image: Image, size: tuple[int, int]) -> Image:
    """The middle of a picture, enlarged so that it fills (width, height) pixels."""
    width, height = size
    zoom = max(width / image.shape[1], height / image.shape[0])
    large = cv2.resize(image, None, fx=zoom, fy=zoom)
    large = cv2.copyMakeBorder(large, 0, 1, 0, 1, cv2.BORDER_REPLICATE)  # against rounding
    x, y = (large.shape[1] - width) // 2, (large.shape[0] - height) // 2
    return np.ascontiguousarray(large[y : y + height, x : x + width], np.uint8)
