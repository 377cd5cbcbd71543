"""Pictures that show what moves alone: a head at rest, and each shape of it in turn at 1.

They measure whether a net answers a movement with that movement and no other.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.training.synthetic.expressions import tongue_jaw
from avatar_bridge.training.synthetic.looks import random_person
from avatar_bridge.training.synthetic.samples import Head, SampleMaker, random_head
from avatar_bridge.training.synthetic.truth import Truth
from avatar_bridge.types import Float32

# Set apart from the seeds of samples, so that no head here is one to learn from.
_STREAM = 0xAC7
_MAX_YAW, _MAX_TILT = math.radians(20.0), math.radians(12.0)
_NOISE = 0.008  # of the range from black to white
_LUMA = np.array((0.30, 0.59, 0.11), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Activation:
    """One picture.

    Attributes:
        head: which head it is, from 0.
        shape: the one that is at 1; None is the head at rest.
        companions: shapes that it cannot do without; the truth says how strong.
        image: (S, S) uint8 grey.
        truth: of the picture.
    """

    head: int
    shape: str | None
    companions: tuple[str, ...]
    image: NDArray[np.uint8]
    truth: Truth


def alone(shape: str | None) -> tuple[Float32, tuple[str, ...]]:
    """(52,) weights with one shape at 1, and the names of its companions.

    Lips that close need a jaw as far open, and a tongue needs a mouth that lets it out.
    """
    weights = np.zeros(len(BLENDSHAPES), np.float32)
    if shape is None:
        return weights, ()
    weights[BLENDSHAPE_INDEX[shape]] = 1.0
    jaw = {"mouthClose": 1.0, "tongueOut": tongue_jaw(1.0)}.get(shape)
    if jaw is None:
        return weights, ()
    weights[BLENDSHAPE_INDEX["jawOpen"]] = jaw
    return weights, ("jawOpen",)


def activation_pairs(maker: SampleMaker, heads: int, seed: int) -> Iterator[Activation]:
    """Each head at rest first, then with each shape in canonical order: 53 pictures a head.

    All pictures of a head share person, look, lights, lens, room and pose. Nobody wears glasses
    or a hat, which would hide what is measured.

    Args:
        maker: draws them.
        heads: how many.
        seed: decides them all, with each head's number.
    """
    for number in range(heads):
        rng = np.random.default_rng((_STREAM, seed, number))
        head = _near_frontal(random_head(random_person(maker.mesh, rng), maker.size, rng), rng)
        levels: tuple[float, float] | None = None
        for shape in (None, *BLENDSHAPES):
            weights, companions = alone(shape)
            picture, truth = maker.draw(head, weights)
            grey = picture.astype(np.float32) @ _LUMA / 255.0
            if levels is None:  # metered once: a lit mouth must not darken the rest of the face
                dark, bright = (float(v) for v in np.quantile(grey, (0.02, 0.98)))
                levels = dark, max(bright - dark, 0.15)
            grey = 0.05 + 0.88 * (grey - levels[0]) / levels[1]
            grey = grey + rng.normal(0, _NOISE, grey.shape)
            image = np.asarray(np.clip(grey, 0, 1) * 255, np.uint8)
            yield Activation(number, shape, companions, image, truth)


def _near_frontal(head: Head, rng: np.random.Generator) -> Head:
    yaw = float(rng.uniform(-_MAX_YAW, _MAX_YAW))
    pitch, roll = (float(v) for v in rng.uniform(-_MAX_TILT, _MAX_TILT, 2))
    bare = replace(head.look, hat=0, glasses=0)
    return replace(head, look=bare).turned(yaw, pitch, roll)
