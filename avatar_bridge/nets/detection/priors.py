"""The squares that a single-shot detector starts from, and how faces are written against them.

**Convention:** pixels of the net's input, x right, y down, from the outer corner of the first
pixel. A prior is (x, y, side) of a square around its middle; a box is (left, top, right, bottom).
"""

import torch
from torch import Tensor

# Offsets are in these shares of a prior's side and in these steps of the logarithm of a scale,
# which brings both to about one (Liu et al., SSD, 2016; the factors are those of its public code).
_PLACE, _SCALE = 0.1, 0.2


def grid_priors(features: Tensor, stride: int, sides: tuple[float, ...]) -> Tensor:
    """Squares of each side around the middle of each cell of a map.

    Written with the map's own shape, so that an exported graph makes them for any picture.

    Args:
        features: (B, C, h, w).
        stride: pixels between cells.
        sides: of the squares, in pixels.

    Returns:
        (h * w * len(sides), 3) by row, column, side.
    """
    rows, columns = features.shape[2:]
    device = features.device
    y = (torch.arange(rows, device=device) + 0.5) * stride
    x = (torch.arange(columns, device=device) + 0.5) * stride
    side = torch.tensor(sides, device=device)
    grid = torch.meshgrid(y, x, side, indexing="ij")  # 3 of (h, w, len(sides))
    return torch.stack([grid[1], grid[0], grid[2]], dim=-1).reshape(-1, 3)


def encode(boxes: Tensor, priors: Tensor) -> Tensor:
    """Boxes (..., A, 4) → offsets (..., A, 4) from priors (A, 3): x, y, width, height."""
    side = priors[:, 2:]  # (A, 1)
    middle = (boxes[..., :2] + boxes[..., 2:]) / 2
    extent = boxes[..., 2:] - boxes[..., :2]
    place = (middle - priors[:, :2]) / side / _PLACE
    return torch.cat([place, torch.log(extent / side) / _SCALE], dim=-1)


def decode(offsets: Tensor, priors: Tensor) -> Tensor:
    """The way back from `encode`."""
    side = priors[:, 2:]  # (A, 1)
    middle = priors[:, :2] + offsets[..., :2] * _PLACE * side
    half = torch.exp(offsets[..., 2:] * _SCALE) * side / 2
    return torch.cat([middle - half, middle + half], dim=-1)


def corners(priors: Tensor) -> Tensor:
    """Priors (A, 3) as boxes (A, 4)."""
    half = priors[:, 2:] / 2
    return torch.cat([priors[:, :2] - half, priors[:, :2] + half], dim=-1)
