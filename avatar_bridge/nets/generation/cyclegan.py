"""CycleGAN: two generators, from a face at rest to one expression and back."""

import torch
from torch import Tensor, nn

from avatar_bridge.nets.generation.base import GenerationNet, Verdict
from avatar_bridge.nets.generation.discriminator import PatchDiscriminator
from avatar_bridge.nets.generation.stargan import BLOCKS, ResidualGenerator

_SHOWN = 0.15  # of the expression, from which on it is what is asked for


class TwoGenerators(nn.Module):
    """The one that shows the expression, and the one that takes it away.

    Zhu et al., *Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks*
    (2017), section 3. https://arxiv.org/abs/1703.10593

    It knows no intensity: the condition only says which of the two.

    Args:
        expression: place of the expression in the condition.
        width: see `ResidualGenerator`.
        blocks: see there.
    """

    def __init__(self, expression: int, width: int, blocks: int) -> None:
        super().__init__()
        self.expression = expression
        self.show = ResidualGenerator(0, width, blocks)
        self.rest = ResidualGenerator(0, width, blocks)

    def forward(self, image: Tensor, condition: Tensor) -> Tensor:
        """(B, 1, S, S) and (B, N) → (B, 1, S, S)."""
        shown = condition[:, self.expression, None, None, None] >= _SHOWN
        return torch.where(shown, self.show(image, condition), self.rest(image, condition))


class TwoDiscriminators(nn.Module):
    """A critic of each side; the condition says which side a picture is said to be of."""

    def __init__(self, expression: int, conditions: int, width: int) -> None:
        super().__init__()
        self.expression = expression
        self.show = PatchDiscriminator(conditions, width)
        self.rest = PatchDiscriminator(conditions, width)

    def forward(self, image: Tensor, condition: Tensor) -> Verdict:
        """(B, 1, S, S) and (B, N) → the verdict of the critic of that side."""
        shown = condition[:, self.expression] >= _SHOWN
        pairs = zip(self.show(image, condition), self.rest(image, condition), strict=True)
        return Verdict(*(torch.where(shown.view(-1, *[1] * (a.ndim - 1)), a, b) for a, b in pairs))


def create(
    conditions: int = 7,
    size: int = 128,
    width: int = 12,
    blocks: int = BLOCKS,
    critic: int = 24,
    expression: int = 3,
) -> GenerationNet:
    """Build all four players with random weights.

    Args:
        conditions: N.
        size: any that is divisible by 4.
        width: see `ResidualGenerator`.
        blocks: see there.
        critic: width of each discriminator.
        expression: place of the expression in the condition; the others are not learned.
    """
    generator = TwoGenerators(expression, width, blocks)
    return GenerationNet(generator, TwoDiscriminators(expression, conditions, critic), conditions)
