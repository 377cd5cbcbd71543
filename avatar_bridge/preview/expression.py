"""What a made picture expresses, and how a generator is told of it."""

from dataclasses import dataclass

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.preview.base import UNITS
from avatar_bridge.types import Blendshapes, EmotionScores, Float32

NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Expression:
    """What a face shows.

    Attributes:
        name: one of the seven emotions, or `UNITS` where the weights alone say it.
        intensity: in [0, 1].
        weights: the same as blendshapes: what the built-in head shows, and what is told to a
            generator that takes blendshapes.
    """

    name: str
    intensity: float
    weights: Blendshapes

    def __post_init__(self) -> None:
        if self.name not in (*EMOTIONS, UNITS):
            raise ConfigError(f"expected one of {', '.join(EMOTIONS)}, got {self.name!r}")
        if not 0.0 <= self.intensity <= 1.0:
            raise ConfigError(f"intensity: expected 0 to 1, got {self.intensity:g}")

    @property
    def label(self) -> str:
        """For people."""
        return self.name if self.name == UNITS else f"{self.name} {self.intensity:.2f}"


def of_weights(weights: Blendshapes) -> Expression:
    """What these blendshapes show; its intensity is that of the strongest."""
    return Expression(UNITS, float(weights.weights.max()), weights)


def strongest(emotions: EmotionScores) -> tuple[str, float]:
    """The likeliest emotion, and its probability as an intensity."""
    index = int(emotions.probabilities.argmax())
    return EMOTIONS[index], float(min(emotions.probabilities[index], 1.0))


def takes_weights(card: ModelCard) -> bool:
    """Whether a generator is told blendshapes, rather than an emotion."""
    return bool(card.conditions) and card.conditions[0] in BLENDSHAPES


def condition(expression: Expression, card: ModelCard) -> Float32:
    """What a generator is told, in the order of its card's conditions.

    Args:
        expression: what it shall show.
        card: of the generator. Where it names emotions, it can show those alone.

    Returns:
        (N,) float32 in [0, 1].

    Raises:
        ConfigError: the net cannot show this.
    """
    told = np.zeros(len(card.conditions), np.float32)
    if takes_weights(card):
        place = {name: index for index, name in enumerate(BLENDSHAPES)}
        told[:] = expression.weights.weights[[place[name] for name in card.conditions]]
        return told
    meant = card.emotions or card.conditions
    if expression.name not in meant:
        raise ConfigError(
            f"generator {card.name!r}: expected one of {', '.join(meant)}, got {expression.name}"
        )
    told[card.conditions.index(expression.name)] = expression.intensity
    return told


def emotion_scores(name: str, intensity: float) -> dict[str, float]:
    """Probabilities by name in which one emotion has this much, and neutral the rest.

    Raises:
        ConfigError: not one of the seven.
    """
    if name not in EMOTION_INDEX:
        raise ConfigError(f"emotion: expected one of {', '.join(EMOTIONS)}, got {name!r}")
    return {} if name == NEUTRAL else {name: intensity}
