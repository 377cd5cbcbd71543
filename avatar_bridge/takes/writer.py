"""Writes a take: see `takes.mcap` for what is in the file."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mcap.well_known import MessageEncoding
from mcap.writer import Writer
from mcap_protobuf.schema import register_schema

from avatar_bridge import __version__
from avatar_bridge.errors import TakeError
from avatar_bridge.takes.mcap import (
    METADATA,
    STARTED_AT,
    STARTED_NS,
    SUFFIX,
    TIMES,
    VIDEO,
    TakeStart,
)
from avatar_bridge.wire import topics
from avatar_bridge.wire.v1 import face_pb2

MOST_NAME = 64  # characters
_LIBRARY = f"avatar-bridge {__version__}"
_SEQUENCE_MASK = 0xFFFF_FFFF  # of the format's field, where 0 would mean unknown
_TYPES: dict[bytes, Any] = {
    topics.FACE: face_pb2.FaceFrame,
    topics.META: face_pb2.StreamMeta,
    topics.STATUS: face_pb2.StreamStatus,
}

_NO_NAME = re.compile(r"[^\w -]+")
# Windows opens a device by these names, whatever comes after a dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TakeResult:
    """A take that was ended.

    Attributes:
        path: its file.
        frames: how many it holds.
        dropped: face messages that are missing because the disk could not keep up.
    """

    path: Path
    frames: int
    dropped: int


class TakeWriter:
    """A take that is being written; used by one thread.

    A process that dies loses what was written since the last `flush`; the rest can be read.
    Whatever the disk refuses raises OSError, and the take can then only be closed.

    Args:
        path: of the file, which must not exist.
        start: when the recording began.

    Raises:
        OSError: the file exists or cannot be written.
    """

    def __init__(self, path: Path, start: TakeStart) -> None:
        self._file = path.open("xb")
        try:
            self._writer = Writer(self._file)
            self._writer.start(library=_LIBRARY)
            began = {STARTED_AT: start.at.isoformat(), STARTED_NS: str(start.at_ns)}
            self._writer.add_metadata(METADATA, began)
            self._channels = {topic: self._register(topic) for topic in _TYPES}
            self.flush()
        except OSError:
            self.close()
            path.unlink(missing_ok=True)  # it holds nothing
            raise

    def _register(self, topic: bytes) -> int:
        return self._writer.register_channel(
            topic=topic.decode(),
            message_encoding=MessageEncoding.Protobuf,
            schema_id=register_schema(self._writer, _TYPES[topic]),
        )

    def write(self, message: bytes, *, log_ns: int, publish_ns: int, sequence: int = 0) -> None:
        """Add one published message, topic and all.

        Args:
            message: as it goes over the wire.
            log_ns: when it was published.
            publish_ns: when its picture was captured.
            sequence: its number in its topic.
        """
        topic, payload = topics.split(message)
        self._writer.add_message(
            self._channels[topic],
            log_time=log_ns,
            data=payload,
            publish_time=max(0, publish_ns),
            sequence=sequence & _SEQUENCE_MASK,
        )

    def flush(self) -> None:
        """Hand all that was written to the operating system."""
        self._writer.flush()

    def finish(self) -> None:
        """Write the index at the end, and close."""
        self._writer.finish()
        self._file.close()

    def close(self) -> None:
        """Close a take that cannot be finished; what is in the file stays readable."""
        try:
            self._file.close()
        except OSError:
            return  # of what was still to be written; the file itself is closed


def take_name(wanted: str, now: datetime) -> str:
    """What a take may be called on every system.

    Args:
        wanted: by anyone, and perhaps no possible file name; empty for a name by the time.
        now: by the wall clock.
    """
    clean = unicodedata.normalize("NFC", wanted.encode("utf-8", "replace").decode())
    clean = _NO_NAME.sub("_", clean).strip(" -")[:MOST_NAME].strip()
    if not clean.strip("_"):
        clean = f"take {now:%Y-%m-%d %H-%M-%S}"
    return f"{clean}_" if _DEVICES.fullmatch(clean) else clean


def open_take(folder: Path, wanted: str, start: TakeStart) -> tuple[Path, TakeWriter]:
    """Begin a take of a name that is still free: a number is added where it is not.

    Args:
        folder: where it is to lie; it need not exist.
        wanted: its name, as in `take_name`.
        start: when the recording begins.

    Raises:
        TakeError: it cannot be written there.
    """
    name = take_name(wanted, start.at)
    path = folder / f"{name}{SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = 1
        while True:
            try:
                if any(path.with_suffix(beside).exists() for beside in (VIDEO, TIMES)):
                    raise FileExistsError
                return path, TakeWriter(path, start)
            except FileExistsError:
                number += 1
                path = folder / f"{name}-{number}{SUFFIX}"
    except OSError as error:
        raise TakeError(f"expected to write {path}, got: {error.strerror}") from error
