"""Regions of interest around face points, sampled from a map without rounding."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.facs.landmarks import EYE_LEFT, EYE_RIGHT, LIPS_OUTER, POINTS

_LEAST_UNIT = 0.08  # crop sides; a first guess of points that fall together must not divide by 0
_TALL = 0.8  # eye distances from the eyes to the mouth of a face seen from the front: about 1.1


@dataclass(frozen=True)
class Place:
    """A square around the mean of some face points.

    Attributes:
        name: for people.
        points: indices of `facs.landmarks`.
        reach: half its side in distances between the eyes.
    """

    name: str
    points: tuple[int, ...]
    reach: float


class RegionAlign(nn.Module):
    """Bilinear samples at the middles of a square's cells.

    He, Gkioxari, Dollár and Girshick, *Mask R-CNN* (2017), section 3 (ROIAlign),
    https://arxiv.org/abs/1703.06870, with one sample a cell. Squares follow the head's size by
    the larger of its eye distance and its height, so that a turned head keeps them wide enough.

    Args:
        places: the R squares.
        cells: along a side.
    """

    def __init__(self, places: Sequence[Place], cells: int) -> None:
        super().__init__()
        self.cells = cells
        self.regions = len(places)
        middle = torch.zeros(len(places), POINTS)
        for row, place in enumerate(places):
            middle[row, list(place.points)] = 1 / len(place.points)
        steps = (torch.arange(cells) + 0.5) * 2 / cells - 1  # (cells,) from -1 to 1
        grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1)  # (n, n, 2) x, y
        reach = torch.tensor([place.reach for place in places])
        self.middle: Tensor
        self.offsets: Tensor
        self.register_buffer("middle", middle, persistent=False)
        self.register_buffer(
            "offsets", reach[:, None, None, None] * grid[None], persistent=False
        )  # (R, n, n, 2)

    def forward(self, features: Tensor, points: Tensor) -> Tensor:
        """Cut the regions out.

        Args:
            features: (B, C, H, W) map of the whole crop.
            points: (B, 70, 2) in crop sides.

        Returns:
            (B, R, C, cells, cells); beyond the crop its edge goes on.
        """
        centres = torch.matmul(self.middle, points)  # (B, R, 2)
        eyes = (points[:, EYE_RIGHT].mean(dim=1), points[:, EYE_LEFT].mean(dim=1))
        height = points[:, LIPS_OUTER].mean(dim=1) - (eyes[0] + eyes[1]) / 2
        unit = torch.maximum(_length(eyes[0] - eyes[1]), _TALL * _length(height))  # (B, 1)
        unit = unit.clamp_min(_LEAST_UNIT)[:, :, None, None, None]
        at = centres[:, :, None, None] + self.offsets[None] * unit  # (B, R, n, n, 2)
        grid = (2 * at - 1).reshape(-1, self.regions * self.cells, self.cells, 2)
        sampled = F.grid_sample(
            features.float(), grid, padding_mode="border", align_corners=False
        )  # (B, C, R * n, n)
        shape = (-1, features.shape[1], self.regions, self.cells, self.cells)
        return sampled.reshape(shape).transpose(1, 2)


def _length(vectors: Tensor) -> Tensor:
    """(B, 2) → (B, 1); the small number keeps the gradient of a length of 0 finite."""
    return (vectors.square().sum(dim=1, keepdim=True) + 1e-8).sqrt()
