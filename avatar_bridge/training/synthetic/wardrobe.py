"""Draws what is worn upon the head: a few small meshes that every head brings anew."""

from typing import Any

import numpy as np

from avatar_bridge.training.synthetic.scene import Worn
from avatar_bridge.training.synthetic.uniforms import set_uniforms


class Wardrobe:
    """The worn things of one picture on the graphics device.

    Args:
        gl: from `gl.open_context`.
        program: that shades them.
        depth: that draws them into the shadow map.
    """

    def __init__(self, gl: Any, program: Any, depth: Any) -> None:
        self._gl = gl
        self._program, self._depth = program, depth
        self._held: list[tuple[Worn, Any, Any]] = []

    def wear(self, things: tuple[Worn, ...]) -> None:
        """Bring these to the device, and drop the last head's."""
        for _, mesh, shade in self._held:
            mesh.release()
            shade.release()
        self._held = [self._bring(thing) for thing in things]
        for program in (self._program, self._depth):
            set_uniforms(program, u_follows_head=2)

    def _bring(self, thing: Worn) -> tuple[Worn, Any, Any]:
        vertices = self._gl.buffer(np.ascontiguousarray(thing.prop.vertices, np.float32))
        content = [(vertices, "3f 3f 2f", "in_position", "in_normal", "in_uv")]
        triangles = self._gl.buffer(np.ascontiguousarray(thing.prop.triangles, np.int32))
        mesh, shade = (
            self._gl.vertex_array(program, content, triangles, skip_errors=True)
            for program in (self._program, self._depth)
        )
        return thing, mesh, shade

    def draw_shadow(self, light: bytes) -> None:
        """Draw what is solid into the bound shadow map; `light` is its matrix."""
        if self._held:
            self._depth["u_projection"].write(light)
        for thing, _, shade in self._held:
            if thing.opacity == 1.0:
                shade.render()

    def draw(self, solid: bool) -> None:
        """Draw what is solid, or the lenses, which want blending."""
        for thing, mesh, _ in self._held:
            if (thing.opacity == 1.0) == solid:
                set_uniforms(
                    self._program,
                    u_worn_color=thing.color,
                    u_worn_gloss=thing.gloss,
                    u_worn_weave=thing.weave,
                    u_worn_opacity=thing.opacity,
                )
                mesh.render()
