"""What a net of a cascade is punished for; every part leaves out what nobody knows (NaN).

Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced MTCNN
with HR-PCN and GCN* (Informatica 49, 2025), section 3.1, equations 1 to 3; task weights and hard
examples as in Zhang et al., *Joint Face Detection and Alignment Using Multitask Cascaded
Convolutional Networks* (2016), section II.C. https://arxiv.org/abs/1604.02878
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar_bridge.nets.detection.base import WindowOutput

HARDEST = 0.7  # share of the windows whose face loss counts
SMOOTH_UNTIL = 0.1  # window sides; at the usual 1 no offset would ever leave the square part


class WindowTarget(NamedTuple):
    """What is true of B windows; a NaN anywhere in a row takes it out of that task.

    Attributes:
        face: (B,) 1 face, 0 none; NaN for a window that shows part of one.
        box: (B, 4) offsets; see `nets.detection.base`.
        points: (B, 10).
        expressions: (B, 7) shares that sum to 1.
    """

    face: Tensor
    box: Tensor
    points: Tensor
    expressions: Tensor


class WindowLosses(NamedTuple):
    """The parts, unweighted, and their weighted sum; each is a scalar."""

    total: Tensor
    face: Tensor
    box: Tensor
    points: Tensor
    expressions: Tensor


def face_loss(logits: Tensor, target: Tensor, hardest: float = HARDEST) -> Tensor:
    """Cross-entropy (equation 1) of the windows that are hardest now.

    As printed the equation ends in (1 - y)(1 - log p); cross-entropy has log(1 - p) there.

    Args:
        logits: (B, 2) of no face and face.
        target: (B,) 1 or 0; NaN where unknown.
        hardest: share of the known windows that counts.

    Returns:
        A scalar, the mean over those that count; 0 where nothing is known.
    """
    known = torch.isfinite(target)
    crossed = F.cross_entropy(logits[known], target[known].long(), reduction="none")
    count = math.ceil(hardest * len(crossed))
    return crossed.topk(count).values.sum() / max(count, 1)


def squared_loss(said: Tensor, target: Tensor) -> Tensor:
    """Squared distance (equations 2 and 3) of rows (B, N), the mean over those without NaN."""
    known, target = _known(said, target)
    return _mean((said - target).square().sum(dim=1), known)


def smooth_loss(said: Tensor, target: Tensor) -> Tensor:
    """Smooth L1, with which section 4 of the paper trains boxes; otherwise as `squared_loss`."""
    known, target = _known(said, target)
    single = F.smooth_l1_loss(said, target, beta=SMOOTH_UNTIL, reduction="none")
    return _mean(single.sum(dim=1), known)


def expression_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy with shares (B, 7), the mean over the rows without NaN."""
    known = torch.isfinite(target).all(dim=1)
    target = torch.where(known[:, None], target, torch.zeros_like(target))
    return _mean(-(target * F.log_softmax(logits, dim=1)).sum(dim=1), known)


def _known(said: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Which rows (B,) are known, and the target with the others put where the net is."""
    known = torch.isfinite(target).all(dim=1)
    return known, torch.where(known[:, None], target, said.detach())


def _mean(values: Tensor, known: Tensor) -> Tensor:
    return (values * known).sum() / known.sum().clamp_min(1)


class WindowLoss:
    """The whole loss of a net of a cascade.

    Args:
        face: weight of that part.
        box: the same.
        points: the same; Zhang et al. give 0.5 to P-Net and R-Net, 1 to O-Net.
        expressions: the same, for a net that reads them.
        hardest: see `face_loss`.
        smooth: whether boxes are taught by smooth L1 and not by equation 2.
    """

    def __init__(
        self,
        face: float = 1.0,
        box: float = 0.5,
        points: float = 0.5,
        expressions: float = 0.5,
        hardest: float = HARDEST,
        smooth: bool = False,
    ) -> None:
        self._weights = (face, box, points, expressions)
        self._hardest = hardest
        self._box_loss = smooth_loss if smooth else squared_loss

    def __call__(self, output: WindowOutput, target: WindowTarget) -> WindowLosses:
        """The losses of a batch; a net that slides must have been shown single windows."""
        face = face_loss(output.face.flatten(1), target.face, self._hardest)
        box = self._box_loss(output.box.flatten(1), target.box)
        points = squared_loss(output.points.flatten(1), target.points)
        expressions = torch.zeros_like(face)
        if output.expressions is not None:
            expressions = expression_loss(output.expressions, target.expressions)
        parts = (face, box, points, expressions)
        total = torch.stack([w * p for w, p in zip(self._weights, parts, strict=True)]).sum()
        return WindowLosses(total, *parts)
