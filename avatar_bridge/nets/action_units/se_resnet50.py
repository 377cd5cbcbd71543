"""Ablation of paper 000, table 3: regions, but independent heads and no graph."""

from collections.abc import Sequence

from avatar_bridge.nets.action_units.regional import SIZE, RegionalNet


def create(
    action_units: Sequence[str], width: float = 1.0, size: int = SIZE, dropout: float = 0.3
) -> RegionalNet:
    """Build the net with random weights; see `RegionalNet` for the arguments."""
    return RegionalNet(action_units, graph=False, width=width, size=size, dropout=dropout)
