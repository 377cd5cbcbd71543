"""A video as a take, with a bar that says how far it is."""

from rich.markup import escape
from rich.progress import Progress

from avatar_bridge.capture.base import Source
from avatar_bridge.cli.console import errors
from avatar_bridge.config import Config
from avatar_bridge.offline import OfflineTracker
from avatar_bridge.take import Take


def track_take(settings: Config) -> Take:
    """Every picture of a source as a row of a take.

    Args:
        settings: whose source ends.

    Raises:
        AvatarBridgeError: something cannot be opened, or the source holds no moving picture.
    """
    tracker = OfflineTracker(settings)
    progress = Progress(console=errors, transient=True)
    task = progress.add_task(escape(settings.source.uri))

    def note(source: Source, count: int) -> None:
        if count == 1:  # what cannot be opened is told without a bar above it
            progress.start()
        progress.update(task, completed=count, total=source.frame_count)

    try:
        return tracker.track(settings.source.uri, note)
    finally:
        if progress.live.is_started:
            progress.stop()
