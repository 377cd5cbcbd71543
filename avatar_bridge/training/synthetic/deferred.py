"""Skin in two passes: first what lies at each pixel, then its colour, once for each pixel.

A software rasteriser shades blocks of pixels for every triangle that touches them, and the face's
triangles are smaller than a block: shading skin directly computes most colours many times over.
Saito and Takahashi, *Comprehensible Rendering of 3-D Shapes* (SIGGRAPH 1990).
"""

from typing import Any

import moderngl

from avatar_bridge.training.synthetic.shading import (
    deferred_source,
    fragment_source,
    vertex_source,
)
from avatar_bridge.training.synthetic.uniforms import set_uniforms

_SLOTS = {"u_rest_sky": 10, "u_uv_hair": 11, "u_normal_depth": 12}


class DeferredSkin:
    """The two programs and what lies between them.

    Args:
        gl: from `gl.open_context`.
        side: pixels across a picture.
        depth: the picture's depth buffer, without multisampling.
    """

    def __init__(self, gl: Any, side: int, depth: Any) -> None:
        self._gl = gl
        self.surface = gl.program(
            vertex_shader=vertex_source("surface"), fragment_shader=fragment_source("skin_buffer")
        )
        self.shade = gl.program(
            vertex_shader=vertex_source("backdrop"), fragment_shader=deferred_source("skin")
        )
        self._layers = {name: gl.texture((side, side), 4, dtype="f4") for name in _SLOTS}
        for layer in self._layers.values():
            layer.filter = moderngl.NEAREST, moderngl.NEAREST
        self._target = gl.framebuffer(list(self._layers.values()), depth)
        # Colours alone are cleared: the depth is the picture's.
        self._colors = gl.framebuffer(list(self._layers.values()))

    def draw(self, skin: Any, corners: Any, picture: Any) -> None:
        """Draw skin into a picture, behind and before what its depth buffer holds.

        Args:
            skin: vertex array of the program `surface`.
            corners: vertex array of the program `shade`: the picture's four corners.
            picture: framebuffer.
        """
        self._colors.use()
        self._colors.clear()
        self._target.use()
        self._gl.enable(moderngl.CULL_FACE)
        skin.render()
        self._gl.disable(moderngl.CULL_FACE)
        picture.use()
        for name, slot in _SLOTS.items():
            self._layers[name].use(slot)
        set_uniforms(self.shade, **_SLOTS)
        self._gl.disable(moderngl.DEPTH_TEST)
        corners.render(moderngl.TRIANGLE_STRIP)
        self._gl.enable(moderngl.DEPTH_TEST)
