"""Tiny videos, images and decoders, made on the spot."""

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

LEVEL_STEP = 10  # brightness from one picture of a made video to the next


class ScriptedDecoder:
    """Stands in for cv2.VideoCapture: gives pictures of one brightness each, as scripted.

    A number is a picture of that brightness, None a failed read, an Event a driver that hangs
    until it is set. When the script is over every read fails.
    """

    def __init__(
        self,
        script: Iterable[int | threading.Event | None] = (),
        opened: bool = True,
        fps: float = 30.0,
        count: float = 0.0,
        stamps_ms: list[float] | None = None,
    ) -> None:
        self._script = iter(script)
        self._opened = opened
        self._stamps = iter(stamps_ms or [])
        self._properties = {cv2.CAP_PROP_FPS: fps, cv2.CAP_PROP_FRAME_COUNT: count}
        self._level = 0
        self.released = False

    def isOpened(self) -> bool:  # noqa: N802
        return self._opened

    def grab(self) -> bool:
        assert not self.released
        entry = next(self._script, None)
        if isinstance(entry, threading.Event):
            entry.wait(5)
            return self.grab()
        if entry is None:
            return False
        self._level = entry
        self._properties[cv2.CAP_PROP_POS_MSEC] = next(self._stamps, 0.0)
        return True

    def retrieve(self) -> tuple[bool, Any]:
        return True, np.full((4, 6, 3), self._level, np.uint8)

    def get(self, propId: int) -> float:  # noqa: N803
        return self._properties.get(propId, 0.0)

    def release(self) -> None:
        self.released = True


def level(image: Any) -> int:
    """Which picture of a made video this is."""
    return round(float(np.mean(image)) / LEVEL_STEP)


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """Makes a video whose pictures brighten by LEVEL_STEP each."""

    def make(count: int = 8, fps: float = 25.0, name: str = "clip.mp4") -> Path:
        path = tmp_path / name
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (64, 48))
        for index in range(count):
            writer.write(np.full((48, 64, 3), index * LEVEL_STEP, np.uint8))
        writer.release()
        return path

    return make


@pytest.fixture
def save_image(tmp_path: Path) -> Callable[..., Path]:
    """Saves an array as an image file."""

    def save(name: str, image: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
        return path

    return save
