"""Pictures of an avatar without a graphics card.

Light comes from the front above and from the sky; edges against the light shine a little.
Colours are lit where the points are and blended between them.
"""

from collections.abc import Mapping
from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.head import Head, build_head
from avatar_bridge.avatar.pile import Scene
from avatar_bridge.avatar.raster import Fragments, cover, nearest, weights
from avatar_bridge.avatar.scene import head_scene
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.types import Float32, Image

_SAMPLES = 2  # of each pixel's side
_EYE = 9.0  # from how many times the picture's half height it is seen
_KEY = np.array([0.38, 0.62, 0.80], np.float32) / np.float32(1.0822)
_SKY, _GROUND, _SUN, _RIM = 0.55, 0.36, 0.58, 0.14
_SHADES = 4096  # steps of light, of which each has its byte
_CUT = 0.5  # opacity from which a textured point is seen

Colour = tuple[int, int, int]


@cache
def built_in() -> Scene:
    """The built-in head, ready to be drawn."""
    return head_scene(build_head())


def render(
    avatar: Scene | Head,
    values: Mapping[str, float] | Float32,
    *,
    size: int = 256,
    rotation: NDArray[np.floating] | None = None,
    yaw_deg: float = 0.0,
    background: Colour | None = (205, 200, 196),
) -> Image:
    """Draw an avatar.

    Args:
        avatar: what to draw; the built-in one is `built_in()`.
        values: shape → weight, or (52,) weights in ARKit's order. Names that the avatar does not
            have are passed over.
        size: of the picture's side, in pixels.
        rotation: (3, 3) how the head is turned; None looks straight ahead.
        yaw_deg: how far the viewer walks around: positive shows the face's left side.
        background: BGR, or None for a picture that is clear there.

    Returns:
        (size, size, 3) BGR, or (size, size, 4) BGRA for a clear background.
    """
    scene = avatar if isinstance(avatar, Scene) else _scene_of(avatar)
    side = size * _SAMPLES
    points, normals = _posed(scene, _named(values), rotation, yaw_deg)
    colours = _lit(scene, normals)
    seen = _project(scene, points, side)
    faces = _facing(scene, seen)
    found = cover(seen, scene.triangles[faces], side, side)
    found = _uncut(scene, faces, seen, found, side)
    pixel, face = nearest(found, side * side)
    face = faces[face]
    corners = scene.triangles[face]
    share = weights(seen, corners, pixel, side)
    light = sum(colours[corners[:, i]] * share[:, i : i + 1] for i in range(3))
    light = np.asarray(light, np.float32)
    for number, picture in enumerate(scene.textures):
        here = np.flatnonzero(scene.texture[face] == number)
        if len(here):
            texels = _texels(scene, picture, corners[here], share[here])
            light[here] *= _linear_table()[texels[:, 2::-1]]
    steps = np.clip(light * (_SHADES - 1), 0, _SHADES - 1).astype(np.int32)
    canvas = np.zeros((side * side, 4), np.uint8)
    canvas[:, :3] = background if background is not None else 0
    canvas[pixel, :3] = _byte_table()[steps[:, ::-1]]
    canvas[pixel, 3] = 255
    return _shrunk(canvas.reshape(side, side, 4), size, background is None)


@lru_cache(maxsize=4)
def _scene_of(head: Head) -> Scene:
    return head_scene(head)


def _named(values: Mapping[str, float] | Float32) -> Mapping[str, float]:
    if isinstance(values, Mapping):
        return values
    if values.shape != (len(BLENDSHAPES),):
        raise ValueError(f"values: expected ({len(BLENDSHAPES)},), got {values.shape}")
    return dict(zip(BLENDSHAPES, map(float, values), strict=True))


def _posed(
    scene: Scene,
    values: Mapping[str, float],
    rotation: NDArray[np.floating] | None,
    yaw_deg: float,
) -> tuple[Float32, Float32]:
    """Points about the picture's middle and their normals (V, 3)."""
    points, normals = scene.points.copy(), scene.normals.copy()
    for name, value in values.items():
        move = scene.moves.get(name)
        if move is not None and value:
            points[move.rows] += np.float32(value) * move.points
            normals[move.rows] += np.float32(value) * move.normals
    if rotation is not None:
        turn = np.asarray(rotation, np.float32).T
        heads = scene.heads[:, None] > 0
        points = np.where(heads, (points - scene.pivot) @ turn + scene.pivot, points)
        normals = np.where(heads, normals @ turn, normals)
    yaw = np.radians(yaw_deg)
    sin, cos = np.sin(yaw), np.cos(yaw)
    around = np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]], np.float32)
    normals = normals @ around
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), np.float32(1e-9))
    return np.asarray((points - scene.centre) @ around, np.float32), normals


def _lit(scene: Scene, normals: Float32) -> Float32:
    """The colours (V, 3) as light shows them, linear RGB."""
    sky = _GROUND + (_SKY - _GROUND) * (0.5 + 0.5 * normals[:, 1])
    sun = _SUN * np.maximum(normals @ _KEY, 0.0)
    rim = (
        _RIM
        * (1.0 - np.clip(normals[:, 2], 0.0, 1.0)) ** 3
        * (0.25 + 0.75 * np.maximum(normals[:, 1], 0.0))
    )
    lit = scene.colours[:, :3] * (sky + sun)[:, None] + rim[:, None] * (0.15 + scene.colours[:, :3])
    glow = scene.glows[:, None]
    return np.asarray(lit * (1.0 - glow) + scene.colours[:, :3] * glow, np.float32)


def _project(scene: Scene, points: Float32, side: int) -> Float32:
    away = _EYE * scene.half
    near = away / np.maximum(away - points[:, 2], 0.1 * away)
    scale = side / 2.0 / scene.half
    return np.stack(
        [
            side / 2.0 + points[:, 0] * near * scale,
            side / 2.0 - points[:, 1] * near * scale,
            points[:, 2] * near,
        ],
        axis=1,
    ).astype(np.float32)


def _facing(scene: Scene, seen: Float32) -> NDArray[np.int64]:
    """Numbers of the triangles that show their front."""
    a, b, c = (seen[scene.triangles[:, i], :2] for i in range(3))
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return np.flatnonzero((area < 0) | scene.both_sides)


def _uncut(
    scene: Scene, faces: NDArray[np.int64], seen: Float32, found: Fragments, side: int
) -> Fragments:
    """Without the places where a texture or a colour is clear."""
    clear = (scene.colours[scene.triangles[:, 0], 3] <= 1.0)[faces]
    if not clear.any():
        return found
    kept = np.ones(len(found.pixel), np.bool_)
    maybe = np.flatnonzero(clear[found.triangle])
    face = faces[found.triangle[maybe]]
    corners = scene.triangles[face]
    share = weights(seen, corners, found.pixel[maybe], side)
    opacity = (scene.colours[corners, 3] * share).sum(axis=1)
    for number, picture in enumerate(scene.textures):
        here = np.flatnonzero(scene.texture[face] == number)
        if len(here):
            texels = _texels(scene, picture, corners[here], share[here])
            opacity[here] *= texels[:, 3] / np.float32(255)
    kept[maybe] = opacity >= _CUT
    return Fragments(found.pixel[kept], found.triangle[kept], found.depth[kept])


def _texels(
    scene: Scene, picture: Image, corners: NDArray[np.int64], share: Float32
) -> NDArray[np.uint8]:
    place = (scene.places[corners] * share[:, :, None]).sum(axis=1)
    high, wide = picture.shape[:2]
    x = np.floor(place[:, 0] * wide).astype(np.int64) % wide
    y = np.floor(place[:, 1] * high).astype(np.int64) % high
    return np.asarray(picture[y, x])


def _shrunk(canvas: Image, size: int, clear: bool) -> Image:
    if not clear:
        small = cv2.resize(canvas[:, :, :3], (size, size), interpolation=cv2.INTER_AREA)
        return np.asarray(small, np.uint8)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    share = np.maximum(small[:, :, 3:], 1) / np.float32(255)
    small[:, :, :3] = np.minimum(small[:, :, :3] / share, 255)
    return np.asarray(small, np.uint8)


@cache
def _byte_table() -> NDArray[np.uint8]:
    """Linear steps as bytes of sRGB."""
    light = np.arange(_SHADES) / (_SHADES - 1)
    curved = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(curved * 255), np.uint8)


@cache
def _linear_table() -> Float32:
    """Bytes of sRGB as linear light."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )
