"""What a net costs to run: weights, multiplications, and time on this machine's processor."""

import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from avatar_bridge.inference.card import InputSpec
from avatar_bridge.inference.session import Net
from avatar_bridge.inference.store import InstalledModel

_WARM_UP, _RUNS = 8, 60
_MS = 1e3


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds a picture, median and 95th percentile."""

    median: float
    p95: float


def count_multiplications(net: nn.Module, spec: InputSpec) -> int:
    """Multiply-adds of the convolutions and fully connected layers for one picture."""
    total = 0

    def count(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += output[0].numel() * module.weight[0].numel()
        elif isinstance(module, nn.Linear):
            total += module.weight.numel()

    hooks = [module.register_forward_hook(count) for module in net.modules()]
    try:
        with torch.inference_mode():
            net.eval()(torch.zeros(1, spec.channels, spec.size, spec.size))
    finally:
        for hook in hooks:
            hook.remove()
    return total


def time_model(model: InstalledModel, threads: int) -> Timing:
    """Time of one look at one picture, as the runtime runs it, standardising included."""
    net = Net(model, threads)
    size = model.card.input.size
    image = np.random.default_rng(0).integers(0, 256, (size, size, 3), np.uint8)
    times = []
    for _ in range(_WARM_UP + _RUNS):
        started = time.perf_counter()
        net.run(image)
        times.append(_MS * (time.perf_counter() - started))
    median, p95 = np.percentile(times[_WARM_UP:], [50, 95])
    return Timing(float(median), float(p95))
