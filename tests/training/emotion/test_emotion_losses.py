import math

import pytest
import torch

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.emotion.base import CLASSES, LABEL_SETS, split_labels
from avatar_bridge.training.emotion.losses import EmotionLoss, class_lift, soft_cross_entropy
from avatar_bridge.training.emotion.recipe import LossPart

ONES = {name: torch.ones(count) for name, count in LABEL_SETS.items()}


def test_votes_are_a_target() -> None:
    logits = torch.log(torch.tensor([[0.5, 0.25, 0.25]]))
    shares = torch.tensor([[0.5, 0.5, 0.0]])
    loss = soft_cross_entropy(logits, shares, 0.0, torch.ones(1), torch.ones(3))
    assert loss.item() == pytest.approx(-0.5 * math.log(0.5) - 0.5 * math.log(0.25))


def test_smoothing_spreads_a_share_of_the_target() -> None:
    logits = torch.tensor([[2.0, 0.0]])
    hard = torch.tensor([[1.0, 0.0]])
    loss = soft_cross_entropy(logits, hard, 0.2, torch.ones(1), torch.ones(2))
    log = torch.log_softmax(logits, dim=1)[0]
    assert loss.item() == pytest.approx(float(-0.9 * log[0] - 0.1 * log[1]))


def test_unknown_rows_teach_nothing() -> None:
    logits = torch.randn(3, 4, requires_grad=True)
    shares = torch.eye(4)[:3].clone()
    shares[1] = torch.nan
    loss = soft_cross_entropy(logits, shares, 0.1, torch.ones(3), torch.ones(4))
    loss.backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert not logits.grad[1].any()
    assert logits.grad[0].any()
    none = soft_cross_entropy(
        logits, torch.full((3, 4), torch.nan), 0.0, torch.ones(3), torch.ones(4)
    )
    assert none.item() == 0


def test_trust_weighs_rows() -> None:
    logits, shares = torch.tensor([[3.0, 0.0], [0.0, 3.0]]), torch.tensor([[1.0, 0.0]] * 2)
    first = soft_cross_entropy(logits, shares, 0.0, torch.tensor([1.0, 0.0]), torch.ones(2))
    assert first.item() == pytest.approx(-float(torch.log_softmax(logits, 1)[0, 0]))


def test_rare_classes_are_lifted() -> None:
    shares = torch.eye(2)[torch.tensor([0] * 9 + [1])]
    flat, full = class_lift(shares, 0.0), class_lift(shares, 1.0)
    torch.testing.assert_close(flat, torch.ones(2))
    assert float(full[1] / full[0]) == pytest.approx(9)
    assert float((full * shares.mean(0)).sum()) == pytest.approx(1)


def test_branches_and_sets_add_up() -> None:
    part = LossPart(sets={"emotions": 2.0, "fer2013": 1.0}, branches=(12.0, 8.0))
    branches = (torch.randn(5, CLASSES), torch.randn(5, CLASSES))
    labels = {name: torch.eye(count)[:5] for name, count in LABEL_SETS.items()}
    losses = EmotionLoss(part, ONES)(branches, labels, torch.ones(5))
    total = 0.0
    for weight, branch in zip((12.0, 8.0), branches, strict=True):
        parts = split_labels(branch)
        for name, share in (("emotions", 2.0), ("fer2013", 1.0)):
            total += weight * share * torch.nn.functional.cross_entropy(parts[name], labels[name])
    assert losses["total"].item() == pytest.approx(float(total), rel=1e-5)
    assert set(losses) == {"total", "emotions", "fer2013"}


def test_weights_of_branches_that_are_not_there_are_told() -> None:
    labels = {name: torch.eye(count)[:2] for name, count in LABEL_SETS.items()}
    with pytest.raises(ConfigError, match="expected a weight for each of the net's 1, got 2"):
        EmotionLoss(LossPart(branches=(12.0, 8.0)), ONES)(
            (torch.zeros(2, CLASSES),), labels, torch.ones(2)
        )


def test_a_set_that_is_not_asked_for_teaches_nothing() -> None:
    logits = torch.randn(2, CLASSES, requires_grad=True)
    labels = {name: torch.eye(count)[:2] for name, count in LABEL_SETS.items()}
    losses = EmotionLoss(LossPart(sets={"fer2013": 1.0}), ONES)((logits,), labels, torch.ones(2))
    losses["total"].backward()
    assert logits.grad is not None
    assert not logits.grad[:, : LABEL_SETS["emotions"]].any()
    assert logits.grad[:, LABEL_SETS["emotions"] :].any()
