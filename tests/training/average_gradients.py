"""Run by `torchrun` from `test_parallel.py`: two processes whose gradients differ."""

import sys

import torch
from torch import nn

from avatar_bridge.training.parallel import World

world = World.join()
net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
for place, weight in enumerate(net.parameters()):
    weight.grad = torch.full_like(weight, float((world.rank + 1) * (place + 1)))
world.average_gradients(net)
for place, weight in enumerate(net.parameters()):
    assert weight.grad is not None
    assert torch.equal(weight.grad, torch.full_like(weight, 1.5 * (place + 1)))
assert world.agree(float(world.rank + 7)) == 7.0  # rank 0's
if world.rank == 0:
    sys.stdout.write(f"{world.size} processes agree\n")
world.leave()
