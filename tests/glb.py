"""Small avatars made in a test."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

SQUARE = np.array([[-0.05, 1.4, 0.1], [0.05, 1.4, 0.1], [0.05, 1.6, 0.1], [-0.05, 1.6, 0.1]])
NUDGE = np.array([[0.0, 0.01, 0.0]] * 4)


def make_glb(
    path: Path,
    morphs: Mapping[str, np.ndarray] | Sequence[str],
    *,
    points: np.ndarray = SQUARE,
    extensions: dict[str, Any] | None = None,
    names_at: str = "mesh",
) -> Path:
    """An avatar with one mesh.

    Args:
        path: where it goes.
        morphs: name → (V, 3) movement, or names of shapes that all move a little.
        points: (V, 3).
        extensions: the file's.
        names_at: "mesh", "primitive" or "accessor": where the names of the shapes stand.
    """
    if not isinstance(morphs, Mapping):
        morphs = dict.fromkeys(morphs, NUDGE)
    blobs = [np.asarray(a, "<f4").tobytes() for a in (points, *morphs.values())]
    starts = np.cumsum([0, *map(len, blobs)])
    accessors: list[dict[str, Any]] = [
        {"bufferView": i, "componentType": 5126, "count": len(points), "type": "VEC3"}
        for i in range(len(blobs))
    ]
    primitive: dict[str, Any] = {
        "attributes": {"POSITION": 0},
        "targets": [{"POSITION": 1 + i} for i in range(len(morphs))],
    }
    mesh: dict[str, Any] = {"primitives": [primitive]}
    if names_at == "accessor":
        for accessor, name in zip(accessors[1:], morphs, strict=True):
            accessor["name"] = name
    else:
        place = mesh if names_at == "mesh" else primitive
        place["extras"] = {"targetNames": list(morphs)}
    said = {
        "asset": {"version": "2.0"},
        "extensions": extensions or {},
        "nodes": [{"mesh": 0}],
        "meshes": [mesh],
        "accessors": accessors,
        "bufferViews": [
            {"buffer": 0, "byteOffset": int(starts[i]), "byteLength": len(blob)}
            for i, blob in enumerate(blobs)
        ],
        "buffers": [{"byteLength": int(starts[-1])}],
    }
    return write_glb(path, said, b"".join(blobs))


def write_glb(path: Path, said: dict[str, Any], binary: bytes) -> Path:
    """A binary glTF file of this JSON and this buffer."""
    text = json.dumps(said).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    size = 12 + 8 + len(text) + 8 + len(binary)
    path.write_bytes(
        struct.pack("<III", 0x46546C67, 2, size)
        + struct.pack("<II", len(text), 0x4E4F534A)
        + text
        + struct.pack("<II", len(binary), 0x004E4942)
        + binary
    )
    return path
