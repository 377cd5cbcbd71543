"""Emotion over action units: what a feeling adds where the units are silent."""

import numpy as np

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.retarget.profile import EmotionLayer
from avatar_bridge.types import EmotionScores, Float32


class EmotionPrior:
    """The emotion layer of a profile: w = max(w, strength * (1 - evidence) * prototype)."""

    def __init__(self, layer: EmotionLayer) -> None:
        self._strength = layer.strength
        self._top = layer.top
        self._prototypes = np.zeros((len(EMOTIONS), len(BLENDSHAPES)), np.float32)
        for row, emotion in enumerate(EMOTIONS):
            for shape, weight in layer.prototypes.get(emotion, {}).items():
                if shape not in layer.protected:
                    self._prototypes[row, BLENDSHAPE_INDEX[shape]] = weight

    def apply(self, weights: Float32, emotions: EmotionScores, evidence: Float32) -> Float32:
        """Weights with the emotions laid over them.

        Args:
            weights: (52,) from the action units.
            emotions: how probable each is.
            evidence: (52,) in [0, 1], how surely the units speak for each shape; where it is 1
                the emotion changes nothing.

        Returns:
            (52,), nowhere smaller than `weights`.
        """
        probable = np.array(emotions.probabilities)
        probable[np.argsort(probable)[: -self._top]] = 0.0
        added = self._strength * (1.0 - evidence) * (probable @ self._prototypes)
        return np.maximum(weights, added).astype(np.float32)
