"""Whole files as takes: every picture looked at, as fast as that goes."""

from collections.abc import Callable
from contextlib import closing

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.capture.base import Source, picture_name
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config
from avatar_bridge.errors import CaptureError
from avatar_bridge.take import Take, take_of
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.types import Frame

_DEFAULT_FPS = 30.0  # of a source that does not know

# Told of every picture that was looked at: the source, and how many of it there were so far.
Note = Callable[[Source, int], None]


class OfflineTracker:
    """Tracks one file after the other with nets that are loaded once.

    Args:
        settings: for all of them; where its source is, is said file by file.

    Raises:
        ConfigError: an unknown name.
        ModelError: a net cannot be used.
    """

    def __init__(self, settings: Config) -> None:
        self._settings = settings
        self._clock = SystemClock()
        self._factory = PipelineFactory(settings)

    def track(self, uri: str, note: Note = lambda source, count: None) -> Take:
        """The first face of a moving picture.

        Args:
            uri: of a source that ends.
            note: called after each picture, in this thread.

        Raises:
            CaptureError: it cannot be opened or read, or holds no moving picture.
        """
        wanted = {"uri": uri, "realtime": False, "loop": False}
        source = self._settings.source.model_copy(update=wanted)
        states = []
        with closing(open_source(source, self._clock)) as pictures:
            if picture_name(pictures, 0) is not None:
                raise CaptureError(f"expected a video, got pictures at {uri}")
            with closing(self._factory.make(Telemetry(self._clock))) as pipeline:
                while isinstance(frame := pictures.read(), Frame):
                    states.append(pipeline.process(frame)[0])
                    note(pictures, len(states))
            if not states:
                raise CaptureError(f"expected a picture in {uri}, got none")
            fps = pictures.fps or _DEFAULT_FPS
            return take_of(states, fps, self._factory.action_units, subject=pictures.label)
