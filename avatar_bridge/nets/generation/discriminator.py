"""The discriminator: real or made, patch by patch, and which condition a picture shows."""

import torch
from torch import Tensor, nn

from avatar_bridge.nets.generation.base import Verdict

_LEVELS = 4
_SLOPE = 0.01


class PatchDiscriminator(nn.Module):
    """Strided convolutions without norm, and four heads on them.

    PatchGAN (Isola et al., *Image-to-Image Translation with Conditional Adversarial Networks*,
    2017, section 3.2.2, https://arxiv.org/abs/1611.07004) in StarGAN's form, whose class head is
    beside the source map; MMA-GAN adds the estimate of the condition, D_cor, and of the intensity,
    rho^. The last three see the whole picture: the mean over the patches and, as the eyes and the
    mouth are to be told apart, over a grid of 2x2.

    Args:
        conditions: N.
        width: channels after the first convolution; each further one has twice as many.
    """

    def __init__(self, conditions: int, width: int = 24) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = 1
        for level in range(_LEVELS):
            outputs = width * 2**level
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(_SLOPE)]
            inputs = outputs
        self.trunk = nn.Sequential(*layers)
        self.source = nn.Conv2d(inputs, 1, 3, 1, 1)
        self.hidden = nn.Sequential(
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(4 * inputs, inputs),
            nn.LeakyReLU(_SLOPE),
        )
        self.classes = nn.Linear(inputs, conditions)
        self.condition = nn.Linear(inputs, conditions)
        self.intensity = nn.Linear(inputs, 1)

    def forward(self, image: Tensor, condition: Tensor) -> Verdict:
        """(B, 1, S, S) → what it says; the condition is not looked at."""
        patches = self.trunk(image)
        told = self.hidden(patches)
        return Verdict(
            self.source(patches),
            self.classes(told),
            torch.sigmoid(self.condition(told)),
            torch.sigmoid(self.intensity(told))[:, 0],
        )
