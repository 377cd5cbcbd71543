"""The virtual camera, with a stand-in for pyvirtualcam, whose devices no test machine has."""

import logging
import sys
import threading
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from avatar_bridge.clock import SystemClock
from avatar_bridge.errors import SinkError
from avatar_bridge.sinks.base import Viewer
from avatar_bridge.sinks.guard import GuardedSink
from avatar_bridge.sinks.virtualcam import VirtualCamera, create
from avatar_bridge.types import Frame


class Device:
    """What pyvirtualcam would open."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.opened: list[tuple[int, int, float, str, str | None]] = []
        self.sent: list[np.ndarray] = []
        self.got = threading.Event()
        self.closed = threading.Event()

    def open(
        self, width: int, height: int, fps: float, *, fmt: str, device: str | None
    ) -> "Device":
        if self.failures:
            self.failures -= 1
            raise RuntimeError("'v4l2loopback' backend: No device\nfound")
        self.opened.append((width, height, fps, fmt, device))
        return self

    def __enter__(self) -> "Device":
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()

    def send(self, image: np.ndarray) -> None:
        assert image.flags.c_contiguous
        self.sent.append(image)
        self.got.set()


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Device:
    found = Device()
    library = ModuleType("pyvirtualcam")
    library.Camera = found.open  # type: ignore[attr-defined]
    library.PixelFormat = SimpleNamespace(BGR="bgr")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyvirtualcam", library)
    return found


def frame(height: int, width: int, level: int) -> Frame:
    return Frame(np.full((height, width, 3), level, np.uint8), 0, 0)


def shown(device: Device, sink: VirtualCamera, picture: Frame) -> np.ndarray:
    device.got.clear()
    sink.see(picture)
    assert device.got.wait(5)
    return device.sent[-1]


def test_pictures_are_shown_as_they_come(device: Device) -> None:
    sink = create(SystemClock(), device="/dev/video10")
    for level in (10, 200):
        np.testing.assert_array_equal(
            shown(device, sink, frame(48, 64, level)), np.full((48, 64, 3), level, np.uint8)
        )
    sink.close()
    assert device.closed.wait(5)
    assert device.opened == [(64, 48, 30.0, "bgr", "/dev/video10")]


def test_other_sizes_are_fitted_to_the_first_which_is_even(device: Device) -> None:
    sink = create(SystemClock())
    assert shown(device, sink, frame(49, 65, 1)).shape == (48, 64, 3)
    assert shown(device, sink, frame(96, 128, 2)).shape == (48, 64, 3)
    sink.close()


def test_a_missing_camera_is_one_line_and_tried_again(
    device: Device, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avatar_bridge.sinks.worker.FIRST_PAUSE_S", 0.01)
    device.failures = 1
    with caplog.at_level(logging.WARNING):
        sink = create(SystemClock())
        sink._worker._pause_s = 0.01
        for _ in range(500):
            sink.see(frame(48, 64, 7))
            if device.got.wait(0.02):
                break
        sink.close()
    assert device.sent
    first = caplog.messages[0]
    assert "expected a virtual camera" in first
    assert "No device found" in first
    assert "\n" not in first


def test_closing_without_a_picture_ends_at_once(device: Device) -> None:
    create(SystemClock()).close()
    assert not device.opened
    assert not [t for t in threading.enumerate() if t.name == "sink virtualcam"]


def test_without_the_extra_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(SinkError, match=r'pip install "avatar-bridge\[virtualcam\]"'):
        create(SystemClock())


def test_a_guard_lets_pictures_through(device: Device) -> None:
    guarded = GuardedSink("virtualcam", create(SystemClock()), SystemClock())
    assert isinstance(guarded, Viewer)
    guarded.see(frame(48, 64, 3))
    assert device.got.wait(5)
    guarded.close()
