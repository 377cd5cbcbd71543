"""The recorder: an output that writes what is published into takes, while it is asked to.

What is published is put into a queue, and a thread of the take's own encodes and writes it: a slow
disk costs the take messages, which are counted, and a full one ends the take, never the stream.
"""

import logging
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.clock import NS_PER_S, Clock, wall_time
from avatar_bridge.errors import ConfigError, TakeError, WireError
from avatar_bridge.paths import takes_folder
from avatar_bridge.takes.mcap import TakeStart
from avatar_bridge.takes.video import VideoTrack
from avatar_bridge.takes.writer import TakeResult, TakeWriter, open_take
from avatar_bridge.telemetry import StreamStatus
from avatar_bridge.types import FaceState, Frame, StreamInfo
from avatar_bridge.wire.codec import encode_face, encode_meta, encode_status

FLUSH_S = 0.5  # between two hand-overs to the operating system: what a killed process loses
WAIT_S = 0.1  # for something to write, before looking whether to flush or to end
QUEUE = 1200  # messages that wait for the disk: 20 s of one face at 60 frames a second
PATIENCE_S = 1.2  # for the end of a take; a client waits 2 s for its answer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Published:
    """Something that was published, still to be encoded."""

    what: FaceState | StreamInfo | StreamStatus
    at_ns: int
    stream_id: str
    seq: int


class Recorder:
    """Records while it is told to; any thread may start and stop it.

    Args:
        clock: stamps what is recorded; the one that stamped the frames.
        folder: where takes go; made when the first one begins.
        video: whether the pictures that `see` gets are written beside a take.
    """

    def __init__(self, clock: Clock, folder: Path, *, video: bool = False) -> None:
        self._clock = clock
        self._folder = folder
        self._video = video
        self._lock = threading.Lock()  # of starting and stopping
        self._take: _Take | None = None
        self._info: StreamInfo | None = None
        self._seq = 0  # counted like the publisher's, while nothing is recorded, too

    @property
    def state(self) -> str:
        """A few words for people on what it does; empty for nothing."""
        take = self._take
        if take is None:
            return ""
        if take.failure:
            return f"recording {take.path.stem} failed: {take.failure}"
        video = take.video
        without = f", without video: {video.failure}" if video and video.failure else ""
        return f"recording {take.path.stem}{without}"

    def start(self, name: str = "") -> Path:
        """Begin a take, and say where.

        Args:
            name: wanted for it; see `open_take` for what becomes of it.

        Raises:
            ConfigError: one runs.
            TakeError: the file cannot be written.
        """
        with self._lock:
            running = self._take
            if running and not running.failure:
                raise ConfigError(f"expected no recording to run, got {running.path.stem}")
            began = TakeStart(wall_time(), self._clock.now_ns())
            path, writer = open_take(self._folder, name, began)
            fps = self._info.target_fps if self._info else 0.0
            video = VideoTrack(path, fps) if self._video else None
            take = _Take(path, writer, self._clock, video)
            if self._info:
                take.offer(self._published(self._info))
            self._take = take
        return path

    def stop(self) -> TakeResult | None:
        """End the take; None where there is none.

        Raises:
            TakeError: it ended before, as on a full disk, or the disk needs more time for it.
        """
        with self._lock:
            take, self._take = self._take, None
            return take.end() if take else None

    def see(self, frame: Frame) -> None:
        """A picture of the source, in the thread that captures."""
        take = self._take
        if take and take.video:
            take.video.offer(frame)

    def publish(self, state: FaceState) -> None:
        published = self._published(state)
        self._seq += 1
        self._offer(published)

    def describe(self, info: StreamInfo) -> None:
        self._info = info
        self._offer(self._published(info))

    def report(self, status: StreamStatus) -> None:
        self._offer(self._published(status))

    def close(self) -> None:
        """End a running take; waits for the disk, but not for long."""
        try:
            self.stop()
        except TakeError as error:
            _log.warning("%s", error)

    def _published(self, what: FaceState | StreamInfo | StreamStatus) -> _Published:
        stream_id = self._info.stream_id if self._info else ""
        return _Published(what, self._clock.now_ns(), stream_id, self._seq)

    def _offer(self, published: _Published) -> None:
        if take := self._take:
            take.offer(published)


class _Take:
    """One take and the thread that writes it.

    Attributes:
        failure: why it had to end early; empty while all is well.
        video: of its pictures, or None.
    """

    def __init__(
        self, path: Path, writer: TakeWriter, clock: Clock, video: VideoTrack | None
    ) -> None:
        self.path = path
        self.failure = ""
        self.video = video
        self._writer = writer
        self._clock = clock
        self._queue: queue.Queue[_Published] = queue.Queue(QUEUE)
        self._ending = threading.Event()
        self._frames = self._kept = self._dropped = 0  # kept: handed to the operating system
        self._last_ns: int | None = None  # when the newest frame in it was captured
        self._thread = threading.Thread(target=self._run, name=f"record {path.stem}", daemon=True)
        self._thread.start()

    def offer(self, published: _Published) -> None:
        """Let it be written soon; never waits."""
        if self.failure or self._ending.is_set():
            return
        try:
            self._queue.put_nowait(published)
        except queue.Full:
            self._dropped += isinstance(published.what, FaceState)

    def end(self) -> TakeResult:
        """Write what waits, and close the file.

        Raises:
            TakeError: as `Recorder.stop`.
        """
        self._ending.set()
        if self.video:
            self.video.end(PATIENCE_S / 3)
        self._thread.join(PATIENCE_S)
        kept = f"{self._kept} frames are kept in {self.path}"
        if self.failure:
            raise TakeError(f"the recording had to end early: {self.failure}; {kept}")
        if self._thread.is_alive():
            raise TakeError(f"the disk is slow, {self.path} is still being written; {kept} so far")
        return TakeResult(self.path, self._frames, self._dropped)

    def _run(self) -> None:
        try:
            self._write_until_ended()
            self._writer.finish()
        except OSError as error:
            self.failure = error.strerror or type(error).__name__
            self._writer.close()
            _log.error(
                "recording ended: %s; %d frames are kept in %s",
                *(self.failure, self._kept, self.path),
            )

    def _write_until_ended(self) -> None:
        flush_ns = self._clock.now_ns()
        while True:
            ending = self._ending.is_set()  # asked first: nothing is offered after it
            try:
                self._write(self._queue.get(timeout=0.0 if ending else WAIT_S))
            except queue.Empty:
                if ending:
                    return
            now_ns = self._clock.now_ns()
            if now_ns >= flush_ns:
                self._writer.flush()
                self._kept = self._frames
                flush_ns = now_ns + round(FLUSH_S * NS_PER_S)

    def _write(self, published: _Published) -> None:
        what, at_ns, seq = published.what, published.at_ns, 0
        captured_ns = at_ns
        try:
            if isinstance(what, FaceState):
                captured_ns, seq = what.captured_ns, published.seq
                message = encode_face(
                    what, stream_id=published.stream_id, seq=seq, published_ns=at_ns
                )
                self._frames += captured_ns != self._last_ns
                self._last_ns = captured_ns
            elif isinstance(what, StreamInfo):
                message = encode_meta(what)
            else:
                message = encode_status(what, stream_id=published.stream_id, published_ns=at_ns)
        except WireError as error:  # nor did it reach any subscriber
            _log.debug("not recorded: %s", error)
            return
        self._writer.write(message, log_ns=at_ns, publish_ns=captured_ns, sequence=seq)


def create(clock: Clock, *, folder: str = "", name: str = "") -> Recorder:
    """A recorder whose take begins with the run.

    Args:
        clock: stamps what is recorded.
        folder: where the take goes; empty for the user's own.
        name: of the take; empty for one by the time of day.

    Raises:
        TakeError: the file cannot be written.
    """
    recorder = Recorder(clock, recording_folder(folder))
    recorder.start(name)
    return recorder


def recording_folder(setting: str) -> Path:
    """The folder that a setting means; empty means the user's own.

    Raises:
        TakeError: it cannot be one, such as the home of nobody.
    """
    try:
        return Path(setting).expanduser() if setting else takes_folder()
    except RuntimeError as error:
        raise TakeError(f"expected a folder for takes, got {setting!r}: {error}") from error
