"""The built-in performer: who it is, and its clip."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.training.synthetic.face import shape_face
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.occlusion import bake_open_sky
from avatar_bridge.training.synthetic.performance import script
from avatar_bridge.training.synthetic.renderer import Renderer
from avatar_bridge.training.synthetic.scene import Camera, Lights, Look, Scene
from avatar_bridge.training.synthetic.truth import Truth, tell_truth
from avatar_bridge.types import Float32

# The performer is reserved: random faces are never drawn near these identity modes.
IDENTITY: tuple[float, ...] = (
    -0.7, 0.9, 0.5, -0.8, 0.6, -0.4, 0.7, 0.3, -0.6, 0.4, 0.2, -0.5,
)  # fmt: skip
LOOK = Look(fold_depth=0.55)
LIGHTS = Lights()
_BACKDROP_SEED = 17
_LOOKS_AT_SKY = 48


def perform(
    gl: Any, mesh: FaceMesh, size: int, frames: int | None = None
) -> Iterator[tuple[NDArray[np.uint8], Truth]]:
    """The clip, picture by picture.

    Args:
        gl: from `gl.open_context`.
        mesh: the kit.
        size: pixels across a picture.
        frames: stop after so many; None is the whole script.

    Yields:
        A (size, size, 3) uint8 RGB picture and its truth.
    """
    renderer = Renderer(gl, mesh, size, oversample=3, samples=0, shadow_size=2048)
    neutral = performer_neutral(mesh)
    camera = Camera(size)
    backdrop = room(np.random.default_rng(_BACKDROP_SEED), 0.52, 9, 0.75)
    weights, places = script()
    for row, place in list(zip(weights, places, strict=True))[:frames]:
        shape = shape_face(mesh, neutral, row)
        open_sky = bake_open_sky(gl, mesh, shape.positions, shape.normals, _LOOKS_AT_SKY)
        renderer.set_open_sky(open_sky)
        picture = renderer.draw(shape, Scene(camera, place, LIGHTS, LOOK, backdrop))
        yield picture, tell_truth(mesh, neutral, row, shape, place, camera)


def performer_neutral(mesh: FaceMesh) -> Float32:
    """(V, 3) the performer at rest, cm."""
    return mesh.identity(np.array(IDENTITY))
