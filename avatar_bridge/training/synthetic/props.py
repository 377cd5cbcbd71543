"""What is not in ICT-FaceKit: the shoulders, and any sheet that is made from a grid.

**Convention:** head axes of the neutral mesh, cm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatar_bridge.types import Float32


@dataclass(frozen=True, slots=True, eq=False)
class Prop:
    """A mesh of its own.

    Attributes:
        vertices: (N, 8) position, normal, texture coordinate.
        triangles: (T, 3).
    """

    vertices: Float32
    triangles: np.ndarray


def grid_prop(points: np.ndarray) -> Prop:
    """A sheet through (rows, columns, 3) points; u runs along the columns, v along the rows."""
    rows, columns = points.shape[:2]
    along, up = np.gradient(points, axis=1), np.gradient(points, axis=0)
    normal = np.cross(along, up)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    v, u = np.mgrid[0 : 1 : rows * 1j, 0 : 1 : columns * 1j]
    vertices = np.concatenate([points, normal, u[..., None], v[..., None]], axis=-1)
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:]
    triangles = np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)]
    )
    return Prop(vertices.reshape(-1, 8).astype(np.float32), triangles.astype(np.int32))


def joined_props(props: Sequence[Prop]) -> Prop:
    """Several props as one."""
    starts = np.cumsum([0, *(len(prop.vertices) for prop in props[:-1])])
    triangles = [prop.triangles + start for prop, start in zip(props, starts, strict=True)]
    vertices = np.concatenate([prop.vertices for prop in props])
    return Prop(vertices, np.concatenate(triangles).astype(np.int32))


def torso() -> Prop:
    """Shoulders and chest under the neck of the mesh."""
    heights = np.array([-12.0, -13.2, -14.5, -16.0, -18.0, -21.0, -26.0, -34.0, -48.0])
    half_widths = np.array([5.5, 9.5, 13.0, 15.8, 18.2, 20.2, 21.4, 21.0, 20.0])
    half_depths = np.array([3.5, 4.8, 6.0, 7.2, 8.6, 9.8, 11.0, 11.0, 11.0])
    middles = np.array([-4.2, -4.0, -3.6, -3.2, -3.0, -2.8, -2.5, -2.5, -2.5])
    turns = np.linspace(-np.pi, np.pi, 73)
    fine = np.linspace(0, len(heights) - 1, 40)
    at = np.arange(len(heights))
    height, wide, deep, middle = (
        np.interp(fine, at, values)[::-1, None]
        for values in (heights, half_widths, half_depths, middles)
    )
    # Squarer than an ellipse, as a chest is.
    sine, cosine = np.sin(turns), np.cos(turns)
    x = wide * np.sign(sine) * np.abs(sine) ** 0.85
    z = middle + deep * np.sign(cosine) * np.abs(cosine) ** 0.85
    return grid_prop(np.stack([x, np.broadcast_to(height, x.shape), z], axis=-1))
