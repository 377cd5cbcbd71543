"""What smoothing is: a preset, or none, that makes the filters of every face."""

from dataclasses import dataclass
from typing import Protocol

from avatar_bridge.types import EmotionScores, Motion


@dataclass(frozen=True, slots=True)
class Envelope:
    """Seconds in which an emotion that comes is there to 95 %, and one that goes is gone."""

    attack_s: float
    release_s: float


class MotionFilter(Protocol):
    """Takes the noise out of one face's motion without making it late."""

    def smooth(self, motion: Motion, /, elapsed_s: float) -> Motion:
        """The next value.

        Args:
            motion: as it was measured.
            elapsed_s: seconds since the one before, by the frames' capture times; whatever it is
                at the first call, that value comes back unchanged.
        """
        ...


class EmotionFilter(Protocol):
    """Takes the flicker out of one face's emotions."""

    def smooth(
        self, emotions: EmotionScores, /, elapsed_s: float, envelope: Envelope
    ) -> EmotionScores:
        """The next value; the first one comes back unchanged.

        Args:
            emotions: as they were read.
            elapsed_s: seconds since the ones before.
            envelope: how fast they may come and go.
        """
        ...


class Smoothing(Protocol):
    """Makes the filters of a face; every face has its own."""

    def motion(self) -> MotionFilter:
        """A fresh filter of motion."""
        ...

    def emotions(self) -> EmotionFilter:
        """A fresh filter of emotions."""
        ...
