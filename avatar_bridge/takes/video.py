"""The pictures of a take, beside it: `NAME.avi`, and `NAME.frames.csv` with their times.

Motion JPEG: of a killed process, what it had written can be read. The video's own rate is nominal;
the table says which picture it is by `Frame.index`, and when it was captured, on the clock of the
take's messages.
"""

import logging
import queue
import threading
from pathlib import Path

import cv2

from avatar_bridge.takes.mcap import TIMES, VIDEO
from avatar_bridge.types import Frame

QUEUE = 16  # pictures that wait for the encoder; more would fill the memory
WAIT_S = 0.1  # for a picture, before looking whether to end
DEFAULT_FPS = 30.0  # of a source that does not know its rate
HEADER = "frame_index,captured_ns\n"

_log = logging.getLogger(__name__)


class VideoTrack:
    """Writes pictures in a thread of its own; what goes wrong ends the video alone.

    Args:
        take: path of the take.
        fps: pictures a second; 0 where unknown.

    Attributes:
        failure: why it had to end early; empty while all is well.
    """

    def __init__(self, take: Path, fps: float) -> None:
        self.failure = ""
        self._path = take.with_suffix(VIDEO)
        self._times = take.with_suffix(TIMES)
        self._fps = fps or DEFAULT_FPS
        self._queue: queue.Queue[Frame] = queue.Queue(QUEUE)
        self._ending = threading.Event()
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name=f"film {take.stem}", daemon=True)
        self._thread.start()

    def offer(self, frame: Frame) -> None:
        """Let a picture be written soon; never waits."""
        if self.failure or self._ending.is_set():
            return
        try:
            self._queue.put_nowait(frame)
        except queue.Full:
            self._dropped += 1

    def end(self, timeout_s: float) -> None:
        """Write what waits, and close the files; what takes longer goes on by itself."""
        self._ending.set()
        self._thread.join(timeout_s)
        if self._dropped:
            _log.warning("%s lacks %d pictures: encoding is slow", self._path, self._dropped)

    def _run(self) -> None:
        writer = cv2.VideoWriter()
        try:
            with self._times.open("x", encoding="ascii", newline="", buffering=1) as times:
                times.write(HEADER)
                size = None
                while (frame := self._next()) is not None:
                    if size is None:
                        self._open(writer, frame)
                        size = frame.size
                    if frame.size != size:  # of a folder of images; a video has one size
                        continue
                    writer.write(frame.image)
                    times.write(f"{frame.index},{frame.captured_ns}\n")
        except OSError as error:
            self.failure = error.strerror or str(error)
            _log.error("%s ended: %s", self._path, self.failure)
        finally:
            writer.release()

    def _next(self) -> Frame | None:
        while True:
            ending = self._ending.is_set()  # asked first: nothing is offered after it
            try:
                return self._queue.get(timeout=0.0 if ending else WAIT_S)
            except queue.Empty:
                if ending:
                    return None

    def _open(self, writer: cv2.VideoWriter, frame: Frame) -> None:
        codec = cv2.VideoWriter.fourcc(*"MJPG")
        if not writer.open(str(self._path), codec, self._fps, frame.size):
            raise OSError(f"{self._path.name} cannot be written")
