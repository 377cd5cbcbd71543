import numpy as np
import pytest

from avatar_bridge.avatar.meshopt import unfolded, unpack_attributes
from avatar_bridge.avatar.meshopt_triangles import unpack_triangles

TAIL = 32


def packed(body: bytes, base: bytes) -> bytes:
    return b"\xa0" + body + base.rjust(TAIL, b"\0")


# Four vertices of two bytes, one group a byte. Zigzag: 1 → -1, 2 → 1, 3 → -2.
@pytest.mark.parametrize(
    ("body", "base", "expected"),
    [
        (b"\x00\x00", b"\x07\x09", [[7, 9]] * 4),  # nothing changes
        (  # two bits each, high bits first: deltas 0, 1, -1, 1 in the first byte
            b"\x01" + b"\x26\x00\x00\x00" + b"\x00",
            b"\x07\x09",
            [[7, 9], [8, 9], [7, 9], [8, 9]],
        ),
        (  # a full field means that the delta stands behind: 200 → +100
            b"\x01" + b"\x30\x00\x00\x00" + b"\xc8" + b"\x00",
            b"\x07\x09",
            [[7, 9], [107, 9], [107, 9], [107, 9]],
        ),
        (  # four bits each
            b"\x02" + b"\x02\x40" + b"\x00" * 6 + b"\x00",
            b"\x00\x01",
            [[0, 1], [1, 1], [3, 1], [3, 1]],
        ),
        (  # plain bytes, and a sum that wraps: 255 + 1
            b"\x00" + b"\x03" + b"\x00\x02" + b"\x00" * 14,
            b"\x05\xff",
            [[5, 255], [5, 0], [5, 0], [5, 0]],
        ),
    ],
)
def test_vertices_by_hand(body, base, expected) -> None:
    np.testing.assert_array_equal(unpack_attributes(packed(body, base), 4, 2), expected)


def test_a_second_block_goes_on_from_the_first() -> None:
    groups = 256 // 16
    first = b"\x01" + b"\x00" * (groups // 4 - 1) + b"\x20\x00\x00\x00"  # second vertex: + 1
    assert groups == 16
    got = unpack_attributes(packed(first + b"\x00", b"\x05"), 260, 1)
    assert got[:, 0].tolist() == [5] + [6] * 259


@pytest.mark.parametrize(
    "data",
    [b"", b"\xa0", b"\xa1" + b"\0" * 40, packed(b"", b"\x01"), packed(b"\x03", b"\x01\x02")],
)
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="meshopt"):
        unpack_attributes(data, 16, 2)


def test_triangles_are_unpacked() -> None:
    """A new triangle, one on its last edge with a new point, one whose point is told."""
    packed = bytes([0xE1, 0xF0, 0x00, 0x0F, 2]) + bytes(16)
    found = unpack_triangles(packed, 9)
    assert found.tolist() == [0, 1, 2, 0, 2, 3, 0, 3, 1]
    with pytest.raises(ValueError, match="more than 32 bits"):
        unpack_triangles(bytes([0xE1, 0xFF]) + bytes([0xFF] * 16), 3)


def test_directions_are_unfolded() -> None:
    rows = np.array([[0, 0, 127, 0], [127, 0, 127, 0], [127, 127, 127, 0]], np.int8)
    found = unfolded(rows.view(np.uint8)).view(np.int8)[:, :3]
    np.testing.assert_array_equal(found, [[0, 0, 127], [127, 0, 0], [0, 0, -127]])
