"""The installed generators, loaded when they are first asked for."""

import numpy as np

from avatar_bridge.errors import ConfigError, ModelError, UnsupportedError
from avatar_bridge.geometry import average_face, crop_transform, face_box, transform_points
from avatar_bridge.inference.card import load_card
from avatar_bridge.inference.session import GeneratorNet
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.preview.base import UNITS
from avatar_bridge.preview.compositor import compose, luminance
from avatar_bridge.preview.expression import Expression, condition
from avatar_bridge.preview.mask import face_mask
from avatar_bridge.types import FaceCrop, Float32, Image, Landmarks

TASK = "generation"
# The default generators: of an emotion, and of action units.
DEFAULT_NET = "mma_gan"
DEFAULT_UNITS_NET = "mma_gan_au"


def generator_names(store: ModelStore) -> tuple[str, ...]:
    """Names of the installed generators, the default ones first.

    Raises:
        ModelError: the manifest or a card cannot be read.
    """
    cards = {name: load_card(store.folder / f"{name}.toml") for name in store.names()}
    found = [name for name, card in cards.items() if card.task == TASK]
    first = [name for name in (DEFAULT_NET, DEFAULT_UNITS_NET) if name in found]
    return (*first, *(name for name in found if name not in first))


def choose_generator(name: str, expression: str, installed: tuple[str, ...]) -> str:
    """The generator that is meant.

    Args:
        name: that was asked for; empty for the default one.
        expression: an emotion, or `UNITS`.
        installed: names of the installed ones.

    Raises:
        ConfigError: there is none of this name.
        UnsupportedError: none is named, and none is installed.
    """
    if name and name not in installed:
        choices = ", ".join(installed) or "none installed"
        raise ConfigError(f"unknown generator {name!r}; expected one of: {choices}")
    chosen = name or (DEFAULT_UNITS_NET if expression == UNITS else DEFAULT_NET)
    if chosen not in installed:
        others = ", ".join(installed) or "none"
        raise UnsupportedError(f"expected the generator {chosen!r} to be installed, got {others}")
    return chosen


class Generators:
    """Makes pictures of faces with an expression.

    Args:
        store: the installed models.
        threads: of one run of a net.
    """

    def __init__(self, store: ModelStore, threads: int = 1) -> None:
        self._store = store
        self._threads = threads
        self._nets: dict[str, GeneratorNet] = {}

    def net(self, name: str) -> GeneratorNet:
        """A generator, loaded.

        Raises:
            ModelError: not installed, no generator, or not what its card says.
        """
        if name not in self._nets:
            model = self._store.find(name)
            if model.card.task != TASK:
                raise ModelError(
                    f"model {name!r}: expected a {TASK} net, got task {model.card.task!r}"
                )
            self._nets[name] = GeneratorNet(model, self._threads)
        return self._nets[name]

    def make(self, image: Image, landmarks: Landmarks, expression: Expression, name: str) -> Image:
        """The picture with the expression on its face.

        Args:
            image: (H, W, 3) uint8 BGR.
            landmarks: of the face, in its pixels.
            expression: what the face shall show.
            name: of the generator.

        Returns:
            A new picture of the same size; what is no face is as it was.

        Raises:
            ModelError: the generator cannot be used.
            ConfigError: it cannot show this.
        """
        net = self.net(name)
        told = condition(expression, net.card)
        crop, seen = cut_for(net, image, landmarks)
        mask = face_mask(seen.points, net.card.input.size)
        return compose(image, crop, net.run(luminance(crop.image), told), mask)


def cut_for(net: GeneratorNet, image: Image, landmarks: Landmarks) -> tuple[FaceCrop, Landmarks]:
    """The crop that a generator takes, and the landmarks in its pixels."""
    spec = net.card.input
    box, roll = face_box(landmarks.points)
    to_frame = crop_transform(box, roll, spec.margin, spec.size, spec.lift)
    picture = average_face(image, box, roll, spec.margin, spec.size, spec.lift)
    return FaceCrop(picture, to_frame), crop_points(to_frame, landmarks)


def crop_points(to_frame: Float32, landmarks: Landmarks) -> Landmarks:
    """Landmarks of the frame in pixels of the crop that this map leads out of."""
    linear = np.linalg.inv(to_frame[:, :2].astype(np.float64))
    to_crop = np.column_stack([linear, -linear @ to_frame[:, 2]]).astype(np.float32)
    return Landmarks(transform_points(to_crop, landmarks.points))
