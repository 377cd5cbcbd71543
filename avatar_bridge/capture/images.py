"""One image, or a folder of images in the order of their names.

Sub-folders and files of other kinds are left alone. Grey, 16 bit and transparent images become
8 bit BGR; what is transparent shows the colour that the file has there. A photograph is turned
upright by its EXIF mark.
"""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.capture.address import IMAGE_SUFFIXES
from avatar_bridge.capture.base import as_path
from avatar_bridge.capture.decoder import quiet
from avatar_bridge.capture.image_size import image_size
from avatar_bridge.capture.playback import PlaybackSource
from avatar_bridge.clock import Clock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.types import Image

DEFAULT_FPS = 30.0
MOST_PIXELS = 200_000_000  # of one file: more than any camera takes


class ImageReel:
    """Image files as a row of pictures, evenly spaced in time.

    Args:
        paths: the files, in order.
        fps: pictures a second.
    """

    def __init__(self, paths: tuple[Path, ...], fps: float) -> None:
        self.fps = fps
        self._paths = paths
        self._at = -1

    def advance(self) -> float | None:
        if self._at + 1 >= len(self._paths):
            return None
        self._at += 1
        return self._at / self.fps

    def picture(self) -> Image:
        return read_image(self._paths[self._at])

    def rewind(self) -> None:
        self._at = -1

    def close(self) -> None:
        pass


class ImageSource(PlaybackSource):
    """Shows image files.

    Args:
        paths: the files, in order.
        label: the source's name, for people.
        config: pace and looping.
        clock: paces the showing.

    Attributes:
        names: the files' names by picture index.
    """

    def __init__(
        self, paths: tuple[Path, ...], label: str, config: SourceConfig, clock: Clock
    ) -> None:
        reel = ImageReel(paths, config.fps or DEFAULT_FPS)
        super().__init__(reel, label, len(paths), clock, config.realtime, config.loop)
        self.names = tuple(path.name for path in paths)


def read_image(path: Path) -> Image:
    """Read one image file as (H, W, 3) uint8 BGR.

    Raises:
        CaptureError: unreadable, or not an image; the message names the file.
    """
    quiet()
    try:
        # Not cv2.imread, which cannot open every name on Windows.
        data = path.read_bytes()
        _expect_modest(data, path)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except OSError as error:
        raise CaptureError(f"expected a readable image at {path}, got: {error.strerror}") from error
    except cv2.error:
        image = None
    if image is None:
        raise CaptureError(f"expected an image at {path}, got a file that cannot be decoded")
    return np.asarray(image, np.uint8)


def _expect_modest(data: bytes, path: Path) -> None:
    """Leave alone what would fill the memory once it is unpacked."""
    try:
        width, height = image_size(data)
    except CaptureError as error:
        raise CaptureError(
            f"expected an image at {path}, got a file that cannot be decoded: {error}"
        ) from error
    if not 0 < width * height <= MOST_PIXELS:
        raise CaptureError(f"{path}: expected 1 to {MOST_PIXELS} pixels, got {width} x {height}")


def find_images(path: Path) -> tuple[Path, ...]:
    """The image itself, or a folder's images sorted by name.

    Raises:
        CaptureError: nothing there, or a folder without images.
    """
    if path.is_file():
        return (path,)
    if not path.is_dir():
        raise CaptureError(f"expected an image or a folder at {path}, got nothing there")
    try:
        found = [p for p in path.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES and p.is_file()]
    except OSError as error:
        raise CaptureError(
            f"expected a readable folder at {path}, got: {error.strerror}"
        ) from error
    if not found:
        kinds = " ".join(sorted(IMAGE_SUFFIXES))
        raise CaptureError(f"expected images ({kinds}) in {path}, got none")
    return tuple(sorted(found, key=lambda p: p.name))


def create(target: str, config: SourceConfig, clock: Clock) -> ImageSource:
    """Open an image or a folder; `config.fps`, or 30, spaces the pictures in time.

    Raises:
        CaptureError: nothing there, a folder without images, or a single image that is broken.
    """
    path = as_path(target)
    paths = find_images(path)
    if path.is_file():
        read_image(path)
    return ImageSource(paths, path.resolve().name or str(path), config, clock)
