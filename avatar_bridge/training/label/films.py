"""The pictures of a clip, in colour and with their times."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Image

ENDINGS = (".mov", ".mp4")  # of two clips of one name the last counts, as in `datasets.clips`


@dataclass(frozen=True, slots=True)
class Film:
    """An open clip.

    Attributes:
        fps: pictures a second.
        length: how many pictures the file says it has; it may be wrong.
        pictures: (H, W, 3) uint8 RGB and the time in whole milliseconds.
    """

    fps: float
    length: int
    pictures: Iterator[tuple[Image, int]]


def find_clips(folder: Path) -> list[Path]:
    """The clips of a folder by name, one for each name."""
    by_name = {path.stem: path for ending in ENDINGS for path in folder.glob(f"*{ending}")}
    return [by_name[name] for name in sorted(by_name)]


@contextmanager
def open_film(path: Path) -> Iterator[Film]:
    """Open a clip.

    Raises:
        ConfigError: it is no clip, or does not say how fast it runs.
    """
    video = cv2.VideoCapture(str(path))
    try:
        fps = video.get(cv2.CAP_PROP_FPS)
        # Times in milliseconds have to rise from picture to picture.
        if not video.isOpened() or not 0.0 < fps <= 1000.0:
            raise ConfigError(
                f"expected a clip of up to 1000 pictures a second at {path}, got none"
            )
        yield Film(fps, max(int(video.get(cv2.CAP_PROP_FRAME_COUNT)), 0), _pictures(video, fps))
    finally:
        video.release()


def _pictures(video: cv2.VideoCapture, fps: float) -> Iterator[tuple[Image, int]]:
    index = 0
    while True:
        good, frame = video.read()
        if not good:
            return
        # Cut, not rounded: the stored labels were made so, and the teacher's filter sees it.
        yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), np.uint8), int(index * 1000 / fps)
        index += 1
