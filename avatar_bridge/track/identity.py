"""Which detection is which face, and what a new face is called."""

from collections.abc import Container, Sequence
from itertools import count

from avatar_bridge.geometry import box_overlap
from avatar_bridge.types import Float32

SAME_FACE = 0.3  # overlap from which two boxes show one face


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


def free_id(taken: Container[int]) -> int:
    """The smallest positive number that no face has."""
    return next(number for number in count(1) if number not in taken)
