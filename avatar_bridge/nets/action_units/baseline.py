"""Ablation of paper 000, table 3: a plain convolutional net."""

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

from avatar_bridge.nets.action_units.pooled import SIZE, PooledNet
from avatar_bridge.nets.layers.convolution import ConvNorm

_CHANNELS = (32, 64, 128, 256, 512)


def create(
    action_units: Sequence[str], width: float = 1.0, size: int = SIZE, dropout: float = 0.3
) -> PooledNet:
    """Build the net with random weights: five 3x3 convolutions of stride 2.

    Args:
        action_units: (K,) names of the nodes to read.
        width: factor on the channels 32, 64, 128, 256 and 512.
        size: side of the input in pixels.
        dropout: share of the features that the emotions miss in training.
    """
    channels = [1, *(round(count * width) for count in _CHANNELS)]
    layers = [ConvNorm(a, b, stride=2) for a, b in pairwise(channels)]
    return PooledNet(action_units, nn.Sequential(*layers), channels[-1], size, dropout)
