"""Where in its region a node looks."""

import torch
from torch import Tensor, nn


class NodeAttention(nn.Module):
    """A soft map over its region for every node, and the mean of the features under it.

    *Facial expression recognition by IMMTCNN and SE-ResNet50-GCN*, section "AU detection": an
    attention map a region. Several nodes share a region (corner of the mouth: puller, dimpler,
    depressor), so here each has a map of its own; with one map they would be told the same.

    Args:
        region_of: (K,) region of each node.
        channels: of the regions' features.
    """

    def __init__(self, region_of: list[int], channels: int) -> None:
        super().__init__()
        self.region_of: Tensor
        self.register_buffer("region_of", torch.tensor(region_of), persistent=False)
        self.query = nn.Parameter(torch.randn(len(region_of), channels) * channels**-0.5)

    def forward(self, features: Tensor) -> Tensor:
        """(B, R, C, N) features at N cells of each region → (B, K, C)."""
        own = features[:, self.region_of]  # (B, K, C, N)
        scores = torch.matmul(self.query[None, :, None], own)  # (B, K, 1, N)
        shares = torch.softmax(scores, dim=-1)
        return torch.matmul(own, shares.transpose(-1, -2)).squeeze(-1)
