"""A generator as the runtime runs it, step by step; and one that changes nothing, beside them."""

from collections.abc import Mapping
from typing import Protocol

import cv2
import numpy as np

from avatar_bridge.build import build_retargeter
from avatar_bridge.facs.action_units import ACTION_UNIT_NAMES
from avatar_bridge.geometry import average_face, crop_transform, face_box
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.inference.session import GeneratorNet, Made
from avatar_bridge.inference.store import InstalledModel
from avatar_bridge.preview.compositor import compose, luminance
from avatar_bridge.preview.expression import Expression, condition, emotion_scores, takes_weights
from avatar_bridge.preview.generator import crop_points
from avatar_bridge.preview.mask import face_mask
from avatar_bridge.training.suite.generation.faces import SHOWN, Sitter
from avatar_bridge.types import Blendshapes, FaceCrop, Float32, Image

PROFILE = "arkit"
UNCHANGED = "unchanged"


class Painter(Protocol):
    """Paints faces."""

    @property
    def name(self) -> str:
        """The heading of its column."""
        ...

    @property
    def spec(self) -> InputSpec:
        """What it takes."""
        ...

    @property
    def emotions(self) -> tuple[str, ...]:
        """Those of the six that it can show."""
        ...

    def paint(self, plane: Image, expression: Expression) -> Made:
        """(S, S) uint8 luminance → the same with the expression."""
        ...


class NetPainter:
    """An installed generator.

    Raises:
        ModelError: it is none, or not what its card says.
    """

    def __init__(self, model: InstalledModel, threads: int = 1) -> None:
        self.card = model.card
        self._net = GeneratorNet(model, threads)

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def spec(self) -> InputSpec:
        return self.card.input

    @property
    def emotions(self) -> tuple[str, ...]:
        if takes_weights(self.card):
            return SHOWN
        meant = self.card.emotions or self.card.conditions
        return tuple(name for name in SHOWN if name in meant)

    def paint(self, plane: Image, expression: Expression) -> Made:
        return self._net.run(plane, condition(expression, self.card))


class Unchanged:
    """Leaves every face as it is: what a measure says of nothing done."""

    name = UNCHANGED
    emotions = SHOWN

    def __init__(self, spec: InputSpec) -> None:
        self.spec = spec

    def paint(self, plane: Image, expression: Expression) -> Made:
        return Made(plane.astype(np.float32))


class Palette:
    """Expressions by emotion and intensity, their weights by the profile `arkit`."""

    def __init__(self) -> None:
        self._map = build_retargeter(PROFILE, ACTION_UNIT_NAMES).map
        self._known: dict[tuple[str, float], Expression] = {}

    def of(self, emotion: str, rho: float) -> Expression:
        """An emotion, so strongly."""
        key = emotion, rho
        if key not in self._known:
            told: Mapping[str, float] = emotion_scores(emotion, rho)
            self._known[key] = Expression(emotion, rho, self._map({}, told))
        return self._known[key]


def of_truth(emotion: str, rho: float, weights: Float32) -> Expression:
    """An expression whose weights are known."""
    return Expression(emotion, rho, Blendshapes(weights))


class Sitting:
    """One face before one painter.

    Args:
        sitter: the face.
        spec: of the painter.
    """

    def __init__(self, sitter: Sitter, spec: InputSpec) -> None:
        self._sitter = sitter
        box, roll = face_box(sitter.landmarks.points)
        to_frame = crop_transform(box, roll, spec.margin, spec.size, spec.lift)
        cut = average_face(sitter.image, box, roll, spec.margin, spec.size, spec.lift)
        self._crop = FaceCrop(cut, to_frame)
        self._mask = face_mask(crop_points(to_frame, sitter.landmarks).points, spec.size)
        self.plane = luminance(cut)

    def finish(self, made: Made) -> Image:
        """The picture with what was painted in it, as the runtime puts it there."""
        return compose(self._sitter.image, self._crop, made, self._mask)

    def outside(self) -> np.ndarray:
        """(H, W) where nothing may change."""
        size = self._sitter.image.shape[1::-1]
        reach = cv2.warpAffine(self._mask.face, self._crop.to_frame, size, flags=cv2.INTER_LINEAR)
        return np.asarray(reach == 0)
