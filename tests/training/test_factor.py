import pytest
import torch
from torch import nn

from avatar_bridge.training.factor import factor


def test_a_layer_of_low_rank_loses_nothing() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(60, 50)
    with torch.no_grad():
        layer.weight.copy_(torch.randn(50, 5) @ torch.randn(5, 60))
    net = nn.Sequential(layer, nn.ReLU())
    thin = factor(net, 5)
    image = torch.randn(3, 60)
    torch.testing.assert_close(thin(image), net(image), atol=1e-4, rtol=1e-4)
    assert sum(p.numel() for p in thin.parameters()) == 5 * (60 + 50) + 50
    assert net[0] is layer


def test_the_strongest_directions_are_kept() -> None:
    layer = nn.Linear(40, 40, bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.diag(torch.arange(40.0, 0.0, -1.0)))
    thin = factor(nn.Sequential(layer), 10)
    kept = thin(torch.eye(40))
    assert float(kept[0, 0].detach()) == pytest.approx(40, rel=1e-2)
    assert float(kept[39, 39].detach().abs()) < 0.05


def test_layers_that_would_not_get_smaller_stay() -> None:
    net = nn.Sequential(nn.Linear(8, 8))
    assert isinstance(factor(net, 7)[0], nn.Linear)
    assert factor(net, 0) is net
