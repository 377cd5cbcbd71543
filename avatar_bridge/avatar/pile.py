"""One avatar's points, triangles, colours and shapes, laid end to end, ready to be drawn."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32, Image

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_ROOM = 1.75  # of a face's own size, so that the whole head is in the picture


@dataclass(frozen=True, eq=False)
class Moved:
    """What a shape does at weight 1 to some points.

    Attributes:
        rows: (M,) their numbers.
        points: (M, 3) their way.
        normals: (M, 3) by which their normals change.
    """

    rows: Ints
    points: Float32
    normals: Float32


@dataclass(frozen=True, eq=False)
class Scene:
    """One avatar.

    **Convention:** glTF's axes: +x to the subject's left, +y up, +z out of the face.

    Attributes:
        points: (V, 3).
        normals: (V, 3) of unit length.
        colours: (V, 4) linear, the last one opacity.
        glows: (V,) 1 where the colour needs no light.
        places: (V, 2) in the texture.
        triangles: (T, 3).
        texture: (T,) number of the texture, -1 for none.
        both_sides: (T,) whether it is seen from behind too.
        textures: BGRA pictures.
        heads: (V,) 1 where points turn with the head.
        moves: shape → what it moves.
        pivot: (3,) what the head turns about.
        centre: (3,) what stands in the picture's middle.
        half: half the height of what the picture shows.
    """

    points: Float32
    normals: Float32
    colours: Float32
    glows: Float32
    places: Float32
    triangles: Ints
    texture: Ints
    both_sides: Flags
    textures: tuple[Image, ...]
    heads: Float32
    moves: dict[str, Moved]
    pivot: Float32
    centre: Float32
    half: float


class Pile:
    """A scene that grows."""

    def __init__(self) -> None:
        self.count = 0
        self.faces = 0
        self.textures: list[Image] = []
        self._columns: dict[str, list[NDArray[Any]]] = {}
        self._moves: dict[str, list[tuple[Ints, Float32, Float32]]] = {}

    def add(
        self,
        points: Float32,
        normals: Float32,
        colours: Float32,
        triangles: Ints,
        *,
        places: Float32 | None = None,
        texture: int = -1,
        both_sides: bool = False,
        opaque: bool = True,
        glow: bool = False,
        turns: bool = True,
    ) -> None:
        """Points and the triangles between them, which count from the first of these points."""
        many, faces = len(points), len(triangles)
        if opaque:
            colours = np.concatenate([colours[:, :3], np.full((many, 1), 2.0)], axis=1)
        columns: dict[str, NDArray[Any]] = {
            "points": points.astype(np.float32),
            "normals": normals.astype(np.float32),
            "colours": colours.astype(np.float32),
            "glows": np.full(many, float(glow), np.float32),
            "places": np.zeros((many, 2), np.float32) if places is None else places,
            "heads": np.full(many, float(turns), np.float32),
            "triangles": triangles.astype(np.int64) + self.count,
            "texture": np.full(faces, texture, np.int64),
            "both_sides": np.full(faces, both_sides),
        }
        for name, values in columns.items():
            self._columns.setdefault(name, []).append(values)
        self.count += many
        self.faces += faces

    def move(self, shape: str, rows: Ints, points: Float32, normals: Float32) -> None:
        """What a shape does to points that were added."""
        if len(rows):
            self._moves.setdefault(shape, []).append((rows, points, normals))

    def scene(self, pivot: Float32, centre: Float32, half: float) -> Scene:
        """What was added."""
        columns = {name: np.concatenate(values) for name, values in self._columns.items()}
        moves = {
            name: Moved(*(np.concatenate(each) for each in zip(*parts, strict=True)))
            for name, parts in self._moves.items()
        }
        return Scene(
            **columns, textures=tuple(self.textures), moves=moves,
            pivot=pivot, centre=centre, half=half,
        )  # fmt: skip

    def framed(self) -> Scene:
        """What was added, with the face that shapes move in the picture's middle."""
        points = np.concatenate(self._columns["points"])
        moved = [rows for parts in self._moves.values() for rows, _, _ in parts]
        face = points[np.unique(np.concatenate(moved))] if moved else points
        low, high = face.min(axis=0), face.max(axis=0)
        centre = ((low + high) / 2.0).astype(np.float32)
        pivot = np.array([centre[0], low[1], low[2]], np.float32)
        size = float(max(high[1] - low[1], high[0] - low[0])) / 2.0
        return self.scene(pivot, centre, max(size, 1e-6) * _ROOM)
