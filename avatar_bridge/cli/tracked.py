"""A video as a take: the offline pipeline, as `track` runs it."""

from rich.markup import escape
from rich.progress import Progress

from avatar_bridge.build import PipelineFactory
from avatar_bridge.capture.address import open_source
from avatar_bridge.capture.base import picture_name
from avatar_bridge.cli.console import errors
from avatar_bridge.clock import SystemClock
from avatar_bridge.config import Config
from avatar_bridge.errors import CaptureError
from avatar_bridge.take import Take, take_of
from avatar_bridge.telemetry import Telemetry

_DEFAULT_FPS = 30.0  # of a source that does not know


def track_take(settings: Config) -> Take:
    """Every picture of a source as a row of a take.

    Args:
        settings: whose source ends.

    Raises:
        AvatarBridgeError: something cannot be opened, or the source holds no moving picture.
    """
    clock = SystemClock()
    factory = PipelineFactory(settings)
    pipeline = factory.make(Telemetry(clock))
    pictures = open_source(settings.source, clock)
    states = []
    try:
        if picture_name(pictures, 0) is not None:
            raise CaptureError(f"expected a take or a video, got pictures at {settings.source.uri}")
        with Progress(console=errors, transient=True) as progress:
            task = progress.add_task(escape(pictures.label), total=pictures.frame_count)
            while (frame := pictures.read()) is not None:
                states.append(pipeline.process(frame)[0])
                progress.advance(task)
    finally:
        pictures.close()
    if not states:
        raise CaptureError(f"expected a picture in {settings.source.uri}, got none")
    fps = pictures.fps or _DEFAULT_FPS
    return take_of(states, fps, factory.action_units, subject=pictures.label)
