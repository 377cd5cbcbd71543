"""What the generators are made of."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_REACH = 0.3  # of half a side: how far away a pixel may be taken from


class Normed(nn.Sequential):
    """3x3 convolution and instance norm, and ReLU unless `active` is False.

    Args:
        inputs: channels in.
        outputs: channels out.
        stride: 2 halves the map.
        active: whether ReLU follows.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, active: bool = True) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.InstanceNorm2d(outputs, affine=True),
        ]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if active else []))


class Down(nn.Sequential):
    """4x4 convolution of stride 2, instance norm, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
            nn.InstanceNorm2d(outputs, affine=True),
            nn.ReLU(inplace=True),
        )


class Up(nn.Sequential):
    """4x4 transposed convolution of stride 2, instance norm, ReLU.

    Its stride divides its side, so that every pixel is painted equally often.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False),
            nn.InstanceNorm2d(outputs, affine=True),
            nn.ReLU(inplace=True),
        )


class ResidualBlock(nn.Module):
    """Two normed convolutions beside the identity, (B, C, H, W) → the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            Normed(channels, channels), Normed(channels, channels, active=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        return features + self.body(features)


def in_reach(numbers: Tensor) -> Tensor:
    """Any numbers as a flow for `moved`."""
    return _REACH * torch.tanh(numbers)


def moved(image: Tensor, flow: Tensor) -> Tensor:
    """A picture whose pixels are taken from elsewhere in it.

    Args:
        image: (B, 1, S, S).
        flow: (B, 2, S, S) from how far to the right and down each pixel is taken, in half sides.
    """
    side = image.shape[-1]
    axis = (torch.arange(side, device=image.device) + 0.5) * (2 / side) - 1
    x, y = axis[None, None, :] + flow[:, 0], axis[None, :, None] + flow[:, 1]
    places = torch.stack([x, y], dim=-1)
    return F.grid_sample(image, places, padding_mode="border", align_corners=False)
