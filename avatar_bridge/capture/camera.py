"""Cameras: a device by number or path, or a network stream by URL.

A thread of its own reads the device all the time and keeps only the newest picture, because the
layers below queue pictures and a slow reader would fall behind. A device that fails is opened
again and again, ever more rarely, until it is back or the source is closed.
"""

import re
import sys
import threading
from functools import partial

import cv2

from avatar_bridge.capture.base import public
from avatar_bridge.capture.decoder import Decoder, Opener, next_picture, open_decoder
from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.types import Frame, Image

FIRST_RETRY_S = 0.5
LAST_RETRY_S = 8.0
STALLED_S = 2.0  # without a picture for this long, the camera counts as stalled
JOIN_S = 1.0  # a driver may hold its thread longer; the thread then ends by itself
NETWORK_TIMEOUT_MS = 5000
MAX_FPS = 240.0

_URL = re.compile(r"(https?|rtsps?)://[^/\s]", re.IGNORECASE)
_CURE = "plug it in, close other programs that use it, or try another camera:INDEX"


class CameraSource:
    """The newest picture of a camera.

    `Frame.index` counts all pictures that the camera delivered, so gaps are those which the
    reader was too late for.

    Args:
        opener: opens the device; called again after each failure, on the camera's thread.
        label: its name for people.
        clock: stamps the pictures.
        cure: what a person can do about a camera that is not there.
        first_retry_s: wait before the first attempt to open it again; it doubles each time.
        last_retry_s: longest wait between attempts.

    Raises:
        CaptureError: no camera there, or one that gives no picture.
    """

    def __init__(
        self,
        opener: Opener,
        label: str,
        clock: Clock,
        cure: str = _CURE,
        first_retry_s: float = FIRST_RETRY_S,
        last_retry_s: float = LAST_RETRY_S,
    ) -> None:
        self.label = label
        self._opener = opener
        self._clock = clock
        self._first_retry_s = first_retry_s
        self._last_retry_s = last_retry_s
        self._stop = threading.Event()
        self._news = threading.Condition()  # guards the fields below
        self._newest: Frame | None = None
        self._count = 0
        self._delivered_ns = 0
        self._connected = True
        self._alive = True
        decoder = opener()
        if not decoder.isOpened():
            decoder.release()
            raise CaptureError(f"expected {label}, got no camera there: {cure}")
        first = next_picture(decoder)
        if first is None:
            decoder.release()
            raise CaptureError(f"expected pictures from {label}, got none: {cure}")
        rate = decoder.get(cv2.CAP_PROP_FPS)
        self.fps = rate if 0 < rate <= MAX_FPS else 0.0
        self._deliver(first)
        self._thread = threading.Thread(
            target=self._run, args=(decoder,), name=f"capture {label}", daemon=True
        )
        self._thread.start()

    @property
    def frame_count(self) -> int | None:
        return None

    @property
    def state(self) -> str:
        """One of "running", "stalled", "reconnecting" and "closed"."""
        if self._stop.is_set():
            return "closed"
        with self._news:
            silent_s = (self._clock.now_ns() - self._delivered_ns) / NS_PER_S
            if not self._connected:
                return "reconnecting"
            return "stalled" if silent_s > STALLED_S else "running"

    def read(self) -> Frame | None:
        with self._news:
            self._news.wait_for(
                lambda: self._newest is not None or self._stop.is_set() or not self._alive
            )
            if self._stop.is_set():
                return None
            frame, self._newest = self._newest, None
        if frame is None:
            raise CaptureError(f"expected pictures from {self.label}, got an end of its thread")
        return frame

    def close(self) -> None:
        self._stop.set()
        with self._news:
            self._news.notify_all()
        self._thread.join(JOIN_S)

    def _run(self, decoder: Decoder) -> None:
        """Read until closed. Only this thread touches the device once it runs."""
        try:
            while not self._stop.is_set():
                image = next_picture(decoder)
                if image is None:
                    decoder.release()
                    decoder = self._reconnect(decoder)
                else:
                    self._deliver(image)
        finally:
            decoder.release()
            with self._news:
                self._alive = False
                self._news.notify_all()

    def _reconnect(self, lost: Decoder) -> Decoder:
        """Open the device again until it gives a picture; the lost one when closed meanwhile."""
        with self._news:
            self._connected = False
        wait_s = self._first_retry_s
        while not self._stop.wait(wait_s):
            wait_s = min(2 * wait_s, self._last_retry_s)
            decoder = self._opener()
            image = next_picture(decoder) if decoder.isOpened() else None
            if image is not None:
                self._deliver(image)
                return decoder
            decoder.release()
        return lost

    def _deliver(self, image: Image) -> None:
        with self._news:
            self._delivered_ns = self._clock.now_ns()
            self._newest = Frame(image, self._count, self._delivered_ns)
            self._count += 1
            self._connected = True
            self._news.notify_all()


def open_device(device: str | int, config: SourceConfig) -> Decoder:
    """Open a local camera, asking for what the configuration names; it may give its own."""
    backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
    decoder = open_decoder(device, backend)
    if isinstance(decoder, cv2.VideoCapture) and decoder.isOpened():
        # The compressed format first: it decides which sizes and rates there are.
        decoder.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        decoder.set(cv2.CAP_PROP_FRAME_WIDTH, config.width)
        decoder.set(cv2.CAP_PROP_FRAME_HEIGHT, config.height)
        if config.fps is not None:
            decoder.set(cv2.CAP_PROP_FPS, config.fps)
        decoder.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return decoder


def open_stream(url: str) -> Decoder:
    """Open a network camera."""
    timeouts = (
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, NETWORK_TIMEOUT_MS),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, NETWORK_TIMEOUT_MS),
    )
    return open_decoder(url, cv2.CAP_FFMPEG, timeouts)


def create(target: str, config: SourceConfig, clock: Clock) -> CameraSource:
    """Open a camera.

    Args:
        target: a number, a device path such as /dev/video0, or an http, https or rtsp URL.
        config: `width`, `height` and `fps` are asked of a device; a stream has its own.
        clock: stamps the pictures.

    Raises:
        CaptureError: not a camera's address, no camera there, or one that gives no picture.
    """
    if target.isascii() and target.isdigit():
        return CameraSource(partial(open_device, int(target), config), f"camera {target}", clock)
    if target.startswith("/dev/"):
        return CameraSource(partial(open_device, target, config), f"camera {target}", clock)
    if _URL.match(target):
        label = f"camera {public(target)}"
        cure = "check that its address is right and that it can be reached"
        return CameraSource(partial(open_stream, target), label, clock, cure)
    raise CaptureError(
        "expected camera:INDEX, camera:/dev/videoN or camera:URL (http, https, rtsp), "
        f"got 'camera:{target}'"
    )
