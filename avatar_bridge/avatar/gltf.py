"""glTF files: the JSON, and numbers out of its buffers.

Khronos, *glTF 2.0 Specification* (2021), https://registry.khronos.org/glTF/specs/2.0. Read are
`.glb`, `.vrm` (which is one) and `.gltf` with its buffers inside or beside it.
"""

import base64
import binascii
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.meshopt import unfolded, unpack_attributes
from avatar_bridge.avatar.meshopt_triangles import unpack_triangles
from avatar_bridge.errors import ConfigError
from avatar_bridge.types import Float32

MAGIC, JSON_CHUNK, BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
VERSION = 2
_COLUMNS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_NUMBERS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
MOST_ROWS = 500_000  # of an accessor: no face has more points
_MOST_BYTES = 1 << 28  # of a buffer view
_MESHOPT = "EXT_meshopt_compression"


class Gltf:
    """One file.

    Args:
        path: of the file.

    Attributes:
        json: what it says, as it stands there.
        binary: the chunk of a binary file that holds its numbers; empty where there is none.

    Raises:
        ConfigError: unreadable, or not glTF 2.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ConfigError(
                f"expected a readable avatar at {path}, got: {error.strerror}"
            ) from error
        text, self.binary = _chunks(data, path)
        try:
            self.json: dict[str, Any] = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{path}: expected glTF, got: {error}") from error
        if not isinstance(self.json, dict) or not isinstance(self.json.get("asset"), dict):
            raise ConfigError(f"{path}: expected glTF, got JSON without an asset")
        self._buffers: dict[int, bytes] = {}
        self._views: dict[int, tuple[bytes, int]] = {}

    def accessor(self, index: int) -> Float32:
        """Numbers (count, columns) of one accessor; normalised integers as fractions.

        Raises:
            ConfigError: the file does not hold what it promises.
        """
        try:
            return self._accessor(self.json["accessors"][index])
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(f"{self.path}: accessor {index}: got broken data: {error}") from error

    def data(self, view: int) -> bytes:
        """The bytes of a buffer view, such as an image's.

        Raises:
            ConfigError: the file does not hold what it promises.
        """
        try:
            return self._view(self.json["bufferViews"][view])[0]
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise ConfigError(f"{self.path}: view {view}: got broken data: {error}") from error

    def _accessor(self, said: dict[str, Any]) -> Float32:
        count, columns = _size(said["count"], MOST_ROWS), _COLUMNS[said["type"]]
        kind = np.dtype(_NUMBERS[said["componentType"]])
        values = np.zeros((count, columns), kind)
        if "bufferView" in said:
            values[:] = self._read(
                said["bufferView"], said.get("byteOffset", 0), kind, values.shape
            )
        sparse = said.get("sparse")
        if sparse:
            size, where, what = _size(sparse["count"], count), sparse["indices"], sparse["values"]
            places = self._read(
                where["bufferView"],
                where.get("byteOffset", 0),
                np.dtype(_NUMBERS[where["componentType"]]),
                (size, 1),
            )
            values[places[:, 0]] = self._read(
                what["bufferView"], what.get("byteOffset", 0), kind, (size, columns)
            )
        result = values.astype(np.float32)
        if said.get("normalized") and kind.kind in "iu":
            result = np.maximum(result / np.float32(np.iinfo(kind).max), np.float32(-1.0))
        if not np.isfinite(result).all():
            raise ValueError("numbers that are not finite")
        return result

    def _read(
        self, view: int, offset: int, kind: np.dtype[Any], shape: tuple[int, int]
    ) -> NDArray[Any]:
        if view not in self._views:
            self._views[view] = self._view(self.json["bufferViews"][view])
        data, stride = self._views[view]
        width = kind.itemsize * shape[1]
        stride, offset = stride or width, _size(offset)
        if shape[0] and offset + (shape[0] - 1) * stride + width > len(data):
            raise ValueError(f"expected {shape[0]} rows, got {len(data)} bytes")
        flat = np.frombuffer(data, np.uint8, offset=min(offset, len(data)))
        # Safe by the check above, and since neither offset nor stride is negative.
        raw = np.lib.stride_tricks.as_strided(flat, (shape[0], width), (stride, 1))
        return np.ascontiguousarray(raw).view(kind).reshape(shape)

    def _view(self, said: dict[str, Any]) -> tuple[bytes, int]:
        """Bytes of a buffer view, and from vertex to vertex; 0 where they lie close."""
        packed = said.get("extensions", {}).get(_MESHOPT)
        part = packed or said
        start, stride = _size(part.get("byteOffset", 0)), _size(part.get("byteStride", 0))
        data = self._buffer(part["buffer"])[start : start + _size(part["byteLength"])]
        if not packed:
            return data, stride
        mode, changed = packed.get("mode"), packed.get("filter", "NONE")
        count = _size(packed["count"], _MOST_BYTES // max(stride, 1))
        if mode == "TRIANGLES" and stride in (2, 4):
            return unpack_triangles(data, count).astype(f"<u{stride}").tobytes(), stride
        if mode != "ATTRIBUTES" or changed not in ("NONE", "OCTAHEDRAL"):
            raise ValueError(f"meshopt data of mode {mode} with filter {changed}")
        rows = unpack_attributes(data, count, stride)
        return (unfolded(rows) if changed == "OCTAHEDRAL" else rows).tobytes(), stride

    def _buffer(self, index: int) -> bytes:
        if index not in self._buffers:
            self._buffers[index] = self._open(self.json["buffers"][index].get("uri"))
        return self._buffers[index]

    def _open(self, uri: str | None) -> bytes:
        if uri is None:
            return self.binary
        if uri.startswith("data:"):
            try:
                return base64.b64decode(uri.partition(",")[2], validate=True)
            except binascii.Error as error:
                raise ValueError(f"a buffer that is not base64: {error}") from error
        beside = (self.path.parent / uri).resolve()
        if self.path.parent.resolve() not in beside.parents:
            raise ValueError(f"a buffer outside the avatar's folder: {uri}")
        try:
            return beside.read_bytes()
        except OSError as error:
            raise ValueError(f"no buffer {uri}: {error.strerror}") from error


def _size(value: Any, most: int = _MOST_BYTES) -> int:
    """A number of rows or bytes."""
    if not isinstance(value, int | float) or not 0 <= value <= most or value != int(value):
        raise ValueError(f"expected a whole number of 0 to {most}, got {value!r}")
    return int(value)


def _chunks(data: bytes, path: Path) -> tuple[bytes, bytes]:
    """The JSON and the binary chunk of a file."""
    if data[:4] != struct.pack("<I", MAGIC):
        return data, b""
    if len(data) < 12 or struct.unpack_from("<I", data, 4)[0] != VERSION:
        raise ConfigError(f"{path}: expected glTF version {VERSION}, got another")
    found: dict[int, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        size, kind = struct.unpack_from("<II", data, at)
        if at + 8 + size > len(data):
            raise ConfigError(f"{path}: expected {size} more bytes, got the end of the file")
        found.setdefault(kind, data[at + 8 : at + 8 + size])
        at += 8 + size
    if JSON_CHUNK not in found:
        raise ConfigError(f"{path}: expected glTF, got a binary file without JSON")
    return found[JSON_CHUNK], found.get(BINARY_CHUNK, b"")


def packed_glb(said: dict[str, Any], numbers: bytes | bytearray) -> tuple[bytes, ...]:
    """A binary file, in parts to be written one after the other (§4.4).

    Args:
        said: its JSON.
        numbers: its binary chunk.
    """
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary = bytes(numbers) + bytes(-len(numbers) % 4)
    size = 12 + 8 + len(text) + 8 + len(binary)
    return (
        struct.pack("<III", MAGIC, VERSION, size),
        struct.pack("<II", len(text), JSON_CHUNK),
        text,
        struct.pack("<II", len(binary), BINARY_CHUNK),
        binary,
    )
