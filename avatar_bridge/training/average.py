"""Moving average of a net's weights."""

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

N = TypeVar("N", bound=nn.Module)


class Average(Generic[N]):
    """A copy of a net that follows it slowly; it is the one that is judged and exported.

    Polyak and Juditsky, *Acceleration of Stochastic Approximation by Averaging* (1992).

    Args:
        net: the net in training.
        decay: share of the old average that a step keeps; less in the first steps.
    """

    def __init__(self, net: N, decay: float) -> None:
        self.net: N = copy.deepcopy(net).eval()
        for parameter in self.net.parameters():
            parameter.requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, net: nn.Module, step: int) -> None:
        """Move toward the net after its step number `step`, counted from 0."""
        keep = min(self._decay, (1 + step) / (10 + step))
        for mine, its in zip(
            self.net.state_dict().values(), net.state_dict().values(), strict=True
        ):
            if mine.dtype.is_floating_point:
                mine.lerp_(its, 1 - keep)
            else:
                mine.copy_(its)
