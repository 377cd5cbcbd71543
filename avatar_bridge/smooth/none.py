"""No smoothing: what is measured goes out."""

from avatar_bridge.smooth.base import Envelope
from avatar_bridge.types import EmotionScores, Motion


class SameMotion:
    """Gives back what it gets."""

    def smooth(self, motion: Motion, /, elapsed_s: float) -> Motion:
        return motion


class SameEmotions:
    """Gives back what it gets."""

    def smooth(
        self, emotions: EmotionScores, /, elapsed_s: float, envelope: Envelope
    ) -> EmotionScores:
        return emotions


class NoSmoothing:
    """Filters that do nothing."""

    def motion(self) -> SameMotion:
        return SameMotion()

    def emotions(self) -> SameEmotions:
        return SameEmotions()
