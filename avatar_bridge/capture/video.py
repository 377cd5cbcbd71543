"""Video files.

A phone's upright video is turned upright by the rotation that its file carries. A picture's time
is the file's own where that makes sense, and is counted from the frame rate where it does not.
"""

import logging
import math
from functools import partial
from pathlib import Path

import cv2

from avatar_bridge.capture.base import as_path
from avatar_bridge.capture.decoder import Decoder, Opener, open_decoder, picture
from avatar_bridge.capture.playback import PlaybackSource
from avatar_bridge.clock import Clock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError
from avatar_bridge.types import Image

DEFAULT_FPS = 30.0  # where the file does not say
MAX_FPS = 240.0  # above this a frame rate is a container's time base, not a rate
MAX_STEP_S = 10.0  # a longer step from picture to picture is a broken time stamp
CUT_OFF = 0.9  # a file that ends before this part of its promised pictures is reported

_log = logging.getLogger(__name__)


class VideoReel:
    """A video file as a row of pictures.

    Args:
        opener: opens the file afresh for every round.
        name: the file's name in messages.

    Raises:
        CaptureError: not a video, or one without a picture.
    """

    def __init__(self, opener: Opener, name: str) -> None:
        self._opener = opener
        self._name = name
        self._decoder = opener()
        if not self._decoder.isOpened():
            self._decoder.release()
            raise CaptureError(
                f"expected a video file at {name}, got one that cannot be decoded: "
                "it may be cut off, empty or no video"
            )
        fps = self._decoder.get(cv2.CAP_PROP_FPS)
        self.fps = fps if math.isfinite(fps) and 0 < fps <= MAX_FPS else DEFAULT_FPS
        count = self._decoder.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count = round(count) if math.isfinite(count) and count > 0 else None
        self._stepped = 0  # pictures of this round
        self._time_s = 0.0  # of the newest one
        self._stamp = 0.0  # what the file says of it
        self._ahead = self._grab()  # whether the decoder is one picture ahead
        if not self._ahead:
            self._decoder.release()
            raise CaptureError(f"expected a video with pictures at {name}, got none in it")

    def advance(self) -> float | None:
        if not (self._ahead or self._grab()):
            self._report_cut_off()
            return None
        self._ahead = False
        stamp = self._decoder.get(cv2.CAP_PROP_POS_MSEC) / 1000
        if self._stepped:
            step = stamp - self._stamp
            self._time_s += step if 0 < step <= MAX_STEP_S else 1.0 / self.fps
        self._stamp = stamp
        self._stepped += 1
        return self._time_s

    def picture(self) -> Image:
        image = picture(self._decoder)
        if image is None:
            raise CaptureError(
                f"{self._name}: expected a picture at {self._time_s:.2f} s, "
                "got one that cannot be decoded"
            )
        return image

    def rewind(self) -> None:
        self._decoder.release()
        self._decoder = self._opener()
        self._ahead = False
        self._stepped = 0
        self._time_s = 0.0
        if not self._decoder.isOpened():
            raise CaptureError(f"expected {self._name} to be there for another round, got no video")

    def close(self) -> None:
        self._decoder.release()

    def _grab(self) -> bool:
        try:
            return self._decoder.grab()
        except cv2.error:
            return False

    def _report_cut_off(self) -> None:
        if self.count is not None and self._stepped < CUT_OFF * self.count:
            _log.warning(
                "%s ended after %d of %d pictures: it may be cut off",
                self._name,
                self._stepped,
                self.count,
            )


class VideoSource(PlaybackSource):
    """Plays a video file.

    Args:
        opener: opens the file.
        name: the file's name, for people.
        config: pace, looping and sampling rate.
        clock: paces the playing.

    Raises:
        CaptureError: not a video, or one without a picture.
    """

    def __init__(self, opener: Opener, name: str, config: SourceConfig, clock: Clock) -> None:
        reel = VideoReel(opener, name)
        super().__init__(
            reel, name, reel.count, clock, config.realtime, config.loop, fps=config.fps
        )


def open_file(path: Path) -> Decoder:
    """Open a video file; OpenCV turns it upright by its own rotation mark."""
    return open_decoder(str(path), cv2.CAP_ANY)


def create(target: str, config: SourceConfig, clock: Clock) -> VideoSource:
    """Open a video file.

    `config.fps` below the file's own rate samples it: pictures are left out, none is made up;
    at or above it every picture is taken.

    Raises:
        CaptureError: no file there, not a video, or one without a picture.
    """
    path = as_path(target)
    if not path.is_file():
        raise CaptureError(f"expected a video file at {path}, got no file")
    return VideoSource(partial(open_file, path), path.name, config, clock)
