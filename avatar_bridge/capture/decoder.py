"""OpenCV's decoders and devices, behind one small interface and without their chatter."""

import os
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from avatar_bridge.types import Image

FFMPEG_LOG_LEVEL = "OPENCV_FFMPEG_LOGLEVEL"
FFMPEG_QUIET = "-8"  # AV_LOG_QUIET


class Decoder(Protocol):
    """The part of `cv2.VideoCapture` that sources use."""

    def isOpened(self) -> bool:  # noqa: N802
        """Whether there is anything to read from."""
        ...

    def grab(self) -> bool:
        """Step to the next picture; False at the end or on a failure."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """The picture last grabbed, in a fresh array."""
        ...

    def get(self, propId: int) -> float:  # noqa: N803
        """One property, such as `cv2.CAP_PROP_FPS`; 0 where it is unknown."""
        ...

    def release(self) -> None:
        """Let go of the device or file."""
        ...


Opener = Callable[[], Decoder]


def quiet() -> None:
    """Keep OpenCV and FFmpeg from writing to the terminal; our own errors say what went wrong.

    Called when something is opened, never at import. FFmpeg's level is read from the environment
    when OpenCV first opens a video: a level that the user has set there is kept.
    """
    os.environ.setdefault(FFMPEG_LOG_LEVEL, FFMPEG_QUIET)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def open_decoder(target: str | int, backend: int, parameters: Sequence[int] = ()) -> Decoder:
    """Open a device, file or URL; ask the answer's `isOpened` whether that went well."""
    quiet()
    if isinstance(target, str) and not _is_text(target):
        return cv2.VideoCapture()  # OpenCV crashes on it
    try:
        return cv2.VideoCapture(target, backend, list(parameters))
    except cv2.error:
        return cv2.VideoCapture()


def _is_text(name: str) -> bool:
    """Whether a name holds no bytes that the file system could not decode."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def next_picture(decoder: Decoder) -> Image | None:
    """The next picture as (H, W, 3) uint8 BGR, or None where none came."""
    try:
        return picture(decoder) if decoder.grab() else None
    except cv2.error:
        return None


def picture(decoder: Decoder) -> Image | None:
    """The picture last grabbed as (H, W, 3) uint8 BGR, or None where it could not be decoded."""
    try:
        decoded, image = decoder.retrieve()
    except cv2.error:
        return None
    return _as_bgr(np.asarray(image)) if decoded and image is not None else None


def _as_bgr(image: np.ndarray[Any, Any]) -> Image | None:
    if image.size == 0:
        return None
    if image.dtype == np.uint16:
        image = (image >> 8).astype(np.uint8)
    if image.dtype != np.uint8:
        return None
    channels = 1 if image.ndim == 2 else image.shape[2]
    if channels == 1:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
    if channels == 4:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), np.uint8)
    return image if channels == 3 else None
