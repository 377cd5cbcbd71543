import pytest
import torch

from avatar_bridge.nets.layers.convolution import ConvNorm, Residual
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
