"""Emotion over action units: what a feeling adds where the units are silent.

Of the most probable emotions counts what they have above the next one, so that none comes or goes
with a jump. First an emotion takes from blink, look and mouth what its override says, as far as it
is laid on at all; then w = max(w, intensity · (1 - evidence) · prototype).
"""

from collections.abc import Mapping

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.facs.regions import OVERRIDE_GROUPS
from avatar_bridge.retarget.schema import EmotionLayer
from avatar_bridge.types import EmotionScores, Float32

_ONE = np.float32(1.0)


class Overrides:
    """What emotions leave of blink, look and mouth.

    Args:
        layer: whose overrides these are.
    """

    def __init__(self, layer: EmotionLayer) -> None:
        steepness: Mapping[str, float] = {"none": 0.0, "blend": 1.0, "block": 1.0 / layer.block_at}
        self._taken = np.zeros((len(OVERRIDE_GROUPS) + 1, len(EMOTIONS)), np.float32)
        self._group_of = np.full(len(BLENDSHAPES), len(OVERRIDE_GROUPS), np.intp)
        for row, (group, shapes) in enumerate(OVERRIDE_GROUPS.items()):
            self._group_of[[BLENDSHAPE_INDEX[shape] for shape in shapes]] = row
            for emotion, override in layer.overrides.items():
                self._taken[row, EMOTION_INDEX[emotion]] = steepness[getattr(override, group)]
        self.any = bool(self._taken.any())

    def kept(self, strengths: Float32) -> Float32:
        """The share (52,) of each weight that is left, for emotions (7,) this strong."""
        share = np.maximum(_ONE - self._taken @ strengths, np.float32(0.0))
        return np.asarray(share[self._group_of], np.float32)


class EmotionPrior:
    """The emotion layer of a profile.

    Args:
        layer: its numbers.
    """

    def __init__(self, layer: EmotionLayer) -> None:
        self._intensity = np.float32(layer.intensity)
        self._top = layer.top
        self._prototypes = np.zeros((len(EMOTIONS), len(BLENDSHAPES)), np.float32)
        for emotion, shapes in layer.prototypes.items():
            for shape, weight in shapes.items():
                if shape not in layer.protected:
                    self._prototypes[EMOTION_INDEX[emotion], BLENDSHAPE_INDEX[shape]] = weight
        sums = self._prototypes.sum(1, keepdims=True)
        self._shares = self._prototypes / np.maximum(sums, np.finfo(np.float32).tiny)
        self._overrides = Overrides(layer)

    def apply(self, weights: Float32, emotions: EmotionScores, evidence: Float32) -> Float32:
        """Weights with the emotions laid over them.

        Args:
            weights: (52,) from the action units.
            emotions: how probable each is.
            evidence: (52,) in [0, 1], how surely the units speak for each shape; where it is 1
                the emotion adds nothing.

        Returns:
            (52,) in [0, 1].
        """
        strengths = self._intensity * self._standing_out(emotions.probabilities)
        silence = _ONE - evidence
        if self._overrides.any:
            laid = strengths * (self._shares @ silence)  # as far as nothing better is known
            weights = weights * self._overrides.kept(laid)
        result = np.maximum(weights, silence * (strengths @ self._prototypes))
        return np.asarray(result, np.float32)

    def _standing_out(self, probabilities: Float32) -> Float32:
        if self._top >= len(EMOTIONS):
            return probabilities
        next_one = np.sort(probabilities)[-self._top - 1]
        return np.asarray(np.maximum(probabilities - next_one, np.float32(0.0)), np.float32)
