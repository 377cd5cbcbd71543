"""What every generation net is: a generator that is exported, and a rival that only teaches it.

**Convention:** pictures are grey, (B, 1, S, S), in [-1, 1], black to white, in and out. A
condition (B, N) is in [0, 1]: one place an emotion, which says how strongly it is shown (the label
times its intensity, z = c * rho), or one place a blendshape. All zero is a face at rest.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

IMAGE, CONDITION, OUTPUT, FLOW = "image", "condition", "generated", "flow"


class Verdict(NamedTuple):
    """What a discriminator says of pictures.

    Attributes:
        source: (B, 1, h, w) how real each patch looks; any number, higher is more real.
        classes: (B, N) logits of which condition is shown.
        condition: (B, N) estimate of the condition.
        intensity: (B,) estimate of its strength, the largest place of the condition.
    """

    source: Tensor
    classes: Tensor
    condition: Tensor
    intensity: Tensor


class GenerationNet(nn.Module):
    """Both players of one game.

    Args:
        generator: (B, 1, S, S) and (B, N) → (B, 1, S, S).
        discriminator: (B, 1, S, S) and the condition (B, N) that the picture is said to show →
            `Verdict`. It may look at the condition only to choose a critic.
        conditions: N.
    """

    def __init__(self, generator: nn.Module, discriminator: nn.Module, conditions: int) -> None:
        super().__init__()
        self.generator, self.discriminator = generator, discriminator
        self.conditions = conditions

    def forward(self, image: Tensor, condition: Tensor) -> Tensor:
        """The changed picture; shapes as in the module's convention."""
        changed: Tensor = self.generator(image, condition)
        return changed


class Mover(nn.Module):
    """A generator that may move the picture before it changes it.

    Attributes:
        moves: whether it does.
    """

    moves: bool

    def forward(self, image: Tensor, condition: Tensor) -> Tensor:
        """See the module's convention."""
        return self.with_flow(image, condition)[0]

    def with_flow(self, image: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """The changed picture, and how it was moved.

        Returns:
            (B, 1, S, S), and (B, 2, S, S) from how far to the right and down each pixel was
            taken, in half sides; (B, 0, S, S) of one that does not move.
        """
        raise NotImplementedError


class ExportedGenerator(nn.Module):
    """The generator alone: the graph that is exported, `image` and `condition` → `generated`.

    Of one that moves the picture, `flow`, too, so that the runtime can move a finer picture and
    its colours alike.
    """

    def __init__(self, net: GenerationNet) -> None:
        super().__init__()
        self.net = net.generator
        self.further_inputs = {CONDITION: (net.conditions,)}
        moves = isinstance(self.net, Mover) and self.net.moves
        self.outputs = (OUTPUT, FLOW) if moves else (OUTPUT,)

    def forward(self, image: Tensor, condition: Tensor) -> tuple[Tensor, ...]:
        """See the module's convention; gives a tuple, as every exported graph does."""
        if isinstance(self.net, Mover) and self.net.moves:
            return self.net.with_flow(image, condition)
        return (self.net(image, condition),)


def with_maps(features: Tensor, condition: Tensor) -> Tensor:
    """(B, C, H, W) with a map for each place of (B, N), everywhere its value: (B, C + N, H, W)."""
    maps = condition[:, :, None, None].expand(-1, -1, features.shape[2], features.shape[3])
    return torch.cat([features, maps], dim=1)
