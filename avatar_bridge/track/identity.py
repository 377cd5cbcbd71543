"""Which detection is which face, and what a new face is called."""

from collections.abc import Container, Sequence
from itertools import count

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

    def last(self, detections: Sequence[Detection]) -> list[Detection]:
        """The same detections in their order, but those in rejected boxes at the end."""
        return sorted(
            detections,
            key=lambda found: any(box_overlap(found.box, box) > SAME_FACE for box in self._boxes),
        )

    def forget(self, box: Float32) -> None:
        """A face was found here: what was said of this place no longer holds."""
        self._boxes = [old for old in self._boxes if box_overlap(box, old) <= SAME_FACE]


def free_id(taken: Container[int]) -> int:
    """The smallest positive number that no face has."""
    return next(number for number in count(1) if number not in taken)
