"""StarGAN: one generator for all expressions, told which by label maps."""

import torch
from torch import Tensor, nn

from avatar_bridge.nets.generation.base import GenerationNet, with_maps
from avatar_bridge.nets.generation.blocks import Down, ResidualBlock, Up
from avatar_bridge.nets.generation.discriminator import PatchDiscriminator

BLOCKS = 6


class ResidualGenerator(nn.Module):
    """7x7, two convolutions of stride 2, six residual blocks, two up, tanh.

    Choi et al., *StarGAN* (2018), appendix, table 4 (https://arxiv.org/abs/1711.09020), which is
    what *Facial Expression Recognition … Based on HOG and Haar* takes for its generator. Not as
    there: no instance norm in the first layer, which would take the constant label maps out again.

    Args:
        conditions: N; 0 for a generator that is told nothing.
        width: channels at the full side.
        blocks: residual ones.
    """

    def __init__(self, conditions: int, width: int, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(1 + conditions, width, 7, 1, 3),
            nn.ReLU(inplace=True),
            Down(width, 2 * width),
            Down(2 * width, 4 * width),
            *(ResidualBlock(4 * width) for _ in range(blocks)),
            Up(4 * width, 2 * width),
            Up(2 * width, width),
            nn.Conv2d(width, 1, 7, 1, 3),
        )
        self.conditions = conditions

    def forward(self, image: Tensor, condition: Tensor) -> Tensor:
        """(B, 1, S, S), S divisible by 4, and (B, N) → (B, 1, S, S)."""
        told = with_maps(image, condition) if self.conditions else image
        return torch.tanh(self.net(told))


def create(
    conditions: int = 7, size: int = 128, width: int = 16, blocks: int = BLOCKS, critic: int = 24
) -> GenerationNet:
    """Build both players with random weights; arguments as for `mma_gan.create`."""
    generator = ResidualGenerator(conditions, width, blocks)
    return GenerationNet(generator, PatchDiscriminator(conditions, critic), conditions)
