"""The spatial transformer's grid and sampler."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class AffineSampler(nn.Module):
    """Looks a map up along an affine grid.

    Jaderberg et al., *Spatial Transformer Networks* (2015), sections 3.2 and 3.3.
    https://arxiv.org/abs/1506.02025

    **Convention:** x goes right, y down, both from -1 to 1 between the map's outer edges. The
    transform tells where each pixel of the output looks in the input. Outside is zero.

    The grid is written out because ONNX has no `affine_grid` at the operator set that is exported.

    Args:
        side: of the square map.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        centres = (torch.arange(side) + 0.5) * 2 / side - 1
        x, y = centres.expand(side, side), centres[:, None].expand(side, side)
        self.x: Tensor
        self.y: Tensor
        self.register_buffer("x", x.clone(), persistent=False)
        self.register_buffer("y", y.clone(), persistent=False)

    def forward(self, features: Tensor, transform: Tensor) -> Tensor:
        """(B, C, side, side), (B, 2, 3) → (B, C, side, side)."""
        # In single precision and without a matrix product, which autocast would cut to half:
        # three digits are too few to say where to look.
        matrix = transform.float()[:, :, :, None, None]  # (B, 2, 3, 1, 1)
        grid = matrix[:, :, 0] * self.x + matrix[:, :, 1] * self.y + matrix[:, :, 2]
        grid = grid.permute(0, 2, 3, 1)  # (B, side, side, 2)
        return F.grid_sample(features.float(), grid, align_corners=False)
