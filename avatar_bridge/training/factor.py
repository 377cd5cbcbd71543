"""Wide fully connected layers as two thin ones, for nets that would be mostly such layers."""

import copy

import torch
from torch import nn

_SPARE = 16  # extra directions that make the randomised search exact enough
_ROUNDS = 4


def factor(net: nn.Module, rank: int) -> nn.Module:
    """A copy of a net whose fully connected layers keep their `rank` strongest directions.

    W ≈ (U S) Vᵀ by a truncated singular value decomposition, the best of its rank (Eckart and
    Young, 1936); the randomised search is Halko, Martinsson and Tropp (2011),
    https://arxiv.org/abs/0909.4061. Layers that would not get smaller stay as they are.

    Args:
        net: stays as it is.
        rank: number of directions; 0 gives the net itself.
    """
    if not rank:
        return net
    net = copy.deepcopy(net)
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.Linear):
                setattr(parent, name, _thin(child, rank))
    return net


def _thin(layer: nn.Linear, rank: int) -> nn.Module:
    inputs, outputs = layer.in_features, layer.out_features
    if rank * (inputs + outputs) >= inputs * outputs:
        return layer
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        u, s, v = torch.svd_lowrank(layer.weight, rank + _SPARE, _ROUNDS)
        down = nn.Linear(inputs, rank, bias=False)
        up = nn.Linear(rank, outputs, bias=layer.bias is not None)
        down.weight.copy_(v[:, :rank].T)
        up.weight.copy_(u[:, :rank] * s[:rank])
        if layer.bias is not None:
            up.bias.copy_(layer.bias)
    return nn.Sequential(down, up)
