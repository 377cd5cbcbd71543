"""How much of the sky each point of a face sees: dark nostrils, ears, eye and mouth corners.

The face is looked at from many sides; a point sees the sky on each side from which it is seen.
"""

from typing import Any

import moderngl
import numpy as np

from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.types import Float32

_SIDE = 384  # texels of one look
_LOOKS = 64
_REACH = 24.0  # cm from the middle of the head to the edge of a look
_BIAS = 0.012  # of the depth range: how far behind the surface still counts as seen
_MIDDLE = np.array([0.0, -1.0, 2.0], np.float32)

_VERTEX = """
#version 330
in vec3 in_position;
uniform mat4 u_view;
void main() { gl_Position = u_view * vec4(in_position, 1.0); }
"""
_FRAGMENT = "#version 330\nvoid main() {}\n"


def bake_open_sky(
    gl: Any, mesh: FaceMesh, positions: Float32, normals: Float32, looks: int = _LOOKS
) -> Float32:
    """(V,) share of the sky that each position sees, 0 to 1, 1 being a flat open place."""
    program = gl.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
    parts = ("Face", "BackHead", "ScleraLeft", "ScleraRight", "Teeth")
    triangles = mesh.position_of[np.concatenate([mesh.parts[name] for name in parts])]
    vertices = gl.buffer(np.ascontiguousarray(positions, np.float32))
    indices = gl.buffer(np.ascontiguousarray(triangles, np.int32))
    array = gl.vertex_array(program, [(vertices, "3f", "in_position")], indices)
    target = gl.framebuffer(depth_attachment=gl.depth_texture((_SIDE, _SIDE)))
    seen = np.zeros(len(positions), np.float32)
    weight = np.full(len(positions), 1e-6, np.float32)
    gl.enable(moderngl.DEPTH_TEST)
    for direction in _sphere(looks):
        turn = _look_from(direction)
        local = (positions - _MIDDLE) @ turn.T / _REACH  # (V, 3), z toward the look
        program["u_view"].write(np.ascontiguousarray(_clip(turn).T, np.float32).tobytes())
        target.use()
        target.clear(depth=1.0)
        array.render()
        depth = np.frombuffer(target.depth_attachment.read(), np.float32).reshape(_SIDE, _SIDE)
        column, row = (
            np.clip(((local[:, axis] + 1) * _SIDE / 2).astype(np.int32), 0, _SIDE - 1)
            for axis in (0, 1)
        )
        open_here = (0.5 - 0.5 * local[:, 2]) < depth[row, column] + _BIAS
        cosine = np.maximum(normals @ direction, 0.0)
        seen += cosine * open_here
        weight += cosine
    for thing in (array, vertices, indices, target, program):
        thing.release()
    return np.asarray(np.clip(seen / weight, 0.0, 1.0) ** 1.3, np.float32)


def _sphere(count: int) -> Float32:
    """(count, 3) unit vectors spread evenly (Fibonacci's lattice)."""
    index = np.arange(count) + 0.5
    height = 1 - 2 * index / count
    turn = index * np.pi * (1 + 5**0.5)
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.cos(turn), height, flat * np.sin(turn)], axis=1).astype(np.float32)


def _look_from(direction: Float32) -> Float32:
    side = np.cross([0.0, 1.0, 0.0], direction)
    side = side / np.linalg.norm(side)
    return np.stack([side, np.cross(direction, side), direction]).astype(np.float32)


def _clip(turn: Float32) -> Float32:
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = turn / _REACH
    matrix[:3, 3] = -(turn @ _MIDDLE) / _REACH
    matrix[2] *= -1
    matrix[3] = [0, 0, 0, 1]
    return matrix
