"""How large a JPEG or PNG file unpacks, told from its header alone."""

import struct

from avatar_bridge.errors import WireError

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_SIZE_AT = 16  # after the signature, the first chunk's length and its name IHDR
_JPEG = b"\xff\xd8"
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # those that carry a size
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels.

    A picture of a few kilobytes can unpack to gigabytes: ask before it is unpacked.

    Raises:
        WireError: neither a JPEG nor a PNG file, or cut off before its size.
    """
    try:
        if data.startswith(_PNG):
            return struct.unpack_from(">II", data, _PNG_SIZE_AT)
        if data.startswith(_JPEG):
            return _jpeg_size(data)
    except (struct.error, IndexError):
        pass  # cut off
    raise WireError(f"expected a JPEG or PNG picture, got {len(data)} other bytes")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    at = len(_JPEG)
    while True:
        if data[at] != 0xFF:
            raise WireError(f"expected a JPEG marker at byte {at}, got {data[at]:#04x}")
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]
