import pytest
import torch
from torch import nn

from avatar_bridge.nets.layers.convolution import ConvNorm, ConvPrelu, Residual, he_normal
from avatar_bridge.nets.layers.separable import Separable


@pytest.mark.parametrize(("stride", "side"), [(1, 8), (2, 4)])
@pytest.mark.parametrize("block", [ConvNorm, Separable])
def test_stride_halves_the_map(block: type, stride: int, side: int) -> None:
    assert block(4, 6, stride)(torch.randn(2, 4, 8, 8)).shape == (2, 6, side, side)


def test_separable_is_residual_only_where_shapes_allow() -> None:
    assert Separable(4, 4).residual
    assert not Separable(4, 6).residual
    assert not Separable(4, 4, stride=2).residual


def test_a_new_residual_pair_changes_nothing() -> None:
    features = torch.rand(2, 4, 8, 8)
    torch.testing.assert_close(Residual(4).eval()(features), features)


def test_a_pool_before_prelu_is_one_after_it() -> None:
    pool = nn.MaxPool2d(2)
    block = ConvPrelu(2, 3, pool=pool)
    features = torch.randn(2, 2, 8, 8)
    torch.testing.assert_close(block(features), pool(block[2](block[0](features))))


def test_a_signal_keeps_its_size_through_prelu() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(*(ConvPrelu(32, 32, kernel=1) for _ in range(8)))
    he_normal(net)
    assert 0.3 < net(torch.randn(16, 32, 8, 8)).square().mean().sqrt() < 3
