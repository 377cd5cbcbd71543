import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from avatar_bridge.nets.detection.base import WindowOutput
from avatar_bridge.training.detection.losses import (
    SMOOTH_UNTIL,
    WindowLoss,
    WindowTarget,
    expression_loss,
    face_loss,
    smooth_loss,
    squared_loss,
)

NAN = float("nan")


def logits(*chances: float) -> Tensor:
    """(B, 2) that say these chances of a face."""
    faces = torch.tensor(chances)
    return torch.stack([(1 - faces).log(), faces.log()], dim=1)


@pytest.mark.parametrize(("said", "true"), [(0.2, 1.0), (0.2, 0.0), (0.9, 1.0)])
def test_a_face_costs_its_cross_entropy(said: float, true: float) -> None:
    expected = -(true * math.log(said) + (1 - true) * math.log(1 - said))
    assert face_loss(logits(said), torch.tensor([true])) == pytest.approx(expected, rel=1e-5)


def test_only_the_hardest_faces_count() -> None:
    chances = torch.linspace(0.05, 0.95, 10)
    said = logits(*chances.tolist()).requires_grad_()
    loss = face_loss(said, torch.ones(10))
    assert loss.item() == pytest.approx(-chances[:7].log().mean().item(), rel=1e-5)
    loss.backward()
    assert said.grad is not None
    assert (said.grad != 0).any(dim=1).tolist() == [True] * 7 + [False] * 3


def test_parts_of_faces_are_not_judged_as_faces() -> None:
    said = logits(0.2, 0.5, 0.5).requires_grad_()
    loss = face_loss(said, torch.tensor([NAN, 1.0, 0.0]), hardest=1.0)
    assert loss.item() == pytest.approx(math.log(2), rel=1e-5)
    loss.backward()
    assert said.grad is not None
    assert said.grad[0].tolist() == [0, 0]


def test_places_cost_their_squared_distance() -> None:
    said = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    target = torch.tensor([[0.0, 0.0], [0.0, 3.0]])
    assert squared_loss(said, target) == pytest.approx((5 + 9) / 2)


def test_smooth_costs_turn_straight() -> None:
    said = torch.tensor([[SMOOTH_UNTIL / 2, 0.0], [3 * SMOOTH_UNTIL, 0.0]])
    loss = smooth_loss(said, torch.zeros(2, 2))
    assert loss == pytest.approx((1 / 8 + 2.5) * SMOOTH_UNTIL / 2)  # 3 - 1/2, linear


@pytest.mark.parametrize("loss", [squared_loss, smooth_loss, expression_loss])
def test_a_row_with_a_gap_teaches_nothing(loss: Callable[[Tensor, Tensor], Tensor]) -> None:
    said = torch.randn(3, 7, requires_grad=True)
    target = torch.softmax(torch.randn(3, 7), dim=1)
    target[1, 2] = NAN
    got = loss(said, target)
    torch.testing.assert_close(got, loss(said[[0, 2]], target[[0, 2]]))
    got.backward()
    assert said.grad is not None
    assert torch.isfinite(said.grad).all()
    assert (said.grad != 0).any(dim=1).tolist() == [True, False, True]


def test_expressions_cost_the_entropy_at_best() -> None:
    shares = torch.tensor([[0.5, 0.5, 0, 0, 0, 0, 0]])
    said = torch.tensor([[50.0, 50, 0, 0, 0, 0, 0]])
    assert expression_loss(said, shares) == pytest.approx(math.log(2), rel=1e-4)


def output(count: int, place: tuple[int, ...] = (), expressive: bool = True) -> WindowOutput:
    return WindowOutput(
        torch.randn(count, 2, *place, requires_grad=True),
        torch.randn(count, 4, *place, requires_grad=True),
        torch.randn(count, 10, *place, requires_grad=True),
        torch.randn(count, 7, requires_grad=True) if expressive else None,
    )


def target(count: int) -> WindowTarget:
    return WindowTarget(
        torch.arange(count) % 2.0,
        torch.randn(count, 4),
        torch.rand(count, 10),
        torch.softmax(torch.randn(count, 7), dim=1),
    )


def test_the_whole_is_the_weighted_sum() -> None:
    torch.manual_seed(0)
    got = WindowLoss(face=1, box=2, points=3, expressions=4)(output(6), target(6))
    assert all(part > 0 for part in got)
    torch.testing.assert_close(got.total, sum(n * part for n, part in enumerate(got[1:], 1)))


def test_a_net_that_slides_is_taught_by_single_windows() -> None:
    torch.manual_seed(0)
    said, true = output(4, (1, 1), expressive=False), target(4)
    got = WindowLoss(smooth=True)(said, true)
    assert got.expressions == 0
    flat = WindowOutput(*(part.flatten(1) for part in said if part is not None))
    torch.testing.assert_close(got, WindowLoss(smooth=True)(flat, true))


def test_nothing_known_teaches_nothing() -> None:
    said = output(2)
    unknown = WindowTarget(*(torch.full_like(part, NAN) for part in target(2)))
    loss = WindowLoss()(said, unknown).total
    assert loss == 0
    loss.backward()
    for part in said:
        assert part is not None and part.grad is not None
        assert not part.grad.any()
