"""Milliseconds a face, all readers taking turns so that a busy machine slows all alike."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.store import InstalledModel
from avatar_bridge.training.suite.clips import FOLDER, teacher_weights
from avatar_bridge.training.suite.peer import MediaPipeReader
from avatar_bridge.training.suite.reader import OurReader, Picture
from avatar_bridge.training.suite.table import Cell

THREADS = (2, 1)
CLIP = "d3"
ROUNDS, RUNS = 4, 60  # of each reader; what is timed is their product
_WARM_UP = 10  # of each round
_FRAMES = 60
_MS = 1e3


def measure_time(
    models: Sequence[InstalledModel],
    peer: MediaPipeReader | None,
    root: Path,
    console: Console,
    runs: int = RUNS,
) -> dict[int, dict[str, tuple[Cell, Cell]]]:
    """Median and 95th percentile of a look, by number of threads and reader.

    Ours is one look of a tracked face: crop, net, pose, gaze and profile. MediaPipe's is one
    picture of a followed face with its own number of threads, which cannot be told.

    Args:
        models: our nets.
        peer: MediaPipe, if it is there.
        root: folder of data sets.
        console: for progress.
        runs: timed looks of a round.

    Raises:
        ConfigError: the clip is missing.
    """
    pictures = _pictures(root)
    took: dict[tuple[int, str], list[float]] = {}
    looks: dict[tuple[int, str], Callable[[int], object]] = {}
    for threads in THREADS:
        for model in models:
            looks[threads, model.card.name] = _our_look(OurReader(model, threads), pictures)
    if peer is not None:
        follow = peer.follow()
        looks[THREADS[0], peer.name] = lambda index: follow(pictures[index].image)
    for _ in track(range(ROUNDS), "time", console=console):
        for key, look in looks.items():
            took.setdefault(key, []).extend(time_looks(look, runs, len(pictures)))
    table: dict[int, dict[str, tuple[Cell, Cell]]] = {threads: {} for threads in THREADS}
    for (threads, name), times in took.items():
        note = "its own threads" if peer is not None and name == peer.name else ""
        median, late = np.percentile(times, [50, 95])
        table[threads][name] = (Cell(float(median), note), Cell(float(late), note))
    return table


def _our_look(reader: OurReader, pictures: Sequence[Picture]) -> Callable[[int], object]:
    return lambda index: reader.read(pictures[index])


def time_looks(look: Callable[[int], object], runs: int, count: int) -> list[float]:
    """Milliseconds of so many looks at the pictures 0 to `count` in turn, after a warm-up."""
    times = []
    for run in range(_WARM_UP + runs):
        started = time.perf_counter()
        look(run % count)
        times.append(_MS * (time.perf_counter() - started))
    return times[_WARM_UP:]


def _pictures(root: Path) -> list[Picture]:
    """The first frames of a clip with the teacher's face boxes."""
    path = root / FOLDER / f"{CLIP}.mp4"
    _, points = teacher_weights(root / FOLDER / f"{CLIP}.teacher.npz")
    video = cv2.VideoCapture(str(path))
    pictures: list[Picture] = []
    for row in range(min(_FRAMES, len(points))):
        good, image = video.read()
        if good and np.isfinite(points[row]).all():
            pictures.append(Picture.around(np.asarray(image, np.uint8), points[row]))
    video.release()
    if not pictures:
        raise ConfigError(f"expected a clip with a face at {path}, got none")
    return pictures
