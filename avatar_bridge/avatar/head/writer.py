"""Building a binary glTF file: accessors, and sparse ones for morph targets.

Khronos, *glTF 2.0 Specification* (2021), §3.6 (accessors),
https://registry.khronos.org/glTF/specs/2.0.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.gltf import packed_glb

_ARRAY, _ELEMENTS = 34962, 34963  # what a buffer view is for
_COMPONENTS = {"float32": 5126, "uint8": 5121, "uint16": 5123, "uint32": 5125}
_TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}

Json = dict[str, Any]


class GlbWriter:
    """A file that grows by accessors; the caller says the rest.

    Attributes:
        json: what the file will say.
    """

    def __init__(self) -> None:
        self.json: Json = {"bufferViews": [], "accessors": []}
        self._binary = bytearray()

    def vertices(self, values: NDArray[Any], *, limits: bool = False) -> int:
        """An accessor of what each point has, (V, columns): float32, or uint8 as fractions.

        Args:
            values: its numbers.
            limits: whether the least and greatest are told, as positions need.

        Returns:
            Its index.
        """
        said = {"bufferView": self._view(values, _ARRAY)} | _said(values)
        if values.dtype == np.uint8:
            said["normalized"] = True
        if limits:
            said |= {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
        return self._accessor(said)

    def indices(self, triangles: NDArray[Any], points: int) -> int:
        """An accessor of triangles (T, 3) between so many points; gives its index."""
        return self._accessor(
            {"bufferView": self._view(flat := _short(triangles.ravel(), points), _ELEMENTS)}
            | _said(flat[:, None])
        )

    def rows(self, numbers: NDArray[Any], points: int) -> Json:
        """Which points a sparse accessor gives; for `sparse`, and to be shared by several."""
        short = _short(numbers, points)
        return {
            "bufferView": self._view(short, None),
            "componentType": _COMPONENTS[short.dtype.name],
        }

    def sparse(self, where: Json, values: NDArray[np.float32], points: int) -> int:
        """An accessor of (points, 3) that is zero but for some rows; gives its index.

        Args:
            where: those rows, from `rows`.
            values: (M, 3) what stands there.
            points: how many it has in all.
        """
        low, high = values.min(0), values.max(0)
        if len(values) < points:
            low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
        return self._accessor(
            {
                "componentType": _COMPONENTS["float32"],
                "count": points,
                "type": "VEC3",
                "min": low.tolist(),
                "max": high.tolist(),
                "sparse": {
                    "count": len(values),
                    "indices": where,
                    "values": {"bufferView": self._view(values, None)},
                },
            }
        )

    def packed(self) -> bytes:
        """The whole file."""
        self.json["buffers"] = [{"byteLength": len(self._binary)}]
        return b"".join(packed_glb(self.json, self._binary))

    def _view(self, values: NDArray[Any], target: int | None) -> int:
        self._binary += bytes(-len(self._binary) % 4)
        data = np.ascontiguousarray(values).tobytes()
        view: Json = {"buffer": 0, "byteOffset": len(self._binary), "byteLength": len(data)}
        self._binary += data
        if target is not None:
            view["target"] = target
        self.json["bufferViews"].append(view)
        return len(self.json["bufferViews"]) - 1

    def _accessor(self, said: Json) -> int:
        self.json["accessors"].append(said)
        return len(self.json["accessors"]) - 1


def _said(values: NDArray[Any]) -> Json:
    return {
        "componentType": _COMPONENTS[values.dtype.name],
        "count": len(values),
        "type": _TYPES[values.shape[1]],
    }


def _short(numbers: NDArray[Any], points: int) -> NDArray[Any]:
    """The smallest integers that number so many points; the greatest number means no point."""
    return numbers.astype(np.uint16 if points < 0xFFFF else np.uint32)
