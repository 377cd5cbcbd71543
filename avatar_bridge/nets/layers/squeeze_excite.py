"""Squeeze and excite: channels weighed by what the whole map shows."""

import torch
from torch import Tensor, nn

REDUCTION = 16
_LEAST = 4  # channels of the narrow middle, however thin the map


class SqueezeExcite(nn.Module):
    """Global pooling, two dense layers, a factor in (0, 1) for every channel.

    Hu, Shen and Sun, *Squeeze-and-Excitation Networks* (2018), section 3.
    https://arxiv.org/abs/1709.01507

    Args:
        channels: in and out.
        reduction: how much narrower the middle is.
    """

    def __init__(self, channels: int, reduction: int = REDUCTION) -> None:
        super().__init__()
        narrow = max(_LEAST, channels // reduction)
        self.squeeze = nn.Linear(channels, narrow)
        self.excite = nn.Linear(narrow, channels)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        pooled = features.mean(dim=(2, 3))  # (B, C)
        factors = torch.sigmoid(self.excite(torch.relu(self.squeeze(pooled))))
        return features * factors[:, :, None, None].to(features.dtype)
