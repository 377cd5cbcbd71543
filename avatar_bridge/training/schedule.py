"""How far a run is, and what that means for the learning rate."""

import math
from dataclasses import dataclass

from avatar_bridge.training.recipe import OptimPart

LAST = 0.005  # share of the highest rate that a cosine ends with


@dataclass(frozen=True, slots=True)
class Schedule:
    """Warm-up, then a cosine or a plateau's stairs, over steps or minutes, whichever ends first.

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

    def rate(self, progress: float, falls: int = 0) -> float:
        """Learning rate at a share of the run, after so many falls from a plateau."""
        warmup, top = self.optim.warmup, self.optim.rate
        if progress < warmup:
            return top * max(progress / warmup, LAST)
        if self.optim.schedule == "plateau":
            return top * self.optim.plateau_factor**falls
        turn = math.pi * (progress - warmup) / (1 - warmup)
        return top * (LAST + (1 - LAST) * 0.5 * (1 + math.cos(turn)))


@dataclass(slots=True)
class Plateau:
    """Whether a run still gets better.

    Attributes:
        best: highest merit so far.
        idle: judgements since then.
        falls: how often the rate has fallen for it.
    """

    best: float = -math.inf
    idle: int = 0
    falls: int = 0

    def judge(self, merit: float, optim: OptimPart) -> bool:
        """Take in a judgement; True where it is the best so far."""
        if merit > self.best:
            self.best, self.idle = merit, 0
            return True
        self.idle += 1
        if optim.schedule == "plateau" and self.idle % optim.plateau == 0:
            self.falls += 1
        return False

    def ended(self, optim: OptimPart) -> bool:
        """Whether the run should end early."""
        return 0 < optim.stop <= self.idle
