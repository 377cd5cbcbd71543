"""Emotions in time: they rise quickly, fade slowly, and do not flicker."""

import math

import numpy as np

from avatar_bridge.facs.emotions import EMOTION_INDEX
from avatar_bridge.smooth.base import Envelope
from avatar_bridge.smooth.preset import EmotionTuning
from avatar_bridge.types import EmotionScores

_NEUTRAL = EMOTION_INDEX["neutral"]


class EmotionSmoother:
    """Low-passes the probabilities of one face, with hysteresis for the strongest.

    An emotion comes and goes exponentially, at its own pace each; neutral is what they leave.
    The strongest emotion keeps its place until another leads it by a margin: until then the two
    exchange their values, so that the probabilities themselves say which one leads. Valence and
    arousal are means over them and follow.

    Args:
        tuning: the margin.
    """

    def __init__(self, tuning: EmotionTuning) -> None:
        self._tuning = tuning
        self._values: list[float] | None = None
        self._leader = _NEUTRAL

    def smooth(
        self, emotions: EmotionScores, /, elapsed_s: float, envelope: Envelope
    ) -> EmotionScores:
        # In plain numbers: on so few each call of numpy costs more than all of this.
        seen = emotions.probabilities.tolist()
        if self._values is None:
            self._values, self._leader = seen, seen.index(max(seen))
            return emotions
        attack = _share(elapsed_s, envelope.attack_s)
        release = _share(elapsed_s, envelope.release_s)
        values = [
            old + (attack if new > old else release) * (new - old)
            for old, new in zip(self._values, seen, strict=True)
        ]
        values[_NEUTRAL] = 0.0
        values[_NEUTRAL] = max(0.0, 1.0 - sum(values))
        total = sum(values)
        self._values = [value / total for value in values]
        return EmotionScores(np.array(self._led(self._values), np.float32))

    def _led(self, values: list[float]) -> list[float]:
        """The same probabilities, with the largest on whoever leads."""
        first = values.index(max(values))
        if values[first] > values[self._leader] + self._tuning.margin:
            self._leader = first
        led = values.copy()
        led[first], led[self._leader] = values[self._leader], values[first]
        return led


def _share(elapsed_s: float, whole_s: float) -> float:
    """How far an exponential comes in this time that is 95 % there in the whole; 0 is at once."""
    if whole_s <= 0.0:
        return 1.0
    return 1.0 - math.pow(0.05, max(elapsed_s, 0.0) / whole_s)
