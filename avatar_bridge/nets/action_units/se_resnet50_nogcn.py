"""Ablation of paper 000, table 3: SE-ResNet50, global pooling and one dense layer.

The paper gives two figures for "without GCN"; the other reading is `se_resnet50`.
"""

from collections.abc import Sequence

from avatar_bridge.nets.action_units.pooled import SIZE, PooledNet
from avatar_bridge.nets.layers.bottleneck import BottleneckTrunk


def create(
    action_units: Sequence[str], width: float = 1.0, size: int = SIZE, dropout: float = 0.3
) -> PooledNet:
    """Build the net with random weights.

    Args:
        action_units: (K,) names of the nodes to read.
        width: share of ResNet-50's channels; 1 is the paper's net.
        size: side of the input in pixels.
        dropout: share of the features that the emotions miss in training.
    """
    trunk = BottleneckTrunk(1, width)
    return PooledNet(action_units, trunk, trunk.outputs[-1], size, dropout)
