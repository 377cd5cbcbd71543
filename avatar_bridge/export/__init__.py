"""Takes written to files: the format follows from the file's suffix."""

from collections.abc import Callable
from pathlib import Path

from avatar_bridge.errors import ConfigError
from avatar_bridge.export.base import TrackWriter
from avatar_bridge.export.livelink_csv import LiveLinkCsvWriter
from avatar_bridge.export.track_json import TrackJsonWriter

WRITERS: dict[str, Callable[[Path, float], TrackWriter]] = {
    ".csv": LiveLinkCsvWriter,
    ".json": TrackJsonWriter,
}


def open_writer(path: Path, fps: float) -> TrackWriter:
    """Begin a take.

    Args:
        path: the file; its suffix, in any case, chooses the format.
        fps: pictures a second; 0 where unknown.

    Raises:
        ConfigError: a suffix that stands for no format.
        SinkError: the file cannot be written.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        got = f"{path.suffix!r}" if path.suffix else "none"
        raise ConfigError(f"{path}: expected one of {', '.join(WRITERS)} as its suffix, got {got}")
    return writer(path, fps)
