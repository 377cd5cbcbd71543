"""What a run leaves on disk, so that it can be killed and go on."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.average import Average
from avatar_bridge.training.schedule import Plateau

CHECKPOINT = "checkpoint.pt"


@dataclass(slots=True)
class Place:
    """Where a run is: steps done, seconds of training so far, and whether it still gets better."""

    step: int = 0
    seconds: float = 0.0
    plateau: Plateau = field(default_factory=Plateau)


def save(
    path: Path,
    place: Place,
    net: nn.Module,
    average: Average,
    optimizer: torch.optim.Optimizer,
    best: dict[str, torch.Tensor] | None = None,
) -> None:
    """Write a checkpoint; a kill in between leaves the old one whole.

    Args:
        path: of the file.
        place: where the run is.
        net: in training.
        average: of its weights.
        optimizer: with its moments.
        best: weights of the best judgement, where the run keeps those.
    """
    state = {
        "step": place.step,
        "seconds": place.seconds,
        "plateau": asdict(place.plateau),
        "net": net.state_dict(),
        "average": average.net.state_dict(),
        "best": best,
        "optimizer": optimizer.state_dict(),
        "random": torch.get_rng_state(),
        "random_gpu": torch.cuda.get_rng_state_all(),  # empty without one
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def read(path: Path) -> dict[str, Any]:
    """The arrays of a checkpoint.

    Raises:
        ConfigError: there is none, or it is broken.
    """
    if not path.is_file():
        raise ConfigError(f"expected a trained run at {path.parent}, got no {path.name}")
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a cut file raises a dozen unrelated types
        raise ConfigError(f"{path}: expected a checkpoint, got: {error}") from error
    return state


def restore(
    path: Path, net: nn.Module, average: Average, optimizer: torch.optim.Optimizer
) -> tuple[Place, dict[str, torch.Tensor] | None]:
    """Put a checkpoint's weights and chance back in place; gives the place and the best weights."""
    state = read(path)
    try:
        net.load_state_dict(state["net"])
    except RuntimeError as error:
        raise ConfigError(f"{path}: expected a run of this recipe, got another net's") from error
    methods = (group["param_groups"][0] for group in (state["optimizer"], optimizer.state_dict()))
    if len({"momentum" in method for method in methods}) > 1:
        raise ConfigError(f"{path}: expected a run by this recipe's method, got by the other one")
    average.net.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    if len(state.get("random_gpu", ())) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["random_gpu"])
    place = Place(state["step"], state["seconds"], Plateau(**state["plateau"]))
    return place, state["best"]


def load_trained(net: nn.Module, folder: Path) -> nn.Module:
    """The net that a run ended with: its best weights where it kept those, else the average.

    Raises:
        ConfigError: the folder holds no run, or one of another net.
    """
    state = read(folder / CHECKPOINT)
    try:
        net.load_state_dict(state.get("best") or state["average"])
    except RuntimeError as error:
        raise ConfigError(f"{folder}: expected a run of this recipe, got another net's") from error
    return net.eval()
