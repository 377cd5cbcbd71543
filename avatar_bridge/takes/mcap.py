"""Takes in MCAP files: the published messages, each with its schema and its time.

Three channels carry what the topics of `wire.topics` carry: `face`, `meta` and `status`, in
protobuf, with their descriptors embedded. Nothing but a reader of MCAP is needed to open one.

**Convention (time):** `log_time` is when a message was published and `publish_time` when the
picture behind it was captured, both in nanoseconds of the recording server's monotonic clock. The
metadata record `avatar_bridge.take` says which moment of the wall clock belongs to which of it.

Source: the MCAP format specification, https://mcap.dev/spec.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import lz4.frame
import zstandard
from mcap.records import Channel, Chunk, McapRecord, Message, Metadata, Schema
from mcap.stream_reader import StreamReader, breakup_chunk
from mcap.writer import MCAP0_MAGIC

from avatar_bridge.errors import TakeError, WireError
from avatar_bridge.types import StreamInfo
from avatar_bridge.wire import topics
from avatar_bridge.wire.codec import (
    ReceivedFace,
    ReceivedStatus,
    decode_face,
    decode_meta,
    decode_status,
)
from avatar_bridge.wire.v1 import face_pb2

SUFFIX = ".mcap"
VIDEO, TIMES = ".avi", ".frames.csv"  # of what may lie beside a take
METADATA = "avatar_bridge.take"
STARTED_AT, STARTED_NS = "started_at", "started_ns"  # fields of that record
# Of a file of anyone's. Our chunks hold half a second; a few bytes of one can be a whole message,
# and a message takes ten times the memory that it has in the file.
_MOST_CHUNK_BYTES = 16 << 20
_MOST_RECORD_BYTES = 256 << 20
_UNSAID = -1  # a zstd frame's word on its size where it has none

Taken = ReceivedFace | StreamInfo | ReceivedStatus

_log = logging.getLogger(__name__)


def _reading(topic: bytes, decode: Callable[[bytes], Taken]) -> Callable[[bytes], Taken]:
    return lambda payload: decode(topics.join(topic, payload))


_READERS: dict[str, Callable[[bytes], Taken]] = {
    face_pb2.FaceFrame.DESCRIPTOR.full_name: _reading(topics.FACE, decode_face),
    face_pb2.StreamMeta.DESCRIPTOR.full_name: _reading(topics.META, decode_meta),
    face_pb2.StreamStatus.DESCRIPTOR.full_name: _reading(topics.STATUS, decode_status),
}


@dataclass(frozen=True, slots=True, eq=False)
class TakeMessage:
    """One message of a take.

    Attributes:
        log_ns: when it was published, on the recording server's clock; never falls.
        message: as a subscriber received it.
    """

    log_ns: int
    message: Taken


@dataclass(frozen=True, slots=True)
class TakeStart:
    """When a recording began.

    Attributes:
        at: by the wall clock, with the offset of the recording machine's time zone.
        at_ns: the same moment on the clock of the messages.
    """

    at: datetime
    at_ns: int


def read_take(path: Path) -> Iterator[TakeMessage]:
    """The messages of a take, in the order of the file.

    A take whose recording was killed is read as far as it goes. Channels of other kinds are
    skipped.

    Args:
        path: an MCAP file, of this package or with the same messages in it.

    Raises:
        TakeError: it cannot be opened, is no MCAP file, is broken in the middle or holds no
            message of ours; one line that names the file.
    """
    schemas: dict[int, Schema] = {}
    readers: dict[int, Callable[[bytes], Taken]] = {}  # by channel
    count = latest_ns = 0
    for record in _records(path):
        if isinstance(record, Schema):
            schemas[record.id] = record
        elif isinstance(record, Channel):
            schema = schemas.get(record.schema_id)
            if record.message_encoding == "protobuf" and schema and schema.name in _READERS:
                readers[record.id] = _READERS[schema.name]
        elif isinstance(record, Message) and record.channel_id in readers:
            try:
                message = readers[record.channel_id](record.data)
            except WireError as error:
                raise TakeError(f"{path}: message {count}: {error}") from error
            latest_ns = max(latest_ns, record.log_time)
            yield TakeMessage(latest_ns, message)
            count += 1
    if not count:
        raise TakeError(f"{path}: expected a recorded stream of faces, got none of its messages")


def read_start(path: Path) -> TakeStart | None:
    """When a take was begun, or None where the file does not say.

    Raises:
        TakeError: as `read_take`.
    """
    for record in _records(path):
        if isinstance(record, Message):
            break  # it stands before all messages
        if isinstance(record, Metadata) and record.name == METADATA:
            try:
                at = datetime.fromisoformat(record.metadata[STARTED_AT])
                return TakeStart(at, int(record.metadata[STARTED_NS]))
            except (KeyError, ValueError):
                break
    return None


def _records(path: Path) -> Iterator[McapRecord]:
    try:
        file = path.expanduser().open("rb")
    except (OSError, ValueError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TakeError(f"expected a readable take at {path}, got: {reason}") from error
    with file:
        yield from _records_of(file, path)


def _records_of(file: BinaryIO, path: Path) -> Iterator[McapRecord]:
    if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
        raise TakeError(f"{path}: expected a take in an MCAP file, got another kind of file")
    file.seek(0)
    # Small chunks are checked by their sums; what is cut short is not there to be checked.
    reader = StreamReader(
        file, emit_chunks=True, validate_crcs=True, record_size_limit=_MOST_RECORD_BYTES
    )
    try:
        for record in reader.records:
            if isinstance(record, Chunk):
                yield from breakup_chunk(_unpacked(record), validate_crc=True)
            else:
                yield record
    except Exception as error:
        if file.read(1):
            raise TakeError(f"{path}: expected a whole MCAP file, got one broken inside") from error
        _log.warning("%s: the recording was cut short; read as far as it goes", path)


def _unpacked(chunk: Chunk) -> Chunk:
    """The same chunk with its records as they are; what would fill the memory is left alone.

    Raises:
        ValueError: it is larger than it may be, or than it says.
    """
    size = chunk.uncompressed_size
    if size > _MOST_CHUNK_BYTES or len(chunk.data) > _MOST_CHUNK_BYTES:
        raise ValueError(f"expected chunks of {_MOST_CHUNK_BYTES} bytes at most, got {size}")
    if chunk.compression == "zstd":
        if zstandard.frame_content_size(chunk.data) not in (size, _UNSAID):  # its word counts
            raise ValueError(f"expected a chunk that unpacks to {size} bytes, got another")
        data = zstandard.ZstdDecompressor().decompress(chunk.data, max_output_size=size)
    elif chunk.compression == "lz4":
        data = lz4.frame.LZ4FrameDecompressor().decompress(chunk.data, max_length=size + 1)
    elif chunk.compression == "":
        data = chunk.data
    else:
        raise ValueError(f"expected zstd or lz4, got {chunk.compression[:16]!r}")
    if len(data) != size:
        raise ValueError(f"expected a chunk of {size} bytes, got another")
    return replace(chunk, compression="", data=data)
