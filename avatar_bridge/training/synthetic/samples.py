"""Random faces with exact truth, to learn from."""

import math
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.training.synthetic.expressions import random_expression
from avatar_bridge.training.synthetic.eyes import look_weights
from avatar_bridge.training.synthetic.face import shape_face
from avatar_bridge.training.synthetic.looks import random_lights, random_look, random_person
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.renderer import Renderer
from avatar_bridge.training.synthetic.scene import BETWEEN_EYES, Camera, HeadPlace, Scene
from avatar_bridge.training.synthetic.truth import Truth, tell_truth
from avatar_bridge.types import Float32

SIZE = 192
_LAYERS = 6  # of hair: fewer than the performer's, for speed

_MAX_YAW, _MAX_PITCH, _MAX_ROLL = (math.radians(v) for v in (35.0, 25.0, 20.0))
_MAX_LOOK = math.radians(32.0)
# Side of the face box in picture sides, and its middle below the eyes, cm (see `geometry`).
_FACE_SHARE = (0.5, 0.88)
_FACE_SIDE_CM = 2.3 * 6.2
_FACE_DROP_CM = 0.7 * 6.2
_DISTANCE = (32.0, 120.0)  # cm


class SampleMaker:
    """Draws random faces.

    Args:
        gl: from `gl.open_context`.
        mesh: the kit.
        size: pixels across a picture.
    """

    def __init__(self, gl: Any, mesh: FaceMesh, size: int = SIZE) -> None:
        self._mesh = mesh
        self._size = size
        self._renderer = Renderer(
            gl, mesh, size, 1.5, samples=0, shadow_size=512, hair_layers=_LAYERS, fast=True
        )

    def make(self, count: int, seed: int) -> Iterator[tuple[NDArray[np.uint8], Truth]]:
        """(size, size) uint8 grey pictures and their truth; the seed decides them all."""
        rng = np.random.default_rng(seed)
        for _ in range(count):
            yield self._one(rng)

    def _one(self, rng: np.random.Generator) -> tuple[NDArray[np.uint8], Truth]:
        mesh = self._mesh
        neutral = random_person(mesh, rng)
        camera, place = random_view(rng, self._size)
        weights = random_expression(rng)
        _look_about(weights, place, rng)
        shape = shape_face(mesh, neutral, weights)
        look = random_look(rng)
        backdrop = room(
            rng, rng.uniform(0.05, 0.9), int(rng.integers(0, 14)), rng.uniform(0, 0.8) ** 2
        )
        scene = Scene(camera, place, random_lights(rng, look), look, backdrop)
        picture = develop(self._renderer.draw(shape, scene), rng)
        return picture, tell_truth(mesh, neutral, weights, shape, place, camera)


def random_view(rng: np.random.Generator, size: int) -> tuple[Camera, HeadPlace]:
    """A lens and a head before it, such that the face box lies about the picture's middle."""
    yaw = float(np.clip(rng.normal(0, 0.5 * _MAX_YAW), -_MAX_YAW, _MAX_YAW))
    pitch = float(np.clip(rng.normal(0, 0.4 * _MAX_PITCH), -_MAX_PITCH, _MAX_PITCH))
    roll = float(np.clip(rng.normal(0, 0.4 * _MAX_ROLL), -_MAX_ROLL, _MAX_ROLL))
    if rng.random() < 0.25:  # as many at the ends as the bell leaves few
        yaw = rng.uniform(-_MAX_YAW, _MAX_YAW)
    distance = rng.uniform(*_DISTANCE)
    share = rng.uniform(*_FACE_SHARE)
    camera = Camera(size, focal=share * distance / _FACE_SIDE_CM)
    middle = np.array([*(BETWEEN_EYES - (0, _FACE_DROP_CM, 0)), 1.0])
    at_rest = HeadPlace(yaw, pitch, roll, right=0.0, up=0.0, distance=distance)
    x, y, _ = (at_rest.head_matrix() @ middle)[:3]
    room_left = (1 - share) / 2 * distance / camera.focal
    right, up = rng.uniform(-0.5, 0.5, 2) * room_left
    return camera, HeadPlace(yaw, pitch, roll, right - float(x), up - float(y), distance)


def _look_about(weights: Float32, place: HeadPlace, rng: np.random.Generator) -> None:
    """Look anywhere, or back into the camera."""
    if rng.random() < 0.4:
        yaw, pitch = -0.8 * place.yaw, -0.8 * place.pitch
    else:
        yaw, pitch = rng.normal(0, 0.5 * _MAX_LOOK), rng.normal(0, 0.4 * _MAX_LOOK)
    for name, value in look_weights(float(yaw), float(pitch)).items():
        weights[BLENDSHAPE_INDEX[name]] = value


def develop(picture: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """What a camera and a file make of a picture: grey levels, blur, grain, compression.

    Args:
        picture: (S, S, 3) uint8 RGB.
        rng: decides everything.

    Returns:
        (S, S) uint8.
    """
    mix = rng.dirichlet((9.0, 18.0, 4.0)) if rng.random() < 0.5 else np.array((0.30, 0.59, 0.11))
    grey: np.ndarray = picture.astype(np.float32) @ mix.astype(np.float32) / 255.0
    size = grey.shape[0]
    if rng.random() < 0.35:  # a small face, enlarged
        small = int(size * rng.uniform(0.25, 0.8))
        grey = cv2.resize(grey, (small, small), interpolation=cv2.INTER_AREA)
        grey = cv2.resize(grey, (size, size), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        grey = cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.3, 1.3))
    if rng.random() < 0.7:  # the camera meters the light
        dark, bright = np.quantile(grey, (0.02, 0.98))
        grey = (grey - dark) / max(float(bright - dark), 0.15)
        grey = rng.uniform(0.0, 0.12) + grey * rng.uniform(0.72, 0.95)
    grey = np.clip(grey, 0, 1) ** rng.uniform(0.75, 1.35)
    grey = (grey - 0.5) * rng.uniform(0.8, 1.15) + 0.5 + rng.normal(0, 0.05)
    grey = grey + rng.normal(0, 0.03 * rng.random() ** 2, grey.shape)
    levels = np.asarray(np.clip(grey, 0, 1) * 255, np.uint8)
    if rng.random() < 0.6:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(35, 96))]
        coded = cv2.imencode(".jpg", levels, quality)[1]
        levels = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return levels
