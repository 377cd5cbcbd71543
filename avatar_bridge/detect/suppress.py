"""Non-maximum suppression: of boxes that show one face, the surest."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.types import Float32


def suppress(
    boxes: Float32,
    scores: Float32,
    overlap: float,
    of: Literal["union", "smaller"] = "union",
) -> NDArray[np.intp]:
    """Keep each box that no surer kept one overlaps by more than so much.

    Args:
        boxes: (N, 4) x0, y0, x1, y1.
        scores: (N,).
        overlap: share in [0, 1] that two boxes of two faces may have in common.
        of: what the share is taken of: of the union, or of the smaller box, which also drops a
            box that lies within a larger one.

    Returns:
        Indices of the kept boxes, the surest first.
    """
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left = np.argsort(-scores, kind="stable")
    kept = []
    while left.size:
        best, rest = left[0], left[1:]
        kept.append(best)
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(high - low, 0.0), axis=1)
        whole = (
            areas[best] + areas[rest] - shared
            if of == "union"
            else np.minimum(areas[best], areas[rest])
        )
        left = rest[shared <= overlap * whole]
    return np.array(kept, np.intp)
