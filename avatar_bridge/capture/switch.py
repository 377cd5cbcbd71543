"""A source that can be exchanged and mirrored while it is read."""

import threading
from collections.abc import Callable

from avatar_bridge.capture.base import Source
from avatar_bridge.capture.mirror import mirrored
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import AvatarBridgeError, CaptureError
from avatar_bridge.types import Frame

Opener = Callable[[SourceConfig], Source]
Device = Callable[[str], tuple[str, str]]  # of an address

_NOTHING = "nothing"


class SwitchedSource:
    """Whatever source is in place, mirrored where that is asked for.

    One thread reads, another may switch; the reader goes on with the other source and never sees an
    end between the two. Pictures are counted on.

    Args:
        config: of the source.
        opener: opens one, unmirrored.
        device: which device an address means; two that mean the same are never open together.

    Attributes:
        cuts: how often the pictures have changed so that the newest has nothing to do with those
            before; changes in `read` alone, with the picture that it gives.

    Raises:
        CaptureError: the source cannot be opened.
    """

    def __init__(self, config: SourceConfig, opener: Opener, device: Device) -> None:
        self._config = config
        self._opener = opener
        self._device = device
        # Asked now: later, the file that an address names may be gone.
        self._first_device = self._in_use = device(config.uri)
        self._first_fps = config.fps
        self._changed = threading.Condition()  # guards what follows
        self._source: Source | None = self._open(config)
        self._round = 0
        self._closed = False
        self.cuts = 0
        self._index = -1  # of the newest picture; only the reader's
        self._offset = 0  # to what the source counts

    @property
    def config(self) -> SourceConfig:
        """Of the source in place."""
        return self._config

    @property
    def label(self) -> str:
        source = self._source
        return source.label if source else _NOTHING

    @property
    def fps(self) -> float:
        source = self._source
        return source.fps if source else 0.0

    @property
    def frame_count(self) -> int | None:
        source = self._source
        return source.frame_count if source else None

    @property
    def state(self) -> str:
        source = self._source
        return source.state if source else "lost"

    def mirror(self, mirror: bool) -> None:
        """Exchange left and right from the next picture on, or no longer."""
        with self._changed:
            if mirror != self._config.mirror:
                self._config = self._config.model_copy(update={"mirror": mirror})
                self._round += 1

    def switch(self, uri: str) -> None:
        """Go on with another source; waits until it is open.

        A file plays in a loop. The rate that was asked of the first source is asked of no other.

        Raises:
            CaptureError: it cannot be opened; the one before goes on, unless it is the same device
                and cannot be opened any more, either.
        """
        device = self._device(uri)
        fps = self._first_fps if device == self._first_device else None
        config = self._config.model_copy(update={"uri": uri, "loop": True, "fps": fps})
        if device != self._in_use:
            self._put(config, self._open(config))
            self._in_use = device
            return
        # A device that is open cannot be opened again.
        with self._changed:
            before, self._source = self._source, None
        try:
            if before:
                before.close()
            self._put(config, self._open(config))
        except AvatarBridgeError as error:
            try:
                self._put(self._config, self._open(self._config))
            except AvatarBridgeError as lost:
                raise CaptureError(f"{error}; and the one before is lost: {lost}") from lost
            raise

    def read(self) -> Frame | None:
        while True:
            with self._changed:
                # One that is lost may still be replaced: the stream goes on without pictures.
                self._changed.wait_for(lambda: self._source or self._closed)
                source, round_, mirror = self._source, self._round, self._config.mirror
                if self._closed or source is None:
                    return None
            try:
                frame = source.read()
            except CaptureError:
                if self._holds(source):
                    raise
                continue
            if not self._holds(source):
                continue  # it was closed in favour of another
            if frame is None:
                return None
            return self._counted(mirrored(frame) if mirror else frame, round_)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            source = self._source
            self._changed.notify_all()
        if source:
            source.close()

    def _counted(self, frame: Frame, round_: int) -> Frame:
        if round_ != self.cuts:
            self.cuts = round_
            self._offset = self._index + 1 - frame.index
        self._index = frame.index + self._offset
        return Frame(frame.image, self._index, frame.captured_ns)

    def _holds(self, source: Source) -> bool:
        with self._changed:
            return source is self._source or self._closed

    def _open(self, config: SourceConfig) -> Source:
        return self._opener(config.model_copy(update={"mirror": False}))

    def _put(self, config: SourceConfig, source: Source) -> None:
        with self._changed:
            before, self._source = self._source, source
            self._config = config.model_copy(update={"mirror": self._config.mirror})
            self._round += 1
            closed = self._closed
            self._changed.notify_all()
        if before:
            before.close()
        if closed:
            source.close()
