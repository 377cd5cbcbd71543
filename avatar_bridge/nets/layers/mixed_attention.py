"""The multi-scale mixed-attention residual module of MMA-GAN.

Liu et al., *Facial Expression Generation Based on Multi-scale Mixed Attention* (MMA-GAN), section
III.A. The two attentions are read as those of Woo et al., *CBAM* (2018), sections 3.1 and 3.2:
https://arxiv.org/abs/1807.06521
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_REDUCTION = 8
_KERNEL = 7  # of the spatial attention


class ChannelAttention(nn.Module):
    """A factor in (0, 1) for every channel, of its mean and its largest value.

    Args:
        channels: in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow = max(4, channels // _REDUCTION)
        self.shared = nn.Sequential(
            nn.Linear(channels, narrow), nn.ReLU(inplace=True), nn.Linear(narrow, channels)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        told = self.shared(features.mean(dim=(2, 3))) + self.shared(features.amax(dim=(2, 3)))
        return features * torch.sigmoid(told)[:, :, None, None]


class SpatialAttention(nn.Module):
    """A factor in (0, 1) for every place, of the mean and the largest channel around it."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(2, 1, _KERNEL, padding=_KERNEL // 2)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        said = torch.cat(
            [features.mean(dim=1, keepdim=True), features.amax(dim=1, keepdim=True)], dim=1
        )
        return features * torch.sigmoid(self.look(said))


class MixedAttention(nn.Module):
    """Encoder and decoder over three scales with skips, channel then spatial attention, residual.

    "Residual connections between corresponding encoding and decoding layers" are additions, and
    the decoder grows by the nearest pixel and a convolution.

    Args:
        channels: in and out, on every scale.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.to_half = _layer(channels, 2)
        self.to_quarter = _layer(channels, 2)
        self.from_quarter = _layer(channels, 1)
        self.from_half = _layer(channels, 1)
        self.channel = ChannelAttention(channels)
        self.spatial = SpatialAttention()

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W), sides divisible by 4 → (B, C, H, W)."""
        half = self.to_half(features)
        quarter = self.to_quarter(half)
        half = self.from_quarter(_grow(quarter) + half)
        whole = self.from_half(_grow(half) + features)
        return features + self.spatial(self.channel(whole))


def _layer(channels: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, stride, 1, bias=False),
        nn.InstanceNorm2d(channels, affine=True),
        nn.ReLU(inplace=True),
    )


def _grow(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2.0, mode="nearest")
