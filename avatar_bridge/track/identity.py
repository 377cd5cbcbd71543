"""Which detection is which face, and what a new face is called."""

import math
from collections.abc import Container, Sequence
from itertools import count

import numpy as np

from avatar_bridge.geometry import box_overlap
from avatar_bridge.types import Detection, Float32

SAME_FACE = 0.3  # overlap from which two boxes show one face
_REMEMBERED = 4


def match_boxes(known: Sequence[Float32], found: Sequence[Float32]) -> dict[int, int]:
    """Pair boxes of two sets, each at most once, the largest overlaps first.

    Args:
        known: boxes (4,) of faces that are followed.
        found: boxes (4,) that a detector gave.

    Returns:
        Index in `known` → index in `found`, where they overlap by `SAME_FACE` or more.
    """
    overlaps = sorted(
        (
            (box_overlap(old, new), i, j)
            for i, old in enumerate(known)
            for j, new in enumerate(found)
        ),
        reverse=True,
    )
    pairs: dict[int, int] = {}
    for overlap, i, j in overlaps:
        if overlap >= SAME_FACE and i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


class Rejected:
    """Boxes in which no face was found lately: a detector's false alarms come back every time.

    A detection there is not refused, for the face may have been blurred; it only has to wait
    behind the others, so that it cannot keep them from being tried.
    """

    def __init__(self) -> None:
        self._boxes: list[Float32] = []

    def add(self, box: Float32) -> None:
        """Note a box that turned out to hold no face."""
        self._boxes = [*self._boxes[-_REMEMBERED + 1 :], box]

    def holds(self, box: Float32) -> bool:
        """Whether a box is one of them."""
        return any(box_overlap(box, old) > SAME_FACE for old in self._boxes)

    def forget(self, box: Float32) -> None:
        """A face was found here: what was said of this place no longer holds."""
        self._boxes = [old for old in self._boxes if box_overlap(box, old) <= SAME_FACE]


def free_id(taken: Container[int]) -> int:
    """The smallest positive number that no face has."""
    return next(number for number in count(1) if number not in taken)


def middle(box: Float32) -> Float32:
    """The middle (2,) of a box (4,)."""
    return np.asarray((box[:2] + box[2:]) / 2, np.float32)


def shifted(box: Float32, by: Float32) -> Float32:
    """A box (4,) moved by (2,) pixels."""
    return np.asarray(box + np.tile(by, 2), np.float32)


def area(box: Float32) -> float:
    """The area of a box (4,) in pixels."""
    return float((box[2] - box[0]) * (box[3] - box[1]))


def roll_of(detection: Detection) -> float:
    """How far a detected face is turned, by the line of its eyes; 0 where it has no points."""
    if detection.points is None:
        return 0.0
    across = detection.points[1] - detection.points[0]
    return math.atan2(float(across[1]), float(across[0]))
