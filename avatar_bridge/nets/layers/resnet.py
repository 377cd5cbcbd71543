"""The parts of ResNet-18: its stem, its basic unit and its stage of two units.

He, Zhang, Ren and Sun, *Deep Residual Learning for Image Recognition* (2015), section 3.3 and
table 1. https://arxiv.org/abs/1512.03385
"""

from torch import Tensor, nn

from avatar_bridge.nets.layers.convolution import ConvNorm

# Channels of the stem, which are those of the first stage as well, and of the four stages.
STEM_CHANNELS = 64
STAGE_CHANNELS = (64, 128, 256, 512)


class Stem(nn.Sequential):
    """7x7 convolution and 3x3 max pool, stride 2 each.

    (B, channels, H, W) → (B, 64, H / 4, W / 4), rounded up.

    Args:
        channels: of the picture: 1 for grey, 3 for RGB.
    """

    def __init__(self, channels: int) -> None:
        super().__init__(
            nn.Conv2d(channels, STEM_CHANNELS, 7, 2, 3, bias=False),
            nn.BatchNorm2d(STEM_CHANNELS),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )


class Unit(nn.Module):
    """Two 3x3 convolutions beside a shortcut: the identity where shapes allow, else a 1x1.

    Args:
        inputs: channels in.
        outputs: channels out.
        stride: 1 keeps the map's size, 2 halves it.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = ConvNorm(inputs, outputs, stride)
        self.second = ConvNorm(outputs, outputs, active=False)
        self.shortcut: nn.Module = nn.Identity()
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.relu = nn.ReLU(inplace=True)
        # The unit starts as its shortcut, which lets a large learning rate in from step one.
        norm = self.second[1]
        assert isinstance(norm, nn.BatchNorm2d)
        nn.init.zeros_(norm.weight)

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, H, W) → (B, outputs, H / stride, W / stride)."""
        # Summed first, so that the in-place ReLU cannot touch the input behind an identity.
        total = self.second(self.first(features)) + self.shortcut(features)
        output: Tensor = self.relu(total)
        return output


def stage(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    """Two units; the first changes channels and size.

    (B, inputs, H, W) → (B, outputs, H / stride, W / stride).
    """
    return nn.Sequential(Unit(inputs, outputs, stride), Unit(outputs, outputs))
