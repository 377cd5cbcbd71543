import pytest
import torch
from torch.nn import functional as F

from avatar_bridge.nets.layers.affine import AffineSampler


@pytest.mark.parametrize("side", [2, 7])
def test_it_samples_as_torch_does(side: int) -> None:
    features = torch.randn(3, 2, side, side)
    transform = torch.eye(2, 3) + 0.2 * torch.randn(3, 2, 3)
    grid = F.affine_grid(transform, [3, 2, side, side], align_corners=False)
    expected = F.grid_sample(features, grid, align_corners=False)
    sampled = AffineSampler(side)(features, transform)
    torch.testing.assert_close(sampled, expected, atol=1e-5, rtol=0)


def test_x_goes_right_and_y_down() -> None:
    features = torch.arange(16.0).reshape(1, 1, 4, 4)
    step = 2 / 4  # one pixel
    for column, expected in ((2, features[..., 1:]), (5, features[..., 1:, :])):
        transform = torch.tensor([[1.0, 0, 0, 0, 1, 0]])
        transform[0, column] = step
        sampled = AffineSampler(4)(features, transform.reshape(1, 2, 3))
        kept = sampled[..., : expected.shape[-2], : expected.shape[-1]]
        torch.testing.assert_close(kept, expected)


def test_half_precision_does_not_blur_the_grid() -> None:
    features = torch.rand(1, 1, 14, 14)
    identity = torch.eye(2, 3)[None]
    with torch.autocast("cpu", torch.bfloat16):
        sampled = AffineSampler(14)(features, identity.bfloat16())
    torch.testing.assert_close(sampled, features)
