"""Adding to a binary glTF file what it did not hold, and leaving all else as it is."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from avatar_bridge.avatar.gltf import Gltf, packed_glb
from avatar_bridge.errors import ConfigError

_FLOAT = 5126
_TYPES = {1: "SCALAR", 4: "VEC4", 16: "MAT4"}


class GlbEdit:
    """One file that is added to.

    Args:
        path: of a `.glb` or `.vrm` with its data inside.

    Attributes:
        gltf: the file as it was, for its numbers.
        json: what the new file will say.

    Raises:
        ConfigError: unreadable, or another kind of file.
    """

    def __init__(self, path: Path) -> None:
        self.gltf = Gltf(path)
        self.json: dict[str, Any] = json.loads(json.dumps(self.gltf.json))
        buffers = self.json.get("buffers") or [{}]
        if not self.gltf.binary or "uri" in buffers[0]:
            raise ConfigError(f"{path}: expected a .glb or .vrm with its data inside, got another")
        self._binary = bytearray(self.gltf.binary[: int(buffers[0]["byteLength"])])

    def add(self, values: np.ndarray, *, limits: bool = False) -> int:
        """A new accessor of float32.

        Args:
            values: (N,) numbers, (N, 4) vectors or (N, 16) matrices, column by column.
            limits: whether the smallest and largest are told, as times need.

        Returns:
            Its index.
        """
        rows = np.ascontiguousarray(values, "<f4")
        data = rows.tobytes()
        self._binary += bytes(-len(self._binary) % 4)
        view = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": len(data)}
        self._binary += data
        views, accessors = (self.json.setdefault(name, []) for name in ("bufferViews", "accessors"))
        views.append(view)
        accessor: dict[str, Any] = {
            "bufferView": len(views) - 1,
            "componentType": _FLOAT,
            "count": len(rows),
            "type": _TYPES[1 if rows.ndim == 1 else rows.shape[1]],
        }
        if limits:
            accessor |= {"min": [float(rows.min())], "max": [float(rows.max())]}
        accessors.append(accessor)
        return len(accessors) - 1

    def parts(self) -> tuple[bytes, ...]:
        """The new file."""
        self.json["buffers"][0]["byteLength"] = len(self._binary)
        return packed_glb(self.json, self._binary)
