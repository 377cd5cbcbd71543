"""Lay the weights of two runs of one recipe between each other, as a start for a third.

    python scripts/blend_runs.py student runs/before runs/after 0.5 runs/blend DATA

A net that was taught further on new data has forgotten some of the old. Halfway between both lie
weights that know most of either (Wortsman et al., *Robust fine-tuning of zero-shot models*, 2022,
https://arxiv.org/abs/2109.01903). Batch norms are measured anew on the recipe's own pictures.
`before` and `after` are folders of runs, or exported float32 nets (`.onnx`).
"""

import sys
from pathlib import Path

import torch
from torch import nn

from avatar_bridge.training.average import Average
from avatar_bridge.training.checkpoint import CHECKPOINT, Place, save
from avatar_bridge.training.face.build import load_sources, make_stream, normalise
from avatar_bridge.training.start import start_from
from avatar_bridge.training.task import load_task
from avatar_bridge.training.tasks.face import FaceTask

BATCHES = 24


def main() -> None:
    """Blend."""
    name, before, after, share, out, data = sys.argv[1:7]
    task = load_task(name)
    assert isinstance(task, FaceTask), "expected the recipe of a face net"
    stream = make_stream(task.recipe, load_sources(task.recipe, Path(data)))
    batches = [normalise(task.recipe, stream[i]["image"]) for i in range(BATCHES)]
    first, second = task.make_net(), task.make_net()
    start_from(after, second, Path(), lambda: torch.cat(batches[:4]))
    first.load_state_dict(second.state_dict())  # for what the earlier net did not have
    start_from(before, first, Path(), lambda: torch.cat(batches[:4]))
    old, new = first.state_dict(), second.state_dict()
    keep = 1 - float(share)
    for key, value in new.items():
        if value.is_floating_point():
            value.lerp_(old[key], keep)
    measure(second, batches)
    folder = Path(out)
    save(
        folder / CHECKPOINT,
        Place(),
        second,
        Average(second, 0.0),
        torch.optim.SGD(second.parameters(), 1e-3),
        None,
    )


@torch.no_grad()
def measure(net: nn.Module, batches: list[torch.Tensor]) -> None:
    """Take the batch norms' means and spreads from some batches."""
    for module in net.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None  # the plain mean over all of them
    net.train()
    for images in batches:
        net(images)
    net.eval()


if __name__ == "__main__":
    main()
