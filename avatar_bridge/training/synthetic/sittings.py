"""Sittings: one head in one light shows many expressions, picture for picture the same else.

Any two pictures of a sitting are a pair with exact truth: what this very photograph looks like
with another expression.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.geometry import average_face, face_box
from avatar_bridge.training.datasets.portraits.base import FREE
from avatar_bridge.training.synthetic.expressions import EMOTION_FACES, random_expression, settle
from avatar_bridge.training.synthetic.eyes import look_weights
from avatar_bridge.training.synthetic.looks import random_person
from avatar_bridge.training.synthetic.performance import both_sides
from avatar_bridge.training.synthetic.samples import Head, SampleMaker, random_head
from avatar_bridge.training.synthetic.scene import Camera
from avatar_bridge.types import Float32, Image

_NEUTRAL = EMOTION_INDEX["neutral"]
_SHOWN = tuple(name for name in EMOTIONS if name != "neutral")
_FREE_FACES = 2  # pictures of a sitting that show anything
PICTURES = 1 + len(_SHOWN) + 1 + _FREE_FACES  # at rest, each emotion, one again, and those
# Set apart from the seeds of samples, so that no head here is one of theirs.
_STREAM = 0x517
_YAW, _TILT, _MOST = math.radians(11.0), math.radians(6.0), 2.2  # spreads, and the largest in them
_FACE_SIDE_CM = 2.3 * 6.2
_SHARE = (0.60, 0.66)  # of the picture that the face box takes: the crop is 1.4 boxes
_DISTANCE = (45.0, 110.0)  # cm
_FULL_SHARE = 0.5  # of the emotions that are shown about as strongly as they can be
_FULL, _PART = (0.9, 1.0), (0.3, 0.9)
_VARIATION = 0.1  # share by which each movement is stronger or weaker than the prototype's
_LUMA = np.array((0.30, 0.59, 0.11), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """One head, `PICTURES` times; the first is at rest.

    Attributes:
        images: (P, S, S) uint8 grey, all cut alike, by the points of the first.
        weights: (P, 52) in [0, 1], canonical order.
        emotions: (P,) uint8 number of `facs.emotions.EMOTIONS`, `FREE` where it shows anything.
        rho: (P,) how strongly it is shown, in [0, 1].
    """

    images: Image
    weights: Float32
    emotions: NDArray[np.uint8]
    rho: Float32


def sittings(
    maker: SampleMaker, count: int, seed: int, size: int, margin: float, lift: float
) -> Iterator[Sitting]:
    """Draw sittings; the seed and a sitting's number decide it.

    Args:
        maker: draws the pictures.
        count: how many.
        seed: decides them all.
        size: side of the cut pictures in pixels.
        margin: see `geometry.crop_transform`.
        lift: see there.
    """
    for number in range(count):
        rng = np.random.default_rng((_STREAM, seed, number))
        head = _seated(random_head(random_person(maker.mesh, rng), maker.size, rng), rng)
        yield _sit(maker, head, rng, size, margin, lift)


def _sit(
    maker: SampleMaker, head: Head, rng: np.random.Generator, size: int, margin: float, lift: float
) -> Sitting:
    looks = look_weights(*(float(v) for v in rng.normal(0, math.radians(7.0), 2)))
    shown = [*_SHOWN, str(rng.choice(_SHOWN))]
    rho = np.array([0.0, *(_strength(rng) for _ in shown), *[0.0] * _FREE_FACES], np.float32)
    faces = [np.zeros(len(BLENDSHAPES), np.float32)]
    faces += [
        expression_of(EMOTION_FACES[name], float(strength), rng)
        for name, strength in zip(shown, rho[1:], strict=False)
    ]
    faces += [random_expression(rng).weights for _ in range(_FREE_FACES)]
    numbers = [_NEUTRAL, *(EMOTION_INDEX[name] for name in shown), *[FREE] * _FREE_FACES]
    tone = _Tone(rng)
    images, box, roll = [], np.zeros(4, np.float32), 0.0
    for place, weights in enumerate(faces):
        if place < len(faces) - _FREE_FACES:
            for name, value in looks.items():
                weights[BLENDSHAPE_INDEX[name]] = value
        picture, truth = maker.draw(head, weights)
        grey = tone(picture)
        if not place:  # a face that moves does not move the crop
            box, roll = face_box(truth.landmarks)
        images.append(average_face(grey, box, roll, margin, size, lift))
    return Sitting(
        np.stack(images), np.stack(faces), np.array(numbers, np.uint8), rho.astype(np.float32)
    )


def expression_of(
    prototype: Mapping[str, float], rho: float, rng: np.random.Generator, spread: float = _VARIATION
) -> Float32:
    """(52,) a prototype shown so strongly, each movement a little otherwise.

    Args:
        prototype: weights by name, as `expressions.EMOTION_FACES`.
        rho: in [0, 1], times which it is shown.
        rng: decides the rest.
        spread: share by which a movement differs at most.
    """
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    for pattern, weight in prototype.items():
        own = weight * rho * rng.uniform(1 - spread, 1 + spread)
        for name in both_sides(pattern):
            weights[BLENDSHAPE_INDEX[name]] = min(1.0, own)
    settle(weights, rng)
    return weights


def _strength(rng: np.random.Generator) -> float:
    return float(rng.uniform(*(_FULL if rng.random() < _FULL_SHARE else _PART)))


def _seated(head: Head, rng: np.random.Generator) -> Head:
    """The head near the camera's axis, without a hat, in the middle of the picture."""
    yaw, pitch, roll = (
        float(spread * np.clip(rng.normal(), -_MOST, _MOST)) for spread in (_YAW, _TILT, _TILT)
    )
    distance = float(rng.uniform(*_DISTANCE))
    camera = Camera(head.camera.size, focal=rng.uniform(*_SHARE) * distance / _FACE_SIDE_CM)
    place = replace(head.place, distance=distance)
    bare = replace(head.look, hat=0)
    return replace(head, look=bare, camera=camera, place=place).turned(yaw, pitch, roll)


class _Tone:
    """What a camera makes of the light: the same for all pictures of a sitting."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._levels: tuple[float, float] | None = None
        self._black, self._range = rng.uniform(0.0, 0.10), rng.uniform(0.72, 0.95)
        self._gamma = rng.uniform(0.8, 1.25)

    def __call__(self, picture: NDArray[np.uint8]) -> Image:
        """(S, S, 3) uint8 RGB → (S, S) uint8; the first picture is metered."""
        grey = picture.astype(np.float32) @ _LUMA / 255.0
        if self._levels is None:
            dark, bright = (float(v) for v in np.quantile(grey, (0.02, 0.98)))
            self._levels = dark, max(bright - dark, 0.15)
        dark, reach = self._levels
        grey = self._black + self._range * (grey - dark) / reach
        return np.asarray(np.clip(grey, 0, 1) ** self._gamma * 255, np.uint8)


def write_sittings(path: Path, made: list[Sitting]) -> None:
    """Write sittings as one file: the arrays of `Sitting`, with a first axis of sittings."""
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(
        partial,
        images=np.stack([sitting.images for sitting in made]),
        weights=np.stack([sitting.weights for sitting in made]),
        emotions=np.stack([sitting.emotions for sitting in made]),
        rho=np.stack([sitting.rho for sitting in made]),
        blendshape_names=np.array(BLENDSHAPES),
    )
    partial.replace(path)
