"""Triangles: joining, mirroring and normals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.head.falloff import Floats

Triangles = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Points and what lies between them.

    Attributes:
        points: (V, 3).
        triangles: (T, 3) counter-clockwise from outside.
        colours: (V, 3) linear, 0 to 1.
    """

    points: Floats
    triangles: Triangles
    colours: Floats


def normals(points: Floats, triangles: Triangles) -> Floats:
    """Of each point (V, 3): the mean of its triangles', weighted by their size; unit length."""
    a, b, c = (points[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    added = np.zeros_like(points)
    for axis in range(3):
        added[:, axis] = np.bincount(
            triangles.ravel(), np.repeat(face[:, axis], 3), minlength=len(points)
        )
    return np.asarray(added / np.maximum(np.linalg.norm(added, axis=1, keepdims=True), 1e-12))


def grid(rows: int, columns: int, *, closed: bool = False, first: int = 0) -> Triangles:
    """Triangles of a grid of points, row by row.

    Args:
        rows: of points.
        columns: of points.
        closed: whether the last column joins the first.
        first: number of the first point.
    """
    across = columns if closed else columns - 1
    r, c = (a.ravel() for a in np.meshgrid(np.arange(rows - 1), np.arange(across), indexing="ij"))
    d = (c + 1) % columns
    a, b = first + r * columns + c, first + r * columns + d
    low, high = a + columns, b + columns
    return np.concatenate([np.stack([a, b, high], 1), np.stack([a, high, low], 1)])


def join(*meshes: Mesh) -> Mesh:
    """Several meshes as one."""
    starts = np.cumsum([0, *(len(mesh.points) for mesh in meshes)])
    return Mesh(
        np.concatenate([mesh.points for mesh in meshes]),
        np.concatenate([m.triangles + s for m, s in zip(meshes, starts, strict=False)]),
        np.concatenate([mesh.colours for mesh in meshes]),
    )


def mirror(mesh: Mesh) -> Mesh:
    """The same on the other side."""
    return Mesh(mesh.points * (-1.0, 1.0, 1.0), mesh.triangles[:, ::-1], mesh.colours)


def outward(mesh: Mesh, centre: tuple[float, float, float]) -> Mesh:
    """The same with its triangles seen from away of `centre`, if they were not."""
    a, b, c = (mesh.points[mesh.triangles[:, i]] for i in range(3))
    volume = (np.cross(b - a, c - a) * ((a + b + c) / 3.0 - centre)).sum()
    return mesh if volume > 0 else Mesh(mesh.points, mesh.triangles[:, ::-1], mesh.colours)
