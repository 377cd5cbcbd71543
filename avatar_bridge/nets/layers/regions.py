"""Crops of a face by its organs, and the way back from their maps to one."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

# Tian et al. (figure 3) draw a face 20 units high; all rows below are in these.
_HEIGHT = 20


@dataclass(frozen=True)
class Region:
    """A part of a face that fills its picture.

    **Convention:** left and right are the picture's: the left half holds the subject's right eye.

    Attributes:
        name: of the part.
        rows: first row and the one past the last, in twentieths of the height.
        columns: first half and the one past the last, in halves of the width.
    """

    name: str
    rows: tuple[int, int]
    columns: tuple[int, int]

    def box(self, side: int) -> tuple[slice, slice]:
        """Rows and columns of the part in a square map of that side."""
        top, bottom = (round(row * side / _HEIGHT) for row in self.rows)
        left, right = (column * side // 2 for column in self.columns)
        return slice(top, bottom), slice(left, right)


def face_regions(overlap: bool = True) -> tuple[Region, ...]:
    """Both eyes with their brows, both cheeks and the mouth.

    Tian et al., *A Perception CNN for Facial Expression Recognition*, section III.B and figure 3:
    heights as 10 : 3 : 7, h = 20, h1 = 10, h2 = 17, half the width each. One reading fits all of
    these numbers: eyes 0 to 10, cheeks 10 to 17 and a mouth of 7 from 13 on over the full width,
    so that cheeks and mouth share rows 13 to 17.

    Args:
        overlap: False ends the cheeks where the mouth begins (0, 10, 13, 20).
    """
    cheeks = (10, 17 if overlap else 13)
    return (
        Region("left_eye", (0, 10), (0, 1)),
        Region("right_eye", (0, 10), (1, 2)),
        Region("left_cheek", cheeks, (0, 1)),
        Region("right_cheek", cheeks, (1, 2)),
        Region("mouth", (13, 20), (0, 2)),
    )


class Stitch(nn.Module):
    """Bilinear interpolation stitching: each part's map is resized to its place in the face's map.

    Tian et al., equation 3. Where parts overlap they are averaged.

    Args:
        regions: in the order of the maps; together they cover the face.
        side: of the stitched map.
    """

    def __init__(self, regions: Sequence[Region], side: int) -> None:
        super().__init__()
        self.boxes = [region.box(side) for region in regions]
        self.side = side
        share = torch.zeros(side, side)
        for box in self.boxes:
            share[box] += 1
        self.share: Tensor
        self.register_buffer("share", 1 / share, persistent=False)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """One (B, C, h, w) of each part → (B, C, side, side)."""
        total: Tensor | None = None
        for part, (rows, columns) in zip(maps, self.boxes, strict=True):
            size = (rows.stop - rows.start, columns.stop - columns.start)
            resized = F.interpolate(part, size=size, mode="bilinear", align_corners=False)
            edges = (columns.start, self.side - columns.stop, rows.start, self.side - rows.stop)
            placed = F.pad(resized, edges)
            total = placed if total is None else total + placed
        assert total is not None
        return total * self.share
