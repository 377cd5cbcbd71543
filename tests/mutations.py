"""Bytes broken in a few places."""

import random
import re
import struct

LONGEST = 1 << 16  # bytes that a mutation may grow to


_SPANS = re.compile(rb"-?[0-9]+(\.[0-9]+)?|[A-Za-z_]+")
_WORDS = (b"nan", b"inf", b"-1", b"0", b"1e999", b"4294967295", b"9223372036854775808", b"null")
_WORDS += (b"[]", b"{}", b'""', b"true", b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xc3\x28", b"1e-400")


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The same bytes, broken in a few places."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        at = chance.randrange(len(result) + 1)
        match chance.randrange(9):
            case 0:
                del result[at:]
            case 1:
                result[at:at] = chance.randbytes(chance.randrange(1, 9))
            case 2:
                del result[at : at + chance.randrange(1, 17)]
            case 3:
                result[at:at] = result[at : at + chance.randrange(1, 65)]
            case 4:
                result[at : at + 4] = chance.choice(_WORDS)
            case 5:  # a number or a word of a text becomes another one
                found = _SPANS.search(result, at)
                if found:
                    result[found.start() : found.end()] = chance.choice(_WORDS)
            case 6:
                size = struct.pack("<I", chance.choice((0, 1, 255, 65536, 1 << 31, (1 << 32) - 1)))
                result[at : at + 4] = size
            case _:
                if at < len(result):
                    result[at] ^= 1 << chance.randrange(8)
    return bytes(result[:LONGEST])
