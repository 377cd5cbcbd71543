"""Triangles that were packed with `EXT_meshopt_compression`, mode TRIANGLES.

Khronos, *EXT_meshopt_compression*, appendix A (triangles, format versions 0 and 1),
https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Vendor/EXT_meshopt_compression.
"""

import numpy as np
from numpy.typing import NDArray

_HEADER, _NEWEST = 0xE0, 1
_TABLE = 16  # bytes at the end: the second halves of usual codes
_RECENT = 16  # edges and points that are remembered
_WHOLE = 15  # says that a point's number follows


class _Stream:
    """Points' numbers, as they are read."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at
        self.next = 0  # the first point that was never named
        self.last = 0
        self.points = [0] * _RECENT  # the newest one first
        self.edges = [(0, 0)] * _RECENT

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def fresh(self) -> int:
        self.next += 1
        return self.next - 1

    def whole(self) -> int:
        """A number, told by how far it is from the one before."""
        value = shift = 0
        while True:
            part = self.byte()
            value |= (part & 127) << shift
            shift += 7
            if part < 128:
                break
            if shift > 28:
                raise ValueError("a number of more than 32 bits")
        self.last += (value >> 1) ^ -(value & 1)
        return self.last

    def point(self, place: int) -> int:
        """A point of those before, or a new one for 0; without remembering it."""
        return self.points[place - 1] if place else self.fresh()

    def keep(self, point: int) -> None:
        self.points = [point, *self.points[:-1]]

    def keep_edges(self, *edges: tuple[int, int]) -> None:
        self.edges = [*edges[::-1], *self.edges[: -len(edges)]]


def unpack_triangles(packed: bytes, count: int) -> NDArray[np.uint32]:
    """Numbers of points (count,), three to a triangle.

    Args:
        packed: one compressed buffer view.
        count: of numbers.

    Raises:
        ValueError: not such data, or less of it than was promised.
    """
    many = count // 3
    if count % 3 or len(packed) < 1 + many + _TABLE:
        raise ValueError(f"expected meshopt triangles of {count} numbers, got {len(packed)} bytes")
    version = packed[0] - _HEADER
    if not 0 <= version <= _NEWEST:
        raise ValueError("expected meshopt triangles of format version 0 or 1, got others")
    stream = _Stream(packed, 1 + many)
    found = []
    try:
        for code in packed[1 : 1 + many]:
            found.append(
                _on_edge(stream, code, 13 if version else _WHOLE)
                if code < 0xF0
                else _alone(stream, code, packed[-_TABLE:])
            )
    except IndexError as error:
        raise ValueError("meshopt triangles that end too early") from error
    numbers = np.asarray(found, np.int64).reshape(-1)
    if numbers.size and (numbers.min() < 0 or numbers.max() > 0xFFFFFFFF):
        raise ValueError("meshopt triangles between points that are not there")
    return numbers.astype(np.uint32)


def _on_edge(stream: _Stream, code: int, near: int) -> tuple[int, int, int]:
    """A triangle on an edge of one before."""
    a, b = stream.edges[code >> 4]
    place = code & 15
    if place < near:
        c = stream.fresh() if place == 0 else stream.points[place]
        if place == 0:
            stream.keep(c)
    else:
        if place == _WHOLE:
            c = stream.whole()
        else:  # one before or after the last
            stream.last += -1 if place == 13 else 1
            c = stream.last
        stream.keep(c)
    stream.keep_edges((c, b), (a, c))
    return a, b, c


def _alone(stream: _Stream, code: int, table: bytes) -> tuple[int, int, int]:
    """A triangle that shares no edge with those that are remembered."""
    rest = table[code & 15] if code < 0xFE else stream.byte()
    if code >= 0xFE and rest == 0:
        stream.next = 0
    places = (_WHOLE if code == 0xFF else 0, rest >> 4, rest & 15)
    told = code >= 0xFE
    corners = [-1 if told and place == _WHOLE else stream.point(place) for place in places]
    a, b, c = (stream.whole() if corner < 0 else corner for corner in corners)
    for corner, place in zip((a, b, c), places, strict=True):
        if place == 0 or (told and place == _WHOLE):
            stream.keep(corner)
    stream.keep_edges((b, a), (c, b), (a, c))
    return a, b, c
