import math

import pytest
import torch

from avatar_bridge.nets.action_units.base import FaceOutput
from avatar_bridge.training.datasets.faces import FaceBatch
from avatar_bridge.training.face.losses import (
    GAZE_BETA,
    POINT_BETA,
    SQUARE_UNTIL,
    FaceLoss,
    emotion_loss,
    gaze_loss,
    masked_mean,
    node_weights,
    point_loss,
    point_weights,
    twin_loss,
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


def test_a_net_in_doubt_says_more_where_movement_counts_more() -> None:
    target = torch.tensor([[0.0], [0.0], [0.0], [0.8]])  # one picture in four moves
    said = {}
    for active in (0.0, 2.0):
        logit = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([logit], lr=0.5)
        for _ in range(300):
            optimizer.zero_grad()
            logits = logit.expand(4, 1)
            unit_loss(logits, target, torch.ones(1), torch.ones(4, 1), active).backward()
            optimizer.step()
        said[active] = torch.sigmoid(logit).item()
    assert said[0.0] == pytest.approx(0.2, abs=0.01)  # the mean
    assert said[2.0] == pytest.approx(0.8 * 2.6 / (3 + 2.6), abs=0.01)  # the weighted one


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


def test_gaze_costs_its_known_value() -> None:
    gaze = torch.zeros(1, 2, 2)
    assert gaze_loss(gaze, gaze, ONE) == 0
    assert gaze_loss(gaze + 3 * GAZE_BETA, gaze, ONE) == pytest.approx(2.5)  # 3 - 1/2, linear


def test_unknown_gaze_teaches_nothing() -> None:
    gaze = torch.zeros(2, 2, 2, requires_grad=True)
    target = torch.full((2, 2, 2), float("nan"))
    target[0, 1] = 0.3
    loss = gaze_loss(gaze, target, torch.ones(2))
    assert loss.item() == pytest.approx(2.5)  # of what is known alone
    loss.backward()
    assert gaze.grad is not None
    assert (gaze.grad != 0).tolist() == [[[False] * 2, [True] * 2], [[False] * 2] * 2]
    assert gaze_loss(gaze, target * float("nan"), torch.ones(2)) == 0


MIRROR = torch.tensor([1, 0, 2])
NOBODY_KNOWS = torch.full((5, 3), torch.nan)


def test_twins_that_agree_cost_nothing() -> None:
    first, middle = torch.randn(2, 3), torch.randn(1, 3)
    agreeing = torch.cat([first, middle, first[:, MIRROR]])
    faces = torch.ones(5, 1)
    assert twin_loss(agreeing, NOBODY_KNOWS, faces, MIRROR, torch.ones(3), 2) == 0
    same = torch.cat([first, middle, first])  # but not mirrored
    assert twin_loss(same, NOBODY_KNOWS, faces, MIRROR, torch.ones(3), 2) > 0


def test_twins_may_differ_as_the_truth_does() -> None:
    truth = torch.tensor([[0.2, 0.5, 0.5], [0.6, 0.3, 0.5]])
    faces, spread = torch.ones(2, 1), torch.ones(3)
    assert twin_loss(torch.logit(truth), truth, faces, MIRROR, spread, 1) == pytest.approx(
        0, abs=1e-9
    )
    assert twin_loss(torch.logit(truth), torch.full((2, 3), 0.4), faces, MIRROR, spread, 1) > 1e-3


def test_twins_cost_what_they_differ_in_spreads() -> None:
    logits = torch.logit(torch.tensor([[0.2, 0.5, 0.5], [0.5, 0.3, 0.5]]))
    loss = twin_loss(logits, NOBODY_KNOWS[:2], torch.ones(2, 1), MIRROR, torch.full((3,), 0.1), 1)
    assert loss == pytest.approx(1.0**2 / 2 / SQUARE_UNTIL / 3, rel=1e-4)


def test_twins_without_a_face_are_left_out() -> None:
    logits = torch.randn(4, 3, requires_grad=True)
    faces = torch.tensor([[1.0], [0.0], [1.0], [0.0]])
    loss = twin_loss(logits, NOBODY_KNOWS[:4], faces, MIRROR, torch.ones(3), 2)
    alone = twin_loss(logits[::2], NOBODY_KNOWS[:2], faces[::2], MIRROR, torch.ones(3), 1)
    torch.testing.assert_close(loss, alone)
    loss.backward()
    assert logits.grad is not None
    assert (logits.grad != 0).any(dim=1).tolist() == [True, False, True, False]
    assert twin_loss(logits, NOBODY_KNOWS[:4], torch.zeros(4, 1), MIRROR, torch.ones(3), 2) == 0


@pytest.mark.parametrize("twins", [0, 1])
def test_the_whole_is_the_weighted_sum(twins: int) -> None:
    torch.manual_seed(0)
    part = LossPart(presence=1, landmarks=2, action_units=3, emotions=4, gaze=5, twins=6)
    loss = FaceLoss(part, ("AU1",), torch.ones(1), twins)
    output = FaceOutput(
        torch.randn(2, 1),
        torch.rand(2, 70, 2),
        torch.randn(2, 1),
        torch.randn(2, 7),
        torch.randn(2, 2, 2),
    )
    batch = FaceBatch(
        image=torch.zeros(2, 1, 4, 4, dtype=torch.uint8),
        presence=torch.ones(2, 1),
        landmarks=torch.rand(2, 70, 2),
        action_units=torch.rand(2, 1),
        emotions=torch.softmax(torch.randn(2, 7), dim=1),
        gaze=torch.randn(2, 2, 2),
        trust=torch.ones(2),
        emotion_trust=torch.ones(2),
        exact=torch.zeros(2),
    )
    got = loss(output, batch)
    assert bool(got.twins > 0) is bool(twins)
    parts = (got.presence, got.landmarks, got.action_units, got.emotions, got.gaze, got.twins)
    assert all(value > 0 for value in parts[:5])
    torch.testing.assert_close(got.total, sum(n * value for n, value in enumerate(parts, 1)))


def test_the_truth_counts_where_a_teacher_is_not_trusted() -> None:
    part = LossPart(presence=0, landmarks=0, action_units=1, emotions=0, gaze=0, twins=0)
    part = part.model_copy(update={"node_trust": {"AU1": 0.0}})
    loss = FaceLoss(part, ("AU1",), torch.ones(1))
    logits = torch.tensor([[1.0], [-1.0]], requires_grad=True)
    unknown = torch.full((2, 70, 2), float("nan"))
    batch = FaceBatch(
        image=torch.zeros(2, 1, 4, 4, dtype=torch.uint8),
        presence=torch.ones(2, 1),
        landmarks=unknown,
        action_units=torch.full((2, 1), 0.5),
        emotions=torch.full((2, 7), float("nan")),
        gaze=unknown[:, :2],
        trust=torch.ones(2),
        emotion_trust=torch.ones(2),
        exact=torch.tensor([1.0, 0.0]),
    )
    output = FaceOutput(
        torch.zeros(2, 1), torch.zeros(2, 70, 2), logits, torch.zeros(2, 7), torch.zeros(2, 2, 2)
    )
    loss(output, batch).total.backward()
    assert logits.grad is not None
    assert (logits.grad != 0).ravel().tolist() == [True, False]


def test_the_loss_knows_who_is_whose_mirror_image() -> None:
    part = LossPart(presence=0, landmarks=0, action_units=0, emotions=0, gaze=0, twins=1)
    loss = FaceLoss(part, ("AU61L", "AU62R"), torch.ones(2), 1)
    logits = torch.tensor([[0.3, -1.0], [-1.0, 0.3]])
    unknown = torch.full((2, 70, 2), float("nan"))
    output = FaceOutput(
        torch.zeros(2, 1), torch.zeros(2, 70, 2), logits, torch.zeros(2, 7), torch.zeros(2, 2, 2)
    )
    batch = FaceBatch(
        image=torch.zeros(2, 1, 4, 4, dtype=torch.uint8),
        presence=torch.ones(2, 1),
        landmarks=unknown,
        action_units=unknown[:, 0],
        emotions=unknown[:, :7, 0],
        gaze=unknown[:, :2],
        trust=torch.ones(2),
        emotion_trust=torch.ones(2),
        exact=torch.zeros(2),
    )
    assert loss(output, batch).total == 0
    swapped = output._replace(action_units=logits[:1].repeat(2, 1))
    assert loss(swapped, batch).total > 0
