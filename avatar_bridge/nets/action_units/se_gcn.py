"""Ablation of paper 000, table 3: squeeze and excite on a shallow trunk, one block a stage."""

from collections.abc import Sequence

from avatar_bridge.nets.action_units.regional import SIZE, RegionalNet
from avatar_bridge.nets.layers.bottleneck import SHALLOW


def create(
    action_units: Sequence[str], width: float = 1.0, size: int = SIZE, dropout: float = 0.3
) -> RegionalNet:
    """Build the net with random weights; see `RegionalNet` for the arguments."""
    return RegionalNet(action_units, depths=SHALLOW, width=width, size=size, dropout=dropout)
