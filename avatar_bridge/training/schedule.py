"""How far a run is, and what that means for the learning rate."""

import math
from dataclasses import dataclass

from avatar_bridge.training.recipe import OptimPart

LAST = 0.005  # share of the highest rate that a run ends with


@dataclass(frozen=True, slots=True)
class Schedule:
    """Warm-up, then cosine, over steps or minutes, whichever ends first.

    A wall-clock budget makes the cosine fit machines whose speed nobody knows beforehand; such
    a run is not repeatable to the bit, one by steps alone is.
    """

    optim: OptimPart

    def progress(self, step: int, seconds: float) -> float:
        """Share of the run in [0, 1] after some steps and seconds of training."""
        share = step / self.optim.steps
        if self.optim.minutes is not None:
            share = max(share, seconds / (60 * self.optim.minutes))
        return min(1.0, share)

    def rate(self, progress: float) -> float:
        """Learning rate at a share of the run."""
        warmup, top = self.optim.warmup, self.optim.rate
        if progress < warmup:
            return top * max(progress / warmup, LAST)
        turn = math.pi * (progress - warmup) / (1 - warmup)
        return top * (LAST + (1 - LAST) * 0.5 * (1 + math.cos(turn)))
