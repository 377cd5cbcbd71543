import http.server
import threading
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest

from avatar_bridge.capture import camera
from avatar_bridge.capture.camera import CameraSource
from avatar_bridge.clock import ManualClock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError

from .conftest import ScriptedDecoder

PATIENCE_S = 5.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.001)


class Device:
    """A camera that is opened again and again: one decoder after the other."""

    def __init__(self, *decoders: ScriptedDecoder) -> None:
        self._decoders = iter(decoders)
        self.opened = 0

    def __call__(self) -> ScriptedDecoder:
        self.opened += 1
        return next(self._decoders, ScriptedDecoder(opened=False))


@pytest.fixture
def start() -> Iterator[Callable[..., CameraSource]]:
    sources: list[CameraSource] = []

    def begin(device: Device, clock: ManualClock | None = None, retry_s: float = 0.001):
        source = CameraSource(
            device, "camera 0", clock or ManualClock(), first_retry_s=retry_s, last_retry_s=retry_s
        )
        sources.append(source)
        return source

    yield begin
    for source in sources:
        source.close()


def test_gives_the_newest_picture_and_counts_the_others(start) -> None:
    more, end = threading.Event(), threading.Event()
    source = start(Device(ScriptedDecoder([1, more, 2, 3, 4, end])))
    first = source.read()
    assert (first.index, first.image[0, 0, 0]) == (0, 1)
    more.set()
    until(lambda: source._count == 4)
    newest = source.read()
    assert (newest.index, newest.image[0, 0, 0]) == (3, 4)
    end.set()


def test_stamps_with_the_clock(start) -> None:
    clock, end = ManualClock(7_000), threading.Event()
    assert start(Device(ScriptedDecoder([1, end])), clock).read().captured_ns == 7_000
    end.set()


def test_comes_back_after_a_loss_and_counts_on(start) -> None:
    lost, end = threading.Event(), threading.Event()
    device = Device(
        ScriptedDecoder([1, lost]),
        ScriptedDecoder(opened=False),
        ScriptedDecoder([]),
        ScriptedDecoder([9, end]),
    )
    source = start(device)
    assert source.read().index == 0
    assert source.state == "running"
    lost.set()
    back = source.read()
    assert (back.index, back.image[0, 0, 0]) == (1, 9)
    assert source.state == "running"
    assert device.opened == 4
    end.set()


def test_says_that_it_reconnects(start) -> None:
    source = start(Device(ScriptedDecoder([1])), retry_s=60)
    until(lambda: source.state == "reconnecting")


def test_waits_longer_from_attempt_to_attempt() -> None:
    waits: list[float] = []

    class Recorded(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0)
            return len(waits) > 5

    source = CameraSource(Device(ScriptedDecoder([1])), "camera 0", ManualClock())
    source.close()
    source._stop = Recorded()
    source._reconnect(ScriptedDecoder())
    assert waits == [0.5, 1, 2, 4, 8, 8]


def test_says_that_it_stalls(start) -> None:
    clock, hang = ManualClock(), threading.Event()
    source = start(Device(ScriptedDecoder([1, hang])), clock)
    clock.sleep(camera.STALLED_S + 1)
    assert source.state == "stalled"
    hang.set()


def test_closing_ends_a_waiting_read(start) -> None:
    source = start(Device(ScriptedDecoder([1])), retry_s=60)
    assert source.read() is not None
    answers: list[object] = []
    reader = threading.Thread(target=lambda: answers.append(source.read()))
    reader.start()
    source.close()
    reader.join(PATIENCE_S)
    assert answers == [None]
    assert source.state == "closed"
    assert source.read() is None


def test_the_device_is_released_by_its_own_thread(start) -> None:
    hang = threading.Event()
    decoder = ScriptedDecoder([1, hang, 2])
    source = start(Device(decoder))
    closing = threading.Thread(target=source.close)
    closing.start()
    assert not decoder.released  # a read is under way: releasing now would crash a real driver
    hang.set()
    closing.join(PATIENCE_S)
    until(lambda: decoder.released)


def test_a_broken_thread_is_an_error_not_a_hang(start) -> None:
    source = start(Device(ScriptedDecoder([1])), retry_s=60)
    source.read()
    with source._news:
        source._alive = False
        source._news.notify_all()
    with pytest.raises(CaptureError, match="camera 0"):
        source.read()


@pytest.mark.parametrize(
    ("decoder", "got"),
    [(ScriptedDecoder(opened=False), "no camera there"), (ScriptedDecoder([]), "got none")],
)
def test_no_camera_is_one_line_with_a_cure(decoder: ScriptedDecoder, got: str) -> None:
    with pytest.raises(CaptureError) as caught:
        CameraSource(Device(decoder), "camera 0", ManualClock())
    message = str(caught.value)
    assert "camera 0" in message
    assert got in message
    assert "plug it in" in message
    assert "\n" not in message
    assert decoder.released


@pytest.mark.parametrize(("rate", "fps"), [(30.0, 30.0), (0.0, 0.0), (1e6, 0.0), (-1.0, 0.0)])
def test_an_odd_rate_is_an_unknown_one(start, rate: float, fps: float) -> None:
    end = threading.Event()
    assert start(Device(ScriptedDecoder([1, end], fps=rate))).fps == fps
    end.set()


@pytest.mark.parametrize("target", ["", "front", "-1", "1.5", "ftp://host/x", "http://", "/etc/x"])
def test_what_is_no_camera_address(target: str) -> None:
    with pytest.raises(CaptureError, match="expected camera:INDEX"):
        camera.create(target, SourceConfig(), ManualClock())


@pytest.mark.parametrize("target", ["63", "/dev/video63", "http://user:secret@127.0.0.1:9/x.mjpg"])
def test_a_missing_camera_says_nothing_of_its_own(target: str, capfd) -> None:
    with pytest.raises(CaptureError, match="got no camera there") as caught:
        camera.create(target, SourceConfig(), ManualClock())
    assert "secret" not in str(caught.value)
    out, err = capfd.readouterr()
    assert out == ""
    assert err == ""


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("1", "camera 1"),
        ("/dev/video2", "camera /dev/video2"),
        ("rtsp://me:word@cam/1", "camera rtsp://cam/1"),
        ("https://cam/a@b.mjpg", "camera https://cam/a@b.mjpg"),
    ],
)
def test_labels(monkeypatch, target: str, label: str) -> None:
    def opened(*_: object) -> ScriptedDecoder:
        return ScriptedDecoder([1])

    monkeypatch.setattr(camera, "open_device", opened)
    monkeypatch.setattr(camera, "open_stream", opened)
    source = camera.create(target, SourceConfig(), ManualClock())
    assert source.label == label
    assert source.frame_count is None
    source.close()


class MotionJpeg(http.server.BaseHTTPRequestHandler):
    """A network camera of twenty grey pictures."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), 128, np.uint8))[1].tobytes()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        for _ in range(20):
            self.wfile.write(head.encode() + jpeg + b"\r\n")

    def log_message(self, *_: object) -> None:
        pass


def test_a_network_camera(capfd) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), MotionJpeg)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/live.mjpg"
    source = camera.create(url, SourceConfig(), ManualClock())
    frame = source.read()
    source.close()
    server.shutdown()
    server.server_close()
    assert frame.image.shape == (48, 64, 3)
    assert abs(int(frame.image.mean()) - 128) < 3
    assert capfd.readouterr() == ("", "")
