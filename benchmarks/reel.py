"""Pictures in memory, played at a rate of their own: a camera for benchmarks."""

import itertools

from avatar_bridge.capture.address import open_source
from avatar_bridge.clock import NS_PER_S, SystemClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.types import Frame, Image


class Reel:
    """Pictures in memory, played in a circle."""

    label = "reel"
    state = "running"
    frame_count = None

    def __init__(self, images: list[Image], fps: float, clock: SystemClock) -> None:
        self.fps = fps
        self._images = itertools.cycle(images)
        self._clock = clock
        self._index = itertools.count()
        self._due_ns = clock.now_ns()

    def read(self) -> Frame:
        self._due_ns += round(NS_PER_S / self.fps)
        self._clock.sleep((self._due_ns - self._clock.now_ns()) / NS_PER_S)
        return Frame(next(self._images), next(self._index), self._clock.now_ns())

    def close(self) -> None:
        pass


def performer(most: int | None = None) -> list[Image]:
    """The first pictures of the built-in performer, or all."""
    source = open_source(SourceConfig(uri="performer", realtime=False), SystemClock())
    images: list[Image] = []
    while len(images) != most and (frame := source.read()) is not None:
        images.append(frame.image)
    source.close()
    return images


def to_and_fro(images: list[Image]) -> list[Image]:
    """A round without a jump at its end: forwards, then backwards."""
    return images + images[-2:0:-1]
