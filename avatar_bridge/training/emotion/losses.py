"""What an emotion net is punished for; what nobody knows (NaN) is left out."""

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.emotion.base import split_labels
from avatar_bridge.training.emotion.recipe import LossPart


def soft_cross_entropy(
    logits: Tensor, shares: Tensor, smoothing: float, trust: Tensor, lift: Tensor
) -> Tensor:
    """Cross-entropy with a distribution over the classes.

    Args:
        logits: (B, C).
        shares: (B, C) that sum to 1, votes or one-hot; NaN rows are left out.
        smoothing: share of the target that is spread over all classes
            (Szegedy et al., *Rethinking the Inception Architecture*, 2016, section 7).
        trust: (B,) weight of each row.
        lift: (C,) weight of each class.

    Returns:
        A scalar, the mean over the rows that are known.
    """
    known = torch.isfinite(shares).all(dim=1)
    shares = torch.where(known[:, None], shares, torch.zeros_like(shares))
    target = (1 - smoothing) * shares + smoothing / shares.shape[1]
    crossed = -(lift * target * F.log_softmax(logits, dim=1)).sum(dim=1)  # (B,)
    weight = trust * known
    return (crossed * weight).sum() / weight.sum().clamp_min(1e-6)


def class_lift(shares: Tensor, balance: float) -> Tensor:
    """(C,) weight of each class from the shares (N, C) of the training rows; see `LossPart`."""
    known = shares[torch.isfinite(shares).all(dim=1)]
    count = known.sum(dim=0).clamp_min(1.0)
    lift = (count.mean() / count) ** balance
    return lift / ((lift * count).sum() / count.sum())  # the mean over the rows stays 1


class EmotionLoss:
    """The whole loss of an emotion net: every branch on every label set.

    PCNN's loss is 12 times the global branch's plus 8 times the local one's (*PCNN*, eq. 5).

    Args:
        part: of the recipe.
        lifts: label set → (C,) weight of each class.
    """

    def __init__(self, part: LossPart, lifts: dict[str, Tensor]) -> None:
        self._part, self._lifts = part, lifts

    def __call__(
        self, branches: tuple[Tensor, ...], labels: dict[str, Tensor], trust: Tensor
    ) -> dict[str, Tensor]:
        """The parts by label set, of the first branch, and their weighted `total`.

        Args:
            branches: logits (B, CLASSES) of each branch.
            labels: label set → (B, classes).
            trust: (B,).

        Raises:
            ConfigError: the recipe weighs another number of branches than the net has.
        """
        if len(branches) != len(self._part.branches):
            raise ConfigError(
                f"loss.branches: expected a weight for each of the net's {len(branches)}, got "
                f"{len(self._part.branches)}"
            )
        parts: dict[str, Tensor] = {}
        total = trust.new_zeros(())
        for branch, weight in zip(branches, self._part.branches, strict=True):
            for name, logits in split_labels(branch.float()).items():
                if name not in self._part.sets:
                    continue
                loss = soft_cross_entropy(
                    logits,
                    labels[name],
                    self._part.smoothing,
                    trust,
                    self._lifts[name].to(logits.device),
                )
                parts.setdefault(name, loss)
                total = total + weight * self._part.sets[name] * loss
        return {"total": total} | parts
