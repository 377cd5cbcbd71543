"""Pictures of an avatar's head and shoulders, with the shapes that are asked for.

**Convention:** yaw turns the avatar to its own left, in radians; the middle of the face is in the
middle of the picture. Pictures are (S, S) uint8 grey.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import cv2
import moderngl
import numpy as np

from avatar_bridge.geometry import FACE_DROP, FACE_SIDE
from avatar_bridge.training.synthetic.avatar import Avatar, Part
from avatar_bridge.training.synthetic.scene import Camera
from avatar_bridge.training.synthetic.uniforms import columns, set_uniforms
from avatar_bridge.types import Float32, Image

_SHADERS = "avatar_bridge.training.synthetic"
_FOCAL = 2.2  # picture sides: a portrait lens
_SHARE = 0.45  # side of the face box in picture sides
_OVERSAMPLE, _SAMPLES = 2, 4
_CM = 100.0
_NECK = 0.08  # metres from the eyes back to the axis that a head turns about
# Rims before the brows would hide a quarter of what is asked for; hair is part of the head.
_LEFT_OUT = ("glasses",)


@dataclass(frozen=True, slots=True)
class Lamps:
    """Lights, in linear amounts; directions are from the face toward the light, camera axes."""

    key: tuple[float, float, float]
    key_amount: float
    fill_amount: float
    sky: float
    backdrop: float


FRONT = Lamps((-0.25, 0.45, 1.0), 0.75, 0.15, 0.35, 0.55)
SIDE = Lamps((0.9, 0.35, 0.45), 1.05, 0.1, 0.18, 0.12)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """From where an avatar is seen.

    Attributes:
        camera: its lens.
        matrix: (4, 4) from the avatar's world in metres to camera space in centimetres.
        box: (4,) the face box in pixels, from the places of the eyes.
    """

    camera: Camera
    matrix: Float32
    box: Float32


def look_at_face(avatar: Avatar, yaw: float, size: int) -> View:
    """A view of an avatar that is turned by so many radians; the picture has `size` pixels a side.

    Raises:
        ConfigError: the avatar cannot blink, so nobody knows where its eyes are.
    """
    left, right = (avatar.moved_by(f"eyeBlink{side}") * _CM for side in ("Left", "Right"))
    apart = float(np.linalg.norm(left - right))
    middle = (left + right) / 2
    camera = Camera(size, _FOCAL)
    distance = _FOCAL * FACE_SIDE * apart / _SHARE
    cos, sin = math.cos(yaw), math.sin(yaw)
    turn = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    pivot = middle - (0, 0, _NECK * _CM)
    face = turn @ (middle - (0, FACE_DROP * apart, 0) - pivot) + pivot
    matrix = np.eye(4)
    matrix[:3, :3] = turn * _CM
    matrix[:3, 3] = pivot - turn @ pivot - face - (0, 0, distance)
    seen = turn @ (middle - pivot) + pivot - face - (0, 0, distance)
    scale = camera.focal * size / -seen[2]
    x, y = camera.pixels(seen[None])[0]
    y += FACE_DROP * apart * scale
    half = FACE_SIDE * apart * scale / 2
    box = np.array([x - half, y - half, x + half, y + half], np.float32)
    return View(camera, matrix.astype(np.float32), box)


class Portraitist:
    """Draws one avatar.

    Args:
        gl: from `synthetic.gl.open_context`.
        avatar: whom; glasses are left out.
        size: pixels across a picture.
    """

    def __init__(self, gl: Any, avatar: Avatar, size: int) -> None:
        self._gl, self._size = gl, size
        sources = [
            "#version 330\n" + (files(_SHADERS) / "shaders" / name).read_text(encoding="utf-8")
            for name in ("avatar.vert", "avatar.frag")
        ]
        self._program = gl.program(vertex_shader=sources[0], fragment_shader=sources[1])
        side = (size * _OVERSAMPLE, size * _OVERSAMPLE)
        self._many = gl.framebuffer(
            [gl.renderbuffer(side, 4, samples=_SAMPLES)],
            gl.depth_renderbuffer(side, samples=_SAMPLES),
        )
        self._flat = gl.framebuffer([gl.renderbuffer(side, 4)])
        shown = (p for p in avatar.parts if not any(w in p.name.lower() for w in _LEFT_OUT))
        self._parts = [self._upload(part) for part in shown]

    def _upload(self, part: Part) -> tuple[Part, Any, Any, Any]:
        """A part, its buffer of positions and normals, what draws it, and its texture."""
        image = part.texture
        if image is None:
            image = np.full((1, 1, 4), 255, np.uint8)
        texture = self._gl.texture(image.shape[1::-1], 4, np.ascontiguousarray(image))
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        moving = self._gl.buffer(reserve=len(part.positions) * 24)
        array = self._gl.vertex_array(
            self._program,
            [
                (moving, "3f 3f", "in_position", "in_normal"),
                (self._gl.buffer(np.ascontiguousarray(part.uv)), "2f", "in_uv"),
            ],
            self._gl.buffer(np.ascontiguousarray(part.triangles)),
        )
        return part, moving, array, texture

    def draw(self, weights: Mapping[str, float], view: View, lamps: Lamps) -> Image:
        """(size, size) uint8 grey picture of the avatar with these shapes, in [0, 1]."""
        key = np.array(lamps.key) / np.linalg.norm(lamps.key)
        fill = np.array((-key[0], 0.1, 0.6)) / np.linalg.norm((-key[0], 0.1, 0.6))
        set_uniforms(
            self._program,
            u_view=columns(view.matrix),
            u_projection=columns(view.camera.projection()),
            u_key_direction=key,
            u_key=lamps.key_amount,
            u_fill_direction=fill,
            u_fill=lamps.fill_amount,
            u_sky=lamps.sky,
            u_texture=0,
        )
        self._many.use()
        self._many.clear(*[lamps.backdrop] * 3, 1.0)
        self._gl.enable(moderngl.DEPTH_TEST)
        self._gl.disable(moderngl.CULL_FACE)
        for part, moving, array, texture in self._parts:
            moving.write(np.ascontiguousarray(np.concatenate(part.moved(weights), axis=1)))
            texture.use(0)
            set_uniforms(self._program, u_color=tuple(part.color), u_cutoff=part.cutoff)
            array.render()
        self._gl.copy_framebuffer(self._flat, self._many)
        side = self._size * _OVERSAMPLE
        drawn = np.frombuffer(self._flat.read(components=3, alignment=1), np.uint8)
        small = cv2.resize(
            drawn.reshape(side, side, 3)[::-1], (self._size,) * 2, interpolation=cv2.INTER_AREA
        )
        return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
