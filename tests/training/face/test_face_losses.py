import math

import pytest
import torch

from avatar_bridge.nets.face.base import FaceOutput
from avatar_bridge.training.datasets.faces import FaceBatch
from avatar_bridge.training.face.losses import (
    POINT_BETA,
    FaceLoss,
    emotion_loss,
    masked_mean,
    node_weights,
    point_loss,
    point_weights,
    unit_loss,
)
from avatar_bridge.training.face.recipe import LossPart

ONE = torch.ones(1)


def test_masked_mean_leaves_out_the_unknown() -> None:
    values = torch.tensor([1.0, float("nan"), 4.0])
    known = torch.isfinite(values)
    assert masked_mean(values, known, torch.tensor([2.0, 9.0, 1.0])) == pytest.approx(2.0)
    assert masked_mean(values, torch.zeros(3, dtype=torch.bool), torch.ones(3)) == 0


def test_points_that_are_right_cost_nothing() -> None:
    points = torch.rand(1, 70, 2)
    assert point_loss(points, points, ONE) == 0


def test_points_shifted_together_keep_their_gaps() -> None:
    points = torch.rand(1, 70, 2)
    shifted = points + 3 * POINT_BETA
    assert point_loss(shifted, points, ONE) == pytest.approx(2.5, rel=1e-3)  # 3 - 1/2, linear


def test_eyes_and_lips_count_more() -> None:
    weights = point_weights()
    assert weights.mean() == pytest.approx(1.0)
    assert weights[68] > weights[36] > weights[0]


def test_unknown_points_teach_nothing() -> None:
    points = torch.rand(2, 70, 2, requires_grad=True)
    target = points.detach().clone() + 0.1
    target[1] = float("nan")
    point_loss(points, target, torch.ones(2)).backward()
    assert points.grad is not None
    assert torch.isfinite(points.grad).all()
    assert points.grad[0].abs().sum() > 0
    assert points.grad[1].abs().sum() == 0


def test_units_that_are_right_cost_nothing() -> None:
    target = torch.tensor([[0.2, 0.9]])
    loss = unit_loss(torch.logit(target), target, torch.ones(2), torch.ones(1, 2))
    assert loss == pytest.approx(0.0, abs=1e-6)


def test_a_wrong_unit_costs_its_known_value() -> None:
    # Said 0.5 for a true 0: cross-entropy ln 2, and an error of one spread.
    loss = unit_loss(torch.zeros(1, 1), torch.zeros(1, 1), torch.tensor([0.5]), torch.ones(1, 1))
    assert loss == pytest.approx(0.5 * math.log(2) / 0.5 + 0.25, rel=1e-5)


def test_rare_units_count_as_much_as_common_ones() -> None:
    said, true = torch.tensor([[0.05, 0.5]]), torch.tensor([[0.0, 0.0]])
    spread = torch.tensor([0.05, 0.5])
    gradient = []
    for node in range(2):
        logits = torch.logit(said).requires_grad_()
        weights = torch.zeros(1, 2)
        weights[0, node] = 1.0
        unit_loss(logits, true, spread, weights).backward()
        assert logits.grad is not None
        gradient.append(float(logits.grad[0, node]))
    assert gradient[0] / gradient[1] == pytest.approx(1.0, abs=0.6)


def test_unknown_units_teach_nothing() -> None:
    logits = torch.zeros(1, 2, requires_grad=True)
    target = torch.tensor([[float("nan"), 0.3]])
    unit_loss(logits, target, torch.ones(2), torch.ones(1, 2)).backward()
    assert logits.grad is not None
    assert logits.grad[0, 0] == 0
    assert logits.grad[0, 1] != 0


def test_emotions_cost_the_entropy_at_best() -> None:
    shares = torch.tensor([[0.5, 0.5, 0, 0, 0, 0, 0], [float("nan")] * 7])
    logits = torch.tensor([[50.0, 50, 0, 0, 0, 0, 0], [9.0, 0, 0, 0, 0, 0, 0]])
    assert emotion_loss(logits, shares, torch.ones(2)) == pytest.approx(math.log(2), rel=1e-4)


def test_trust_goes_by_name_then_code() -> None:
    weights = node_weights(("AU12L", "AU28T", "AU1"), {"AU12": 0.9, "AU28T": 0.4}, 0.7)
    assert weights.tolist() == pytest.approx([0.9, 0.4, 0.7])


def test_the_whole_is_the_weighted_sum() -> None:
    torch.manual_seed(0)
    part = LossPart(presence=1, landmarks=2, action_units=3, emotions=4)
    loss = FaceLoss(part, ("AU1",), torch.ones(1))
    output = FaceOutput(
        torch.randn(2, 1), torch.rand(2, 70, 2), torch.randn(2, 1), torch.randn(2, 7)
    )
    batch = FaceBatch(
        image=torch.zeros(2, 1, 4, 4, dtype=torch.uint8),
        presence=torch.ones(2, 1),
        landmarks=torch.rand(2, 70, 2),
        action_units=torch.rand(2, 1),
        emotions=torch.softmax(torch.randn(2, 7), dim=1),
        trust=torch.ones(2),
        emotion_trust=torch.ones(2),
    )
    got = loss(output, batch)
    expected = got.presence + 2 * got.landmarks + 3 * got.action_units + 4 * got.emotions
    torch.testing.assert_close(got.total, expected)
