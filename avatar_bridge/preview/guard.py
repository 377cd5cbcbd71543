"""The wall around a previewer: when it fails, it is left alone, and the stream never notices."""

import logging
from collections.abc import Callable
from typing import TypeVar

from avatar_bridge.preview.base import Previewer, PreviewPicture
from avatar_bridge.types import FaceState, Frame

T = TypeVar("T")

_log = logging.getLogger(__name__)


class GuardedPreviewer:
    """What the stream's threads do with a previewer; its first failure is logged and ends it.

    Args:
        previewer: what is guarded; None does nothing.
    """

    def __init__(self, previewer: Previewer | None) -> None:
        self._whole = previewer
        self._previewer = previewer  # None once it failed

    def see(self, frame: Frame) -> None:
        if previewer := self._previewer:
            self._attempt(lambda: previewer.see(frame))

    def follow(self, states: tuple[FaceState, ...]) -> PreviewPicture | None:
        """Take the states of a frame, and give the newest picture where there is a new one."""
        previewer = self._previewer
        if previewer is None:
            return None
        self._attempt(lambda: previewer.follow(states))
        return self._attempt(previewer.take)

    def close(self) -> None:
        if previewer := self._whole:
            self._attempt(previewer.close)

    def _attempt(self, call: Callable[[], T]) -> T | None:
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - whatever a preview does, the stream goes on
            self._previewer = None
            _log.warning("previews ended: %s", " ".join(str(error).split()) or type(error).__name__)
            return None
