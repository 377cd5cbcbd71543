"""What a face net is punished for; every part leaves out what nobody knows (NaN)."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from avatar_bridge.facs.landmarks import (
    EYE_LEFT,
    EYE_RIGHT,
    IRIS_LEFT,
    IRIS_RIGHT,
    LIPS_INNER,
    LIPS_OUTER,
    POINTS,
)
from avatar_bridge.nets.action_units.base import FaceOutput
from avatar_bridge.training.datasets.faces import FaceBatch, mirror_units
from avatar_bridge.training.face.recipe import LossPart

POINT_BETA = 0.02  # crop sides, about 6% of the eye distance: where square turns into linear
GAZE_BETA = 0.1  # radians
GAP_BETA = 0.01  # crop sides; gaps between points are small and mean more
MIN_SPREAD = 0.02  # of an action unit; stiller ones would only teach noise
SQUARE_UNTIL = 2.0  # standard deviations of an action unit
EYE_WEIGHT, IRIS_WEIGHT, LIP_WEIGHT = 2.0, 3.0, 2.0
# Pairs whose offset is a movement: lids, lips, and each iris against its eye's corners.
GAPS: tuple[tuple[int, int], ...] = (
    (37, 41), (38, 40), (43, 47), (44, 46),
    (61, 67), (62, 66), (63, 65), (48, 54), (51, 57),
    (IRIS_RIGHT, 36), (IRIS_RIGHT, 39), (IRIS_RIGHT, 37), (IRIS_RIGHT, 41),
    (IRIS_LEFT, 42), (IRIS_LEFT, 45), (IRIS_LEFT, 44), (IRIS_LEFT, 46),
    (19, 37), (24, 44), (21, 39), (22, 42),
)  # fmt: skip


class FaceLosses(NamedTuple):
    """The parts, unweighted, and their weighted sum; each is a scalar."""

    total: Tensor
    presence: Tensor
    landmarks: Tensor
    action_units: Tensor
    emotions: Tensor
    gaze: Tensor
    twins: Tensor


def point_weights() -> Tensor:
    """(70,) how much each point counts; the mean is 1."""
    weights = torch.ones(POINTS)
    weights[EYE_RIGHT] = EYE_WEIGHT
    weights[EYE_LEFT] = EYE_WEIGHT
    weights[LIPS_OUTER] = LIP_WEIGHT
    weights[LIPS_INNER] = LIP_WEIGHT
    weights[[IRIS_RIGHT, IRIS_LEFT]] = IRIS_WEIGHT
    return weights / weights.mean()


def node_weights(names: Sequence[str], trust: dict[str, float], other: float) -> Tensor:
    """(K,) how much each action unit counts: by its name, else by its code, else `other`."""
    return torch.tensor([trust.get(n, trust.get(n.rstrip("LRTB"), other)) for n in names])


def masked_mean(values: Tensor, known: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean over what is known; 0 where nothing is.

    Args:
        values: any shape; anything where unknown.
        known: bool of that shape.
        weights: broadcast to that shape.
    """
    weights = weights.expand_as(values) * known
    values = torch.where(known, values, torch.zeros_like(values))
    return (values * weights).sum() / weights.sum().clamp_min(1e-6)


def point_loss(points: Tensor, target: Tensor, trust: Tensor) -> Tensor:
    """Smooth L1 of points and of the gaps between them.

    Args:
        points: (B, 70, 2) crop sides.
        target: (B, 70, 2) crop sides; NaN where unknown.
        trust: (B,) weight of each picture.

    Returns:
        A scalar, 0 at best; 1 is about a `POINT_BETA` off.
    """
    known = torch.isfinite(target)
    target = torch.where(known, target, points.detach())
    weights = trust[:, None, None] * point_weights().to(points)[None, :, None]
    single = F.smooth_l1_loss(points, target, beta=POINT_BETA, reduction="none") / POINT_BETA
    first, second = (list(column) for column in zip(*GAPS, strict=True))
    gap = points[:, first] - points[:, second]  # (B, G, 2)
    true_gap = target[:, first] - target[:, second]
    both = known[:, first] & known[:, second]
    between = F.smooth_l1_loss(gap, true_gap, beta=GAP_BETA, reduction="none") / GAP_BETA
    return masked_mean(single, known, weights) + 0.5 * masked_mean(
        between, both, trust[:, None, None]
    )


def unit_loss(
    logits: Tensor, target: Tensor, spread: Tensor, weights: Tensor, active: float = 0.0
) -> Tensor:
    """Cross-entropy above its floor, and squared error, both in spreads of each node.

    Rare movements have a small spread, so that they count as much as common ones.

    Args:
        logits: (B, K).
        target: (B, K) in [0, 1]; NaN where unknown.
        spread: (K,) standard deviation of each node in training.
        weights: broadcast to (B, K).
        active: how much more a full movement counts than rest. A net in doubt says the mean of
            what may be; this keeps that mean from shrinking where rest is common.

    Returns:
        A scalar, 0 at best; about 1 for a net that always says the mean.
    """
    known = torch.isfinite(target)
    target = torch.where(known, target, torch.zeros_like(target)).clamp(0, 1)
    spread = spread.clamp_min(MIN_SPREAD)
    weights = weights * (1 + active * target)
    crossed = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    floor = F.binary_cross_entropy(target, target, reduction="none")
    error = (torch.sigmoid(logits) - target) / spread
    squared = F.smooth_l1_loss(error, torch.zeros_like(error), beta=SQUARE_UNTIL, reduction="none")
    return masked_mean(0.5 * (crossed - floor) / spread + squared, known, weights)


def emotion_loss(logits: Tensor, target: Tensor, trust: Tensor) -> Tensor:
    """Cross-entropy with shares of votes (B, 7); NaN rows are left out; trust is (B,)."""
    known = torch.isfinite(target).all(dim=1)
    target = torch.where(known[:, None], target, torch.zeros_like(target))
    crossed = -(target * F.log_softmax(logits, dim=1)).sum(dim=1)  # (B,)
    return masked_mean(crossed, known, trust)


def gaze_loss(gaze: Tensor, target: Tensor, trust: Tensor) -> Tensor:
    """Smooth L1 of (B, 2, 2) angles; 1 is about `GAZE_BETA` off. NaN is left out."""
    known = torch.isfinite(target)
    target = torch.where(known, target, gaze.detach())
    single = F.smooth_l1_loss(gaze, target, beta=GAZE_BETA, reduction="none") / GAZE_BETA
    return masked_mean(single, known, trust[:, None, None])


def twin_loss(
    logits: Tensor, target: Tensor, faces: Tensor, mirror: Tensor, spread: Tensor, count: int
) -> Tensor:
    """How far what is said of a face and of its mirrored, shifted, relit twin lie apart.

    A twin that was taken a moment later may differ, by as much as the face moved.

    Args:
        logits: (B, K) of action units; the last `count` rows are twins of the first.
        target: (B, K) in [0, 1]; NaN where unknown, and taken for the same in both.
        faces: (B, 1) 1 where the picture shows a face.
        mirror: (K,) the node that takes each node's place in a mirror.
        spread: (K,) standard deviation of each node in training.
        count: of twins.

    Returns:
        A scalar, 0 where they agree.
    """
    said = torch.sigmoid(logits) / spread.clamp_min(MIN_SPREAD)
    moved = (target[:count] - target[-count:][:, mirror]) / spread.clamp_min(MIN_SPREAD)
    apart = F.smooth_l1_loss(
        said[:count] - said[-count:][:, mirror],
        torch.nan_to_num(moved),
        beta=SQUARE_UNTIL,
        reduction="none",
    )
    return masked_mean(apart, (faces[:count] > 0).expand_as(apart), torch.ones_like(apart))


class FaceLoss:
    """The whole loss of a face net.

    Args:
        part: weights from the recipe.
        action_units: (K,) node names.
        spread: (K,) standard deviation of each node in training.
        twins: see `FaceStream`.
    """

    def __init__(
        self, part: LossPart, action_units: Sequence[str], spread: Tensor, twins: int = 0
    ) -> None:
        self._part, self._twins = part, twins
        self._mirror = torch.from_numpy(mirror_units(action_units))
        self._spread = spread
        self._nodes = node_weights(action_units, part.node_trust, part.other_trust)

    def __call__(self, output: FaceOutput, batch: FaceBatch) -> FaceLosses:
        trust, part = batch["trust"], self._part
        presence = F.binary_cross_entropy_with_logits(output.presence, batch["presence"])
        landmarks = point_loss(output.landmarks, batch["landmarks"], trust)
        nodes = self._nodes.to(trust.device)[None]
        # The truth needs no trust: what a teacher seldom gets right is best taught by it.
        weights = trust[:, None] * torch.lerp(
            nodes, torch.ones_like(nodes), batch["exact"][:, None]
        )
        spread = self._spread.to(trust.device)
        units = unit_loss(output.action_units, batch["action_units"], spread, weights, part.active)
        emotions = emotion_loss(output.emotions, batch["emotions"], batch["emotion_trust"])
        gaze = gaze_loss(output.gaze, batch["gaze"], trust)
        twins = torch.zeros_like(presence)
        if self._twins:
            twins = twin_loss(
                output.action_units,
                batch["action_units"],
                batch["presence"],
                self._mirror,
                spread,
                self._twins,
            )
        total = (
            part.presence * presence
            + part.landmarks * landmarks
            + part.action_units * units
            + part.emotions * emotions
            + part.gaze * gaze
            + part.twins * twins
        )
        return FaceLosses(total, presence, landmarks, units, emotions, gaze, twins)
