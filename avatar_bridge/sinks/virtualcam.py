"""A virtual camera: what the bridge sees, for programs that take a webcam.

A camera that the bridge reads is closed to most other programs; this one is open to them. It is
OBS's virtual camera on Windows and macOS, v4l2loopback's on Linux, by pyvirtualcam, which the extra
`virtualcam` brings. The picture is the camera's own, after mirroring.
"""

from importlib import import_module
from typing import Any

import cv2
import numpy as np

from avatar_bridge.clock import Clock
from avatar_bridge.errors import SinkError
from avatar_bridge.mailbox import Empty
from avatar_bridge.sinks.base import QuietSink
from avatar_bridge.sinks.worker import Worker
from avatar_bridge.types import Frame, Image, StreamInfo

NAME = "virtualcam"
DEFAULT_FPS = 30.0  # of a source that does not know its rate
WAIT_S = 0.2  # for a picture, before looking whether to end
_PACKAGE = "pyvirtualcam"
_INSTALL = 'pip install "avatar-bridge[virtualcam]"'


class VirtualCamera(QuietSink):
    """Shows every picture in a virtual camera, or the newest where that is slower.

    The camera is opened at the first picture, with its size; pictures of other sizes are fitted.

    Args:
        library: pyvirtualcam.
        device: name of the camera; empty for the first one that there is.
    """

    def __init__(self, library: Any, device: str) -> None:
        self._library = library
        self._device = device or None
        self._fps = DEFAULT_FPS
        self._worker: Worker[Frame] = Worker(NAME, self._session)

    def describe(self, info: StreamInfo) -> None:
        self._fps = info.target_fps or DEFAULT_FPS

    def see(self, frame: Frame) -> None:
        """Show a picture soon; never waits."""
        self._worker.newest.put(frame)

    @property
    def state(self) -> str:
        """Whether its receiver takes what is sent, for people."""
        return self._worker.state

    def close(self) -> None:
        self._worker.close()

    def _session(self, worker: Worker[Frame]) -> None:
        first = self._take(worker)
        if first is None:
            return
        width, height = (side - side % 2 for side in first.size)  # cameras have even sides
        try:
            camera = self._library.Camera(
                width, height, self._fps, fmt=self._library.PixelFormat.BGR, device=self._device
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SinkError(
                f"expected a virtual camera (OBS's, or v4l2loopback's), got: "
                f"{' '.join(str(error).split())}"
            ) from error
        with camera:
            worker.reached()
            frame: Frame | None = first
            while frame is not None:
                camera.send(_fitted(frame.image, width, height))
                frame = self._take(worker)

    def _take(self, worker: Worker[Frame]) -> Frame | None:
        """The next picture; None once the sink is closed."""
        while not worker.closing.is_set():
            taken = worker.newest.take(WAIT_S)
            if isinstance(taken, Frame):
                return taken
            if taken is Empty.ENDED:
                return None
        return None


def _fitted(image: Image, width: int, height: int) -> Image:
    """(height, width, 3), contiguous."""
    if image.shape[:2] != (height, width):
        image = np.asarray(cv2.resize(image, (width, height)), np.uint8)
    return np.ascontiguousarray(image)


def create(clock: Clock, *, device: str = "") -> VirtualCamera:
    """Show the pictures in a virtual camera.

    Args:
        clock: not needed: pictures go out as they come.
        device: name of the camera, such as /dev/video10; empty for the first one that there is.

    Raises:
        SinkError: pyvirtualcam is not installed, or has no camera for this system.
    """
    try:
        library = import_module(_PACKAGE)
    except ImportError as error:
        raise SinkError(f"{NAME} needs {_PACKAGE}: {_INSTALL} ({error})") from error
    return VirtualCamera(library, device)
