"""Graph convolution over nodes that act together."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

THRESHOLD = 0.4  # P(j | i) from which i tells of j (Chen et al., ML-GCN, 2019, section 3.3)
SHARE = 0.25  # of a node's weight that goes to its neighbours (the same, equation 9)
_RESIDUAL = 0.1  # how strongly the correlation of intensities counts before it is learned


def semantic_edges(chance: Tensor, threshold: float = THRESHOLD, share: float = SHARE) -> Tensor:
    """Thresholded and re-weighted co-activation.

    Args:
        chance: (K, K) P(AU_j | AU_i) of the training labels.
        threshold: chances below it are noise, and no edge.
        share: sum of a node's edges; all neighbours count alike.

    Returns:
        (K, K) edges without the diagonal, which graph convolution adds.
    """
    linked = (chance >= threshold).float()
    linked.fill_diagonal_(0)
    return share * linked / linked.sum(dim=1, keepdim=True).clamp_min(1)


def normalised(edges: Tensor) -> Tensor:
    """D^-1/2 (A + I) D^-1/2 of non-negative (K, K) edges (paper 000, equation 7)."""
    joined = edges + torch.eye(len(edges), dtype=edges.dtype, device=edges.device)
    scale = joined.sum(dim=1).rsqrt()
    return scale[:, None] * joined * scale[None]


class SemanticGraph(nn.Module):
    """Edges from the labels' statistics, adapted by a learned residual.

    The residual starts at the correlation of the nodes' intensities; negative edges are cut. A
    pair that neither the prior nor a correlation joins stays apart: where an edge is 0 so is its
    gradient, which keeps the graph as sparse as the labels say.

    Args:
        nodes: K.
    """

    def __init__(self, nodes: int) -> None:
        super().__init__()
        self.prior: Tensor
        self.register_buffer("prior", torch.zeros(nodes, nodes))
        self.residual = nn.Parameter(torch.zeros(nodes, nodes))

    @torch.no_grad()
    def connect(self, chance: Tensor, correlation: Tensor) -> None:
        """Take over the training labels' (K, K) co-activation and (K, K) correlation."""
        self.prior.copy_(semantic_edges(chance))
        self.residual.copy_(_RESIDUAL * correlation.clamp_min(0).fill_diagonal_(0))

    def forward(self) -> Tensor:
        """(K, K) normalised adjacency."""
        return normalised(F.relu(self.prior + self.residual))


class GraphConvolution(nn.Module):
    """H' = act(Ã (H W + b)) (paper 000, equation 6, with a bias; Kipf and Welling, 2017).

    https://arxiv.org/abs/1609.02907

    Args:
        inputs: features of a node in.
        outputs: features of a node out.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Linear(inputs, outputs)

    def forward(self, nodes: Tensor, adjacency: Tensor) -> Tensor:
        """(B, K, inputs), (K, K) → (B, K, outputs)."""
        return F.leaky_relu(torch.matmul(adjacency, self.weight(nodes)), 0.2)
