"""Vertex data that was packed with `EXT_meshopt_compression`.

Khronos, *EXT_meshopt_compression*, appendix A (attributes, format version 0) and B (filters),
https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Vendor/EXT_meshopt_compression.
Read are mode ATTRIBUTES without a filter, as positions have it, and with that of normals.
"""

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_HEADER = 0xA0
_BLOCK_BYTES = 8192
_BLOCK_MOST = 256
_GROUP = 16
_TAIL_LEAST = 32
# By the two bits of a group's header: how many bits a delta has. 8 are plain bytes.
_BITS = (0, 2, 4, 8)


def unpack_attributes(packed: bytes, count: int, stride: int) -> Bytes:
    """Vertices as bytes.

    Args:
        packed: one compressed buffer view.
        count: vertices in it.
        stride: bytes of a vertex.

    Returns:
        (count, stride).

    Raises:
        ValueError: not such data, or less of it than was promised.
    """
    data = np.frombuffer(packed, np.uint8)
    tail = max(_TAIL_LEAST, stride)
    if not 0 < stride <= _BLOCK_MOST or data.size < 1 + tail or data[0] != _HEADER:
        raise ValueError("expected meshopt vertices of format version 0, got others")
    most = min(_BLOCK_MOST, _BLOCK_BYTES // stride // _GROUP * _GROUP)
    base, at, end = data[-stride:].copy(), 1, data.size - tail
    blocks = []
    for start in range(0, count, most):
        block, at = _block(data, at, end, min(most, count - start), base)
        base = block[-1]
        blocks.append(block)
    return np.concatenate(blocks) if blocks else np.zeros((0, stride), np.uint8)


def unfolded(rows: Bytes) -> Bytes:
    """Unit vectors (count, 4 or 8) out of the octahedron's places that the filter makes of them.

    Raises:
        ValueError: rows of another width.
    """
    if rows.shape[1] not in (4, 8):
        raise ValueError(f"expected directions of 4 or 8 bytes, got {rows.shape[1]}")
    bits = 2 * rows.shape[1]
    kind = np.dtype(f"<i{bits // 8}")
    values = np.ascontiguousarray(rows).view(kind).astype(np.float32)
    vectors = values[:, :3] / np.maximum(values[:, 2:3], 1.0)
    vectors[:, 2] = 1.0 - np.abs(vectors[:, 0]) - np.abs(vectors[:, 1])
    behind = np.maximum(-vectors[:, 2:], 0.0)
    vectors[:, :2] -= np.copysign(behind, vectors[:, :2])
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    values[:, :3] = np.round(vectors * (2 ** (bits - 1) - 1))
    return np.ascontiguousarray(values.astype(kind)).view(np.uint8)


def _block(data: Bytes, at: int, end: int, count: int, base: Bytes) -> tuple[Bytes, int]:
    groups = -(-count // _GROUP)
    deltas = np.zeros((base.size, groups * _GROUP), np.uint8)
    for column in deltas:
        header = data[at : at + -(-groups // 4)]
        at += header.size
        for group in range(groups):
            bits = _BITS[(int(header[group // 4]) >> (group % 4 * 2)) & 3]
            if bits:
                place = column[group * _GROUP : (group + 1) * _GROUP]
                at = _group(data, at, bits, place)
            if at > end:
                raise ValueError("expected more meshopt vertices, got the end of the data")
    rows = deltas[:, :count]
    signed = (rows >> 1) ^ -(rows & 1)  # zigzag: 0, -1, 1, -2, …
    block = np.cumsum(signed, axis=1, dtype=np.uint8) + base[:, None]
    return np.ascontiguousarray(block.T), at


def _group(data: Bytes, at: int, bits: int, out: Bytes) -> int:
    """Read sixteen deltas; gives where the next ones begin."""
    size = _GROUP * bits // 8
    read = data[at : at + size]
    if read.size < size:
        raise ValueError("expected more meshopt vertices, got the end of the data")
    if bits == 8:
        out[:] = read
        return at + size
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    highest = (1 << bits) - 1
    out[:] = ((read[:, None] >> shifts) & highest).ravel()
    long = np.flatnonzero(out == highest)  # too large for so few bits: a byte of its own, behind
    bytes_behind = data[at + size : at + size + long.size]
    if bytes_behind.size < long.size:
        raise ValueError("expected more meshopt vertices, got the end of the data")
    out[long] = bytes_behind
    return at + size + int(long.size)
