"""The losses of the game, against values worked out by hand."""

import math

import pytest
import torch
from torch import nn

from avatar_bridge.nets.generation.base import Verdict
from avatar_bridge.training.generation import losses as by


def verdict(**parts: torch.Tensor) -> Verdict:
    nothing = {name: torch.zeros(2, 3) for name in Verdict._fields}
    return Verdict(**(nothing | parts))


def test_the_players_pull_equation_1_apart() -> None:
    real, made = torch.tensor([3.0, 1.0]), torch.tensor([-1.0, 0.0])
    assert float(by.critic_loss(real, made)) == pytest.approx(-0.5 - 2.0)
    assert float(by.fooling_loss(made)) == pytest.approx(0.5)


def test_least_squares() -> None:
    real, made = torch.tensor([1.0, 0.0]), torch.tensor([1.0, 0.0])
    assert float(by.critic_squares(real, made)) == pytest.approx(0.5 * (0.5 + 0.5))
    assert float(by.fooling_squares(made)) == pytest.approx(0.5)


def test_the_penalty_is_of_a_slope_that_is_not_one() -> None:
    class Slope(nn.Module):
        def forward(self, image: torch.Tensor, condition: torch.Tensor) -> Verdict:
            return verdict(source=3.0 * image)

    image = torch.zeros(2, 1, 1, 1)
    shares = torch.tensor([0.2, 0.9])
    penalty = by.gradient_penalty(Slope(), image, image + 1, torch.zeros(2, 3), shares)
    assert float(penalty) == pytest.approx((3 - 1) ** 2)


def test_reconstruction_is_the_mean_distance() -> None:
    image = torch.zeros(1, 1, 2, 2)
    again = torch.tensor([[[[0.0, 0.4], [-0.4, 0.0]]]])
    assert float(by.reconstruction_loss(image, again)) == pytest.approx(0.2)


def test_category_leaves_out_what_shows_no_emotion() -> None:
    told = verdict(classes=torch.tensor([[0.0, 0.0, 0.0], [9.0, 0.0, 0.0]]))
    some = by.category_loss(told, torch.tensor([1, -1]))
    assert float(some) == pytest.approx(math.log(3))
    assert float(by.category_loss(told, torch.tensor([-1, -1]))) == 0.0


def test_condition_and_intensity_are_squared_distances() -> None:
    told = verdict(
        condition=torch.tensor([[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]]),
        intensity=torch.tensor([0.5, 0.0]),
    )
    wish = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert float(by.condition_loss(told, wish)) == pytest.approx((0.25 + 1.0) / 2)
    assert float(by.intensity_loss(told, wish.amax(1))) == pytest.approx((0.25 + 1.0) / 2)


def test_the_same_picture_costs_nothing_and_another_does() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.rand(2, 1, 32, 32, generator=generator) * 2 - 1 for _ in range(2))
    for loss in (by.pair_loss, by.edge_loss, by.structure_loss):
        assert float(loss(a, a)) == pytest.approx(0.0, abs=1e-5)
        assert float(loss(a, b)) > 0.1


def test_a_pair_counts_double_inside_the_face() -> None:
    truth = torch.zeros(1, 1, 64, 64)
    centre, corner = truth.clone(), truth.clone()
    centre[..., 32:36, 32:36] = 1.0
    corner[..., :4, :4] = 1.0
    ratio = float(by.pair_loss(centre, truth) / by.pair_loss(corner, truth))
    assert ratio == pytest.approx(2.0)


def test_what_moves_inside_the_face_is_free() -> None:
    image = torch.zeros(1, 1, 64, 64)
    moved = image.clone()
    moved[..., 30:40, 28:36] = 1.0
    assert float(by.still_loss(moved, image)) == 0.0
    moved[..., 0, 0] = 1.0
    assert float(by.still_loss(moved, image)) == pytest.approx(1 / 64**2)


def test_variation_of_a_checkerboard_is_two_steps() -> None:
    board = torch.tensor([[0.0, 1.0], [1.0, 0.0]])[None, None]
    assert float(by.variation_loss(board)) == pytest.approx(2.0)


def test_only_what_is_shown_twice_is_a_fold() -> None:
    side = 16
    places = (torch.arange(side) + 0.5) * (2 / side) - 1
    flow = torch.zeros(1, 2, side, side)
    flow[:, 1] = -0.5 * places[:, None]  # twice as tall: stretched, not folded
    assert float(by.fold_loss(flow)) == 0.0
    flow[:, 0] = -2.0 * places  # mirrored: each pixel one further to the left
    assert float(by.fold_loss(flow)) == pytest.approx(1.2, abs=1e-5)
