"""Several processes on one run, as `torchrun` starts them."""

import os
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn

_WHOLE_WORLD = "WORLD_SIZE"


@dataclass(frozen=True, slots=True)
class World:
    """Which of how many processes this one is.

    Attributes:
        rank: number of this process; 0 writes and speaks.
        size: number of processes.
        device: where it computes.
    """

    rank: int
    size: int
    device: torch.device

    @classmethod
    def join(cls) -> "World":
        """Meet the other processes; alone unless started by `torchrun`."""
        gpu = torch.cuda.is_available()
        size = int(os.environ.get(_WHOLE_WORLD, "1"))
        if size > 1:
            if not dist.is_initialized():
                dist.init_process_group("nccl" if gpu else "gloo")
            if gpu:
                torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
            return cls(dist.get_rank(), size, own_device())
        return cls(0, 1, own_device())

    def leave(self) -> None:
        """Part from the others."""
        if self.size > 1:
            dist.destroy_process_group()

    def average_gradients(self, net: nn.Module) -> None:
        """Give every process the mean of all gradients.

        One flat sum instead of torch's wrapper: losses may call parts of a net apart.
        """
        if self.size == 1:
            return
        gradients = [p.grad for p in net.parameters() if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()

    def agree(self, value: float) -> float:
        """Rank 0's value, for all."""
        if self.size == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self.device)
        dist.broadcast(shared, 0)
        return float(shared.item())


def own_device() -> torch.device:
    """Where this process computes, by number: other threads would take "cuda" for the first GPU."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", torch.cuda.current_device())
