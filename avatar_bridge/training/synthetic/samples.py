"""Random faces with exact truth, to learn from."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.training.synthetic.expressions import moment_later, random_expression
from avatar_bridge.training.synthetic.eyes import look_weights
from avatar_bridge.training.synthetic.face import shape_face
from avatar_bridge.training.synthetic.looks import random_lights, random_look, random_person
from avatar_bridge.training.synthetic.mesh import FaceMesh
from avatar_bridge.training.synthetic.renderer import Renderer
from avatar_bridge.training.synthetic.scene import (
    BETWEEN_EYES,
    Camera,
    HeadPlace,
    Lights,
    Look,
    Scene,
)
from avatar_bridge.training.synthetic.truth import Truth, tell_truth
from avatar_bridge.training.synthetic.worn import dress
from avatar_bridge.types import Float32

SIZE = 192
_LAYERS = 6  # of hair: fewer than the performer's, for speed
_OVERSAMPLE = 1.25
# A skull is blended as slowly as a picture is lit: each comes with so many looks and faces.
_PICTURES_OF_ONE = 3

_MAX_YAW, _MAX_PITCH, _MAX_ROLL = (math.radians(v) for v in (40.0, 30.0, 22.0))
_MAX_LOOK = math.radians(32.0)
_NUDGE = math.radians(1.5)
# Side of the face box in picture sides, and its middle below the eyes, cm (see `geometry`).
_FACE_SHARE = (0.5, 0.88)
_FACE_SIDE_CM = 2.3 * 6.2
_FACE_DROP_CM = 0.7 * 6.2
_DISTANCE = (32.0, 120.0)  # cm


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """All of a picture but the face's movement.

    Attributes:
        neutral: (V, 3) the person at rest, cm.
        look: colours, hair and what is worn.
        lights: of the room.
        backdrop: as `Scene`'s.
        camera: the lens.
        place: of the head.
    """

    neutral: Float32
    look: Look
    lights: Lights
    backdrop: NDArray[np.uint8]
    camera: Camera
    place: HeadPlace

    def turned(self, yaw: float, pitch: float, roll: float) -> "Head":
        """The same head held otherwise, in radians, its face in the picture's middle."""
        place = _centred(yaw, pitch, roll, self.place.distance, np.zeros(2))
        return replace(self, place=place)


def random_head(neutral: Float32, size: int, rng: np.random.Generator) -> Head:
    """A person, (V, 3) at rest, of any colours and in any room, before a lens."""
    camera, place = random_view(rng, size)
    look = random_look(rng)
    backdrop = room(rng, rng.uniform(0.05, 0.9), int(rng.integers(0, 14)), rng.uniform(0, 0.8) ** 2)
    return Head(neutral, look, random_lights(rng, look), backdrop, camera, place)


class SampleMaker:
    """Draws random faces.

    Args:
        gl: from `gl.open_context`.
        mesh: the kit.
        size: pixels across a picture.
        takes: (N, 52) weights of real faces, from `takes.load_takes`; None draws none of them.
    """

    def __init__(
        self, gl: Any, mesh: FaceMesh, size: int = SIZE, takes: Float32 | None = None
    ) -> None:
        self.mesh = mesh
        self.size = size
        self._takes = takes
        self._renderer = Renderer(
            gl, mesh, size, _OVERSAMPLE, samples=0, shadow_size=384, hair_layers=_LAYERS, fast=True
        )

    def make(
        self, count: int, seed: int, moments: bool = False
    ) -> Iterator[tuple[NDArray[np.uint8], Truth]]:
        """(size, size) uint8 grey pictures and their truth; the seed decides them all.

        With `moments` each is followed by the same head a moment later, within `count`.
        """
        rng = np.random.default_rng(seed)
        if moments:
            yield from itertools.islice(self._make_moments(rng), count)
            return
        for number in range(count):
            if number % _PICTURES_OF_ONE == 0:
                neutral = random_person(self.mesh, rng)
            head = random_head(neutral, self.size, rng)
            expression = random_expression(rng, self._takes)
            if expression.looks_about:
                _look_about(expression.weights, head.place, rng)
            picture, truth = self.draw(head, expression.weights)
            yield develop(picture, rng), truth

    def _make_moments(self, rng: np.random.Generator) -> Iterator[tuple[NDArray[np.uint8], Truth]]:
        while True:
            head = random_head(random_person(self.mesh, rng), self.size, rng)
            expression = random_expression(rng, self._takes)
            if expression.looks_about:
                _look_about(expression.weights, head.place, rng)
            for place, weights in (
                (head, expression.weights),
                (_nudged(head, rng), moment_later(expression.weights, rng, self._takes)),
            ):
                picture, truth = self.draw(place, weights)
                yield develop(picture, rng), truth

    def draw(self, head: Head, weights: Float32) -> tuple[NDArray[np.uint8], Truth]:
        """A head that shows (52,) weights: (size, size, 3) uint8 RGB picture, and its truth."""
        shape = shape_face(self.mesh, head.neutral, weights)
        worn = dress(self.mesh, head.neutral, head.look)
        scene = Scene(head.camera, head.place, head.lights, head.look, head.backdrop, worn)
        picture = self._renderer.draw(shape, scene)
        return picture, tell_truth(self.mesh, head.neutral, weights, shape, head.place, head.camera)


def random_view(rng: np.random.Generator, size: int) -> tuple[Camera, HeadPlace]:
    """A lens and a head before it, such that the face box lies about the picture's middle."""
    yaw = _angle(rng, _MAX_YAW)
    pitch = _angle(rng, _MAX_PITCH)
    roll = _angle(rng, _MAX_ROLL)
    distance = rng.uniform(*_DISTANCE)
    share = rng.uniform(*_FACE_SHARE)
    camera = Camera(size, focal=share * distance / _FACE_SIDE_CM)
    room_left = (1 - share) / 2 * distance / camera.focal
    place = _centred(yaw, pitch, roll, distance, rng.uniform(-0.5, 0.5, 2) * room_left)
    return camera, place


def _nudged(head: Head, rng: np.random.Generator) -> Head:
    """The head after as much of a turn as a moment has room for."""
    turn = rng.normal(0, _NUDGE, 3)
    place = head.place
    return head.turned(place.yaw + turn[0], place.pitch + turn[1], place.roll + turn[2])


def _centred(
    yaw: float, pitch: float, roll: float, distance: float, shift: NDArray[np.floating]
) -> HeadPlace:
    """A head whose face box lies (2,) cm to the right of and above the picture's middle."""
    middle = np.array([*(BETWEEN_EYES - (0, _FACE_DROP_CM, 0)), 1.0])
    at_rest = HeadPlace(yaw, pitch, roll, right=0.0, up=0.0, distance=distance)
    x, y, _ = (at_rest.head_matrix() @ middle)[:3]
    right, up = shift - (x, y)
    return HeadPlace(yaw, pitch, roll, float(right), float(up), distance)


def _angle(rng: np.random.Generator, most: float) -> float:
    """Densest about 0; a third is spread evenly, as the bell leaves few at the ends."""
    if rng.random() < 0.33:
        return float(rng.uniform(-most, most))
    while True:  # not clipped: that would heap faces at the very ends
        angle = float(rng.normal(0, 0.42 * most))
        if abs(angle) <= most:
            return angle


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
