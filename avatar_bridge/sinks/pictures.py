"""The source's pictures for whoever watches: made small and packed in a thread of its own.

Nothing is packed while nobody watches.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from avatar_bridge.clock import NS_PER_S, Clock
from avatar_bridge.errors import SinkError
from avatar_bridge.mailbox import Empty, Mailbox
from avatar_bridge.sinks.worker import Worker
from avatar_bridge.types import FaceState, Float32, Frame, Image
from avatar_bridge.wire import topics
from avatar_bridge.wire.picture import ImageKind, PreviewPicture

QUALITY = 80  # of JPEG, of 100: faces stay clear, and a picture takes some 20 kB
MOST_FRAMES = 32  # whose points are kept: as long as a picture may take to be packed
WAIT_S = 0.2  # for a picture, before looking whether to end


@dataclass(frozen=True, slots=True)
class PictureForm:
    """How pictures go out.

    Attributes:
        width: in pixels; larger ones are made smaller, smaller ones stay.
        fps: at most so many a second.
    """

    width: int = 480
    fps: float = 20.0


class CameraPictures:
    """Packs the newest picture, at most so often.

    Args:
        form: how they go out.
        clock: paces them.
    """

    def __init__(self, form: PictureForm, clock: Clock) -> None:
        self.watched = False  # whether somebody does; written by the thread that sends
        self._form = form
        self._clock = clock
        self._due_ns = clock.now_ns()
        self._packed: Mailbox[PreviewPicture] = Mailbox(lossless=False)
        self._worker: Worker[Frame] = Worker("camera pictures", self._session)

    def see(self, frame: Frame) -> None:
        """Take a picture, in the capturing thread; never waits."""
        if not self.watched:
            return
        now_ns, step_ns = self._clock.now_ns(), round(NS_PER_S / self._form.fps)
        if now_ns < self._due_ns:
            return
        self._due_ns = max(self._due_ns, now_ns - step_ns) + step_ns  # late ones delay no others
        self._worker.newest.put(frame)

    def take(self) -> PreviewPicture | None:
        """The newest that is packed and was not taken, in the thread that sends; never waits."""
        taken = self._packed.take(0.0)
        return None if isinstance(taken, Empty) else taken

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _session(self, worker: Worker[Frame]) -> None:
        while not worker.closing.is_set():
            taken = worker.newest.take(WAIT_S)
            if isinstance(taken, Frame):
                self._packed.put(pack(taken, self._form.width))
                worker.reached()


class Marks:
    """The points of the last frames' faces, so that a picture goes out with its own."""

    def __init__(self) -> None:
        self._frames: dict[int, dict[int, Float32]] = {}  # by when they were captured
        self._newest_ns = -1

    def note(self, state: FaceState) -> None:
        """Take a face; those of one frame come one after the other."""
        frame = self._frames.setdefault(state.captured_ns, {})
        if state.landmarks is not None:
            frame[state.face_id] = state.landmarks.points
        self._newest_ns = state.captured_ns
        while len(self._frames) > MOST_FRAMES:
            del self._frames[next(iter(self._frames))]

    def done(self, captured_ns: int) -> bool:
        """Whether a later frame has begun, so that no more faces of this one come."""
        return self._newest_ns > captured_ns

    def of(self, captured_ns: int) -> dict[int, Float32]:
        """Points by face, of the picture that was captured then; none where it was left out."""
        return self._frames.get(captured_ns, {})


class Watchers:
    """Which of the picture topics anybody subscribes to, told by what subscribers send.

    An XPUB socket gives each subscription once: a byte 1, or 0 when nobody has it any more, and the
    beginning of the messages that are wanted. Only those that a picture could have are kept.
    """

    def __init__(self) -> None:
        self._begun: set[bytes] = set()

    def note(self, message: bytes) -> None:
        """Take what subscribers sent; anything else is left alone."""
        begin, wanted = message[1:], topics.prefix(topics.CAMERA)
        if not wanted.startswith(begin):
            return
        if message[:1] == b"\x01":
            self._begun.add(begin)
        elif message[:1] == b"\x00":
            self._begun.discard(begin)

    @property
    def any(self) -> bool:
        """Whether somebody gets topic `camera`."""
        return bool(self._begun)


def pack(frame: Frame, width: int) -> PreviewPicture:
    """A JPEG file of a frame, made smaller where it is wider.

    Raises:
        SinkError: it cannot be encoded.
    """
    image, (from_width, from_height) = frame.image, frame.size
    smaller = from_width > width
    if smaller:
        image = _smaller(image, width, max(1, round(from_height * width / from_width)))
    done, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, QUALITY))
    if not done:
        raise SinkError(f"expected a picture that JPEG can hold, got {from_width} x {from_height}")
    return PreviewPicture(
        image=data.tobytes(),
        width=image.shape[1],
        height=image.shape[0],
        captured_ns=frame.captured_ns,
        kind=ImageKind.CAMERA,
        source_width=from_width if smaller else 0,
        source_height=from_height if smaller else 0,
    )


def _smaller(image: Image, width: int, height: int) -> Image:
    """Resize by halves, then the rest: a fifth of the work of the mean over any area."""
    while image.shape[1] >= 2 * width and image.shape[0] >= 2 * height:
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    if image.shape[:2] == (height, width):
        return image
    rest = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(rest, np.uint8)
