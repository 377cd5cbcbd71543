"""MCAP: the published messages of a stream, as `avatar_bridge.takes` records them.

A recorded stream may hold several faces and more than one start of a server: a take is made of the
face that was seen first. A written one counts its nanoseconds from midnight, so that the timecode
of a take is kept. How far the eyes are twisted about their line of sight is no part of the
messages.
"""

import uuid
from datetime import UTC, datetime
from pathlib import Path

from avatar_bridge.errors import SinkError, TakeError
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.formats.base import Format
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.facs.arkit import BLENDSHAPES, Capability
from avatar_bridge.take import DAY_NS, Take, take_of
from avatar_bridge.types import FaceState, StreamInfo

_DEFAULT_FPS = 60.0
_MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
_MODEL = "take"


def create() -> Format:
    """The format."""
    return Format(title="MCAP recording", suffix=".mcap", read=read, write=write)


def read(path: Path) -> Take:
    """The face of a recording that was seen first."""
    from avatar_bridge.takes.mcap import read_start, read_take
    from avatar_bridge.wire.codec import ReceivedFace

    info: StreamInfo | None = None
    faces: dict[tuple[str, int], list[FaceState]] = {}
    chosen: tuple[str, int] | None = None
    for taken in read_take(path):
        said = taken.message
        if isinstance(said, StreamInfo):
            info = info or said
        elif isinstance(said, ReceivedFace):
            key = (said.stream_id, said.state.face_id)
            rows = faces.setdefault(key, [])
            # A picture that was published twice, as a held face is, is one row.
            if not rows or said.state.captured_ns > rows[-1].captured_ns:
                rows.append(said.state)
            if chosen is None and said.state.tracked:
                chosen = key
    if chosen is None:
        raise TakeError(f"{path}: expected a face in the recording, got none")
    rows = faces[chosen]
    start = read_start(path)
    of_day = 0
    if start is not None:
        midnight = start.at.replace(hour=0, minute=0, second=0, microsecond=0)
        elapsed = round((start.at - midnight).total_seconds() * 1e6) * 1000  # microseconds, exactly
        of_day = (elapsed + rows[0].captured_ns - start.at_ns) % DAY_NS
    return take_of(
        rows,
        info.target_fps if info and info.target_fps > 0 else _DEFAULT_FPS,
        info.action_units if info else ACTION_UNIT_NAMES,
        start_ns=of_day,
        subject=info.source if info else "",
    )


def write(path: Path, take: Take, _: Stage) -> None:
    """A take as if it had been streamed and recorded."""
    from avatar_bridge.takes.mcap import TakeStart
    from avatar_bridge.takes.writer import TakeWriter
    from avatar_bridge.wire.codec import encode_face, encode_meta

    stream = uuid.uuid5(uuid.NAMESPACE_OID, f"{take.subject} {take.start_ns} {len(take)}").hex
    info = StreamInfo(
        stream_id=stream,
        source=take.subject,
        profile="",
        calibration="",
        model=_MODEL,
        capabilities=(Capability.MEASURED,) * len(BLENDSHAPES),
        action_units=take.action_unit_names,
        target_fps=take.fps,
    )
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        writer = TakeWriter(part, TakeStart(_MIDNIGHT, 0))
        try:
            writer.write(encode_meta(info), log_ns=take.start_ns, publish_ns=take.start_ns)
            for seq, state in enumerate(take.states()):
                now = state.captured_ns
                message = encode_face(state, stream_id=stream, seq=seq, published_ns=now)
                writer.write(message, log_ns=now, publish_ns=now, sequence=seq)
            writer.finish()
            part.replace(path)
        finally:
            writer.close()
            part.unlink(missing_ok=True)
    except OSError as error:
        raise SinkError(f"expected to write {path}, got: {error.strerror or error}") from error
