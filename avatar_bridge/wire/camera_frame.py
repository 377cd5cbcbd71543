"""Pictures on their way to the server: what a program sends in place of a camera."""

from dataclasses import dataclass

import cv2
import numpy as np

from avatar_bridge.errors import WireError
from avatar_bridge.types import Image
from avatar_bridge.wire.codec import SCHEMA_VERSION, expect_version, parse
from avatar_bridge.wire.picture import picture_size
from avatar_bridge.wire.v1 import face_pb2, frame_pb2

MAX_FRAME_BYTES = 8 << 20
MOST_PIXELS = 16_000_000  # a small file can unpack to gigabytes

_FORMATS = {b"\xff\xd8": face_pb2.IMAGE_FORMAT_JPEG, b"\x89P": face_pb2.IMAGE_FORMAT_PNG}


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """One picture as it was sent.

    Attributes:
        seq: counts the sender's pictures; a gap means lost ones.
        captured_ns: on the sender's own clock.
        data: a JPEG or PNG file of a size that may be unpacked.
    """

    seq: int
    captured_ns: int
    data: bytes


def encode_frame(data: bytes, *, seq: int, captured_ns: int = 0) -> bytes:
    """One whole message for a `remote:` source.

    Args:
        data: a JPEG or PNG file.
        seq: from 0, one more for each picture.
        captured_ns: on the sender's own clock.

    Raises:
        WireError: another file, or one larger than the server takes.
    """
    _check(data)
    message = frame_pb2.CameraFrame(
        schema_version=SCHEMA_VERSION,
        seq=seq,
        captured_ns=captured_ns,
        format=_FORMATS[data[:2]],
        data=data,
    )
    return message.SerializeToString()


def decode_frame(payload: bytes) -> CameraFrame:
    """What `encode_frame` made; the picture is not unpacked yet.

    Raises:
        WireError: not such a message, or a picture too large to unpack.
    """
    frame = parse(frame_pb2.CameraFrame, payload)
    expect_version(frame.schema_version)
    _check(frame.data)
    if frame.format != _FORMATS[frame.data[:2]]:
        raise WireError(f"expected a picture of the format it says, got format {frame.format}")
    return CameraFrame(frame.seq, frame.captured_ns, frame.data)


def unpack(frame: CameraFrame) -> Image:
    """The picture, (H, W, 3) uint8 BGR.

    Raises:
        WireError: the file is broken.
    """
    try:
        picture = cv2.imdecode(np.frombuffer(frame.data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise WireError(f"expected a whole picture, got {len(frame.data)} bytes that do not unpack")
    return np.asarray(picture, np.uint8)


def _check(data: bytes) -> None:
    if len(data) > MAX_FRAME_BYTES:
        raise WireError(f"expected a picture of at most {MAX_FRAME_BYTES} bytes, got {len(data)}")
    width, height = picture_size(data)
    if not 0 < width * height <= MOST_PIXELS:
        raise WireError(f"expected 1 to {MOST_PIXELS} pixels, got {width} x {height}")
