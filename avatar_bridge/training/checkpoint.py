"""What a run leaves on disk, so that it can be killed and go on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.average import Average

CHECKPOINT = "checkpoint.pt"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run is: steps done and seconds of training so far."""

    step: int = 0
    seconds: float = 0.0


def save(
    path: Path, place: Place, net: nn.Module, average: Average, optimizer: torch.optim.Optimizer
) -> None:
    """Write a checkpoint; a kill in between leaves the old one whole."""
    state = {
        "step": place.step,
        "seconds": place.seconds,
        "net": net.state_dict(),
        "average": average.net.state_dict(),
        "optimizer": optimizer.state_dict(),
        "random": torch.get_rng_state(),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def read(path: Path) -> dict[str, Any]:
    """The arrays of a checkpoint.

    Raises:
        ConfigError: there is none.
    """
    if not path.is_file():
        raise ConfigError(f"expected a trained run at {path.parent}, got no {path.name}")
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def restore(
    path: Path, net: nn.Module, average: Average, optimizer: torch.optim.Optimizer
) -> Place:
    """Put a checkpoint's weights and chance back in place."""
    state = read(path)
    net.load_state_dict(state["net"])
    average.net.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    return Place(state["step"], state["seconds"])
