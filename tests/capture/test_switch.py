"""A source that is exchanged while it is read."""

import threading
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.capture.address import device_of
from avatar_bridge.capture.switch import SwitchedSource
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.types import Frame

PATIENCE_S = 10.0


class Device:
    """Gives a picture whenever it is told to; its pixels say whose it is."""

    fps, frame_count, state = 30.0, None, "running"

    def __init__(self, config: SourceConfig) -> None:
        self.config = config
        self.label = config.uri
        self.closed = False
        self.late = False  # whether a picture still comes out when it is closed
        self._told = threading.Semaphore(0)
        self._index = 0

    def give(self, count: int = 1) -> None:
        self._told.release(count)

    def read(self) -> Frame | None:
        assert self._told.acquire(timeout=PATIENCE_S)
        if self.closed and not self.late:
            raise CaptureError("the device is gone")
        image = np.zeros((2, 2, 3), np.uint8)
        image[:, 0] = int(self.label[-1])
        self._index += 1
        return Frame(image, self._index - 1, self._index)

    def close(self) -> None:
        self.closed = True
        self._told.release()


class Rig:
    """Opens devices, each only once at a time."""

    def __init__(self) -> None:
        self.devices: list[Device] = []
        self.refused: set[str] = set()
        self.source = SwitchedSource(SourceConfig(uri="camera:1"), self.open, device_of)

    def open(self, config: SourceConfig) -> Device:
        assert not config.mirror, "the switch mirrors"
        there = [device for device in self.devices if not device.closed]
        if config.uri in self.refused or any(d.label == config.uri for d in there):
            raise CaptureError(f"expected {config.uri}, got none")
        self.devices.append(Device(config))
        return self.devices[-1]

    def next(self) -> tuple[int, int, int]:
        """Of the next picture: left pixel, index, and cuts before it."""
        self.devices[-1].give()
        frame = self.source.read()
        assert frame is not None
        return int(frame.image[0, 0, 0]), frame.index, self.source.cuts


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_pictures_of_the_other_source_follow_and_are_counted_on(rig: Rig) -> None:
    assert [rig.next(), rig.next()] == [(1, 0, 0), (1, 1, 0)]
    rig.source.switch("camera:2")
    assert rig.devices[0].closed
    assert rig.source.label == rig.source.config.uri == "camera:2"
    assert rig.devices[-1].config.loop, "a file that is changed to does not end the stream"
    assert [rig.next(), rig.next()] == [(2, 2, 1), (2, 3, 1)]


@pytest.mark.parametrize("late", [False, True])
def test_a_reader_that_waits_goes_on_with_the_other_source(rig: Rig, late: bool) -> None:
    rig.devices[0].late = late
    got: list[Frame | None] = []
    reader = threading.Thread(target=lambda: got.append(rig.source.read()))
    reader.start()
    rig.source.switch("camera:2")
    rig.devices[-1].give()
    reader.join(PATIENCE_S)
    assert got[0] is not None
    assert got[0].image[0, 0, 0] == 2


def test_a_source_that_cannot_be_opened_leaves_the_one_before(rig: Rig) -> None:
    rig.refused.add("camera:2")
    with pytest.raises(CaptureError, match="expected camera:2, got none"):
        rig.source.switch("camera:2")
    assert rig.next() == (1, 0, 0)
    assert rig.source.config.uri == "camera:1"


def test_the_same_camera_is_closed_before_it_is_opened(rig: Rig) -> None:
    rig.next()
    rig.source.switch("camera:/dev/video1")
    assert [device.closed for device in rig.devices] == [True, False]
    assert rig.next() == (1, 1, 1)
    rig.refused.add("camera:1")
    with pytest.raises(CaptureError):
        rig.source.switch("camera:1")
    assert rig.source.label == "camera:/dev/video1", "it is opened again"
    assert rig.next() == (1, 2, 2)


def test_a_lost_camera_waits_for_another_source(rig: Rig) -> None:
    rig.refused |= {"camera:1", "camera:/dev/video1"}
    with pytest.raises(CaptureError):
        rig.source.switch("camera:/dev/video1")
    assert (rig.source.state, rig.source.fps) == ("lost", 0.0)
    rig.source.switch("camera:2")
    assert rig.next() == (2, 0, 2 - 1)


def test_mirroring_is_a_cut(rig: Rig) -> None:
    assert rig.next() == (1, 0, 0)
    rig.source.mirror(True)
    assert rig.next() == (0, 1, 1)
    rig.source.mirror(True)
    rig.source.switch("camera:2")
    assert rig.next() == (0, 2, 2), "the other source is mirrored, too"
    rig.source.mirror(False)
    assert rig.next() == (2, 3, 3)


def test_the_rate_asked_of_one_source_is_asked_of_no_other() -> None:
    opened: list[SourceConfig] = []

    def open_(config: SourceConfig) -> Device:
        opened.append(config)
        return Device(config)

    source = SwitchedSource(SourceConfig(uri="camera:1", fps=15.0), open_, device_of)
    source.switch("camera:2")
    source.switch("camera:1")
    assert [config.fps for config in opened] == [15.0, None, 15.0]


def test_a_file_that_is_gone_can_be_left(tmp_path: Path) -> None:
    clip = tmp_path / "clip1"
    clip.touch()
    source = SwitchedSource(SourceConfig(uri=str(clip)), Device, device_of)
    clip.unlink()
    source.switch("camera:2")
    assert source.label == "camera:2"


def test_a_port_is_let_go_before_it_is_taken_for_other_machines() -> None:
    rig = Rig()
    rig.source.switch("remote:5572")
    rig.source.switch("remote:0.0.0.0:5572")
    assert [device.closed for device in rig.devices] == [True, True, False]
    rig.refused |= {"remote:5572", "remote:0.0.0.0:5572"}
    with pytest.raises(CaptureError, match="expected remote:5572, got none; and the one before is"):
        rig.source.switch("remote:5572")


def test_an_error_of_the_source_in_place_is_told(rig: Rig) -> None:
    rig.devices[0].closed = True
    rig.devices[0].give()
    with pytest.raises(CaptureError, match="the device is gone"):
        rig.source.read()


def test_closing_ends_a_reader(rig: Rig) -> None:
    got: list[object] = []

    def read() -> None:
        try:
            got.append(rig.source.read())
        except CaptureError as error:
            got.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    rig.source.close()
    reader.join(PATIENCE_S)
    assert not reader.is_alive()
    assert rig.source.read() is None
