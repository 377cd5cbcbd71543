"""How large an image file unpacks, told from its header alone: all kinds that are read here.

Sources: the BMP, TIFF 6.0 and WebP container (RFC 9649) formats.
"""

import struct

from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.wire.picture import picture_size

_TIFF_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_TIFF_SIZES = (256, 257)  # tags of width and height
_TIFF_SHORT = 3  # type of a number of two bytes; the other has four


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels of a JPEG, PNG, BMP, WebP or TIFF file.

    Raises:
        CaptureError: another file, or one that is cut off before its size.
    """
    try:
        if data.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", data, 18)
            return abs(width), abs(height)  # a picture from top to bottom has a negative height
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp_size(data)
        if data[:4] in _TIFF_ORDERS:
            return _tiff_size(data, _TIFF_ORDERS[data[:4]])
        return picture_size(data)
    except (struct.error, KeyError, WireError) as error:
        raise CaptureError(
            f"expected a JPEG, PNG, BMP, WebP or TIFF image, got {len(data)} other bytes"
        ) from error


def _webp_size(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        return width + 1, height + 1
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise KeyError(kind)


def _tiff_size(data: bytes, order: str) -> tuple[int, int]:
    """Of the first picture, which is the one that is read."""
    (start,) = struct.unpack_from(order + "I", data, 4)
    (entries,) = struct.unpack_from(order + "H", data, start)
    sizes: dict[int, int] = {}
    for index in range(entries):
        at = start + 2 + 12 * index
        tag, kind = struct.unpack_from(order + "HH", data, at)
        if tag in _TIFF_SIZES:
            number = "H" if kind == _TIFF_SHORT else "I"
            (sizes[tag],) = struct.unpack_from(order + number, data, at + 8)
    return sizes[_TIFF_SIZES[0]], sizes[_TIFF_SIZES[1]]
