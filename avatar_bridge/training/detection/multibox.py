"""What a single-shot detector is punished for.

Liu et al., *SSD: Single Shot MultiBox Detector* (2016), section 2.2.
https://arxiv.org/abs/1512.02325
"""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar_bridge.nets.detection.priors import corners, encode
from avatar_bridge.nets.detection.ssd import SsdOutput

# Overlap from which a prior is to see a face. SSD's 0.5 would leave small faces to one prior
# each: their priors are not much wider than the stride.
MATCH = 0.4
NEGATIVES = 3  # for each positive of a picture
LEAST = 10  # negatives of a picture, even one without a face


class MultiboxLosses(NamedTuple):
    """The parts and their sum; each is a scalar."""

    total: Tensor
    face: Tensor
    box: Tensor


def overlaps(priors: Tensor, boxes: Tensor) -> Tensor:
    """Intersection over union of (A, 3) priors and (B, M, 4) boxes: (B, A, M), NaN for NaN."""
    squares = corners(priors)[None, :, None]  # (1, A, 1, 4)
    boxes = boxes[:, None]  # (B, 1, M, 4)
    upper = torch.maximum(squares[..., :2], boxes[..., :2])
    lower = torch.minimum(squares[..., 2:], boxes[..., 2:])
    shared = (lower - upper).clamp_min(0).prod(dim=-1)
    areas = [(each[..., 2:] - each[..., :2]).prod(dim=-1) for each in (squares, boxes)]
    return shared / (areas[0] + areas[1] - shared)


def match(priors: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
    """Which priors are to see a face, and which.

    A prior takes the face that it overlaps most, if by `MATCH`; and each face has at least the
    prior that overlaps it most.

    Args:
        priors: (A, 3).
        boxes: (B, M, 4) faces of each picture, M above 0; NaN rows fill up.

    Returns:
        (B, A) bool, and (B, A, 4) the box of each prior, of no meaning where that is False.
    """
    shares = overlaps(priors, boxes).nan_to_num(-1.0)  # (B, A, M)
    share, face = shares.max(dim=2)  # (B, A)
    share_of_face, best = shares.max(dim=1)  # (B, M)
    for index in range(boxes.shape[1]):
        rows = (share_of_face[:, index] >= 0).nonzero()[:, 0]
        face[rows, best[rows, index]] = index
        share[rows, best[rows, index]] = 1.0
    return share >= MATCH, boxes.gather(1, face[..., None].expand(-1, -1, 4))


def hard_negatives(crossed: Tensor, seen: Tensor) -> Tensor:
    """The priors without a face that are hardest now, `NEGATIVES` for each with one.

    Args:
        crossed: (B, A) face loss.
        seen: (B, A) bool, the priors with a face.

    Returns:
        (B, A) bool.
    """
    count = (NEGATIVES * seen.sum(dim=1, keepdim=True)).clamp_min(LEAST)  # (B, 1)
    order = crossed.detach().masked_fill(seen, -1.0).argsort(dim=1, descending=True)
    rank = order.argsort(dim=1)
    return (rank < count) & ~seen


def multibox_loss(output: SsdOutput, boxes: Tensor) -> MultiboxLosses:
    """Softmax loss of matched priors and hard negatives, smooth L1 of matched boxes.

    Args:
        output: of the net.
        boxes: (B, M, 4) faces in pixels of the net's input, M above 0; NaN rows fill up.

    Returns:
        Both for each matched prior, and their sum (equation 1, both weighted 1).
    """
    seen, truth = match(output.priors, boxes)
    logits = output.face.transpose(1, 2)  # (B, 2, A)
    crossed = F.cross_entropy(logits, seen.long(), reduction="none")  # (B, A)
    counts = seen | hard_negatives(crossed, seen)
    matched = seen.sum().clamp_min(1)
    face = crossed[counts].sum() / matched
    offsets = encode(truth, output.priors)[seen]  # (N, 4)
    box = F.smooth_l1_loss(output.box[seen], offsets, reduction="sum") / matched
    return MultiboxLosses(face + box, face, box)
