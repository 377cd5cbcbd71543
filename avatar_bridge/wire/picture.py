"""Encoded pictures: what the stream carries of them, and how large one unpacks by its header."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from avatar_bridge.errors import WireError
from avatar_bridge.types import Float32

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEADER = struct.Struct(">I4sII")  # the first chunk: length, name, width, height
_PNG_CHUNK_BYTES = 12  # of a chunk beside its data: length, name and sum
_JPEG = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those that carry a size
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


class ImageKind(Enum):
    """What a picture shows, by its name on the wire."""

    CAMERA = "camera"  # what the server sees
    GENERATED = "generated"  # the face with an expression, made by a net
    HEAD = "head"  # the built-in head with an expression, drawn


@dataclass(frozen=True, slots=True)
class PreviewPicture:
    """One picture of topic `camera` or `preview`, or of an answer.

    Attributes:
        image: a JPEG file.
        width, height: of it, in pixels.
        captured_ns: when the picture that it was made of was taken, on the pipeline's clock.
        kind: what it shows.
        face_id: the tracked face that it shows; 0 for the whole picture.
        source_width, source_height: before it was made smaller; 0 where it was not.
        expression: an emotion's name or "action units"; empty for the camera's.
        intensity: in [0, 1], how strongly.
        net: name of the net that made it; empty for what no net made.
        points: of the tracked faces by their ids, (70, 2) px of the picture before it was made
            smaller.
    """

    image: bytes
    width: int
    height: int
    captured_ns: int
    kind: ImageKind
    face_id: int = 0
    source_width: int = 0
    source_height: int = 0
    expression: str = ""
    intensity: float = 0.0
    net: str = ""
    points: Mapping[int, Float32] = field(default_factory=dict)


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels.

    A picture of a few kilobytes can unpack to gigabytes: ask before it is unpacked.

    Raises:
        WireError: neither a JPEG nor a PNG file, cut off before its size, or a PNG file with a
            chunk that is longer than the file, for which decoders take memory all the same.
    """
    try:
        if data.startswith(_PNG):
            return _png_size(data)
        if data.startswith(_JPEG):
            return _jpeg_size(data)
    except (struct.error, IndexError):
        pass  # cut off
    raise WireError(f"expected a JPEG or PNG picture, got {len(data)} other bytes")


def _png_size(data: bytes) -> tuple[int, int]:
    length, name, width, height = _PNG_HEADER.unpack_from(data, len(_PNG))
    if name != b"IHDR" or length != 13:
        raise WireError(f"expected IHDR as a PNG's first chunk, got {name!r}")
    at = len(_PNG)
    while at < len(data) and name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, at)
        at += _PNG_CHUNK_BYTES + length
        if at > len(data):
            raise WireError(f"expected a whole PNG picture, got {len(data)} bytes of {at}")
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = len(_JPEG)
    while True:
        if data[at] != 0xFF:
            raise WireError(f"expected a JPEG marker at byte {at}, got {data[at]:#04x}")
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker == 0:  # no marker: decoders look on from here
            raise WireError(f"expected a JPEG marker at byte {at}, got 0xff00")
        elif marker in _STANDALONE:
            at += 2
        elif marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
