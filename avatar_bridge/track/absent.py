"""Faces that were lost a moment ago: where they should be by now, for when they come back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avatar_bridge.track.identity import area, middle, shifted
from avatar_bridge.types import Float32

RECALL_FRAMES = 90  # how long a lost face is waited for
FRESH_FRAMES = 5  # how long it is looked for around its place first
_SLOWING = 0.9  # of its velocity that is left after a frame in which nobody saw it
_NEAR = 1.5  # box sides from its place within which a face may be the lost one
_ALIKE = 2.0  # how many times the area it may have


@dataclass(frozen=True, slots=True, eq=False)
class _Lost:
    box: Float32
    velocity: Float32  # (2,) pixels a frame
    frames: int


class Absent:
    """The lost faces by their ids."""

    def __init__(self) -> None:
        self._lost: dict[int, _Lost] = {}

    def __bool__(self) -> bool:
        return bool(self._lost)

    def add(self, face_id: int, box: Float32, velocity: Float32) -> None:
        """Remember a face that is not held any more."""
        self._lost[face_id] = _Lost(box, velocity, 0)

    def remove(self, face_id: int) -> None:
        """Its id is in use again."""
        self._lost.pop(face_id, None)

    def advance(self) -> None:
        """One more frame went by: they move on, ever slower, and are given up in the end."""
        self._lost = {
            id_: _Lost(shifted(lost.box, lost.velocity), lost.velocity * _SLOWING, lost.frames + 1)
            for id_, lost in self._lost.items()
            if lost.frames < RECALL_FRAMES
        }

    def fresh(self) -> Float32 | None:
        """The box (4,) of the face that was lost last, if that was just now."""
        lost = min(self._lost.values(), key=lambda lost: lost.frames, default=None)
        return lost.box if lost is not None and lost.frames <= FRESH_FRAMES else None

    def recognise(self, boxes: Sequence[Float32]) -> dict[int, int]:
        """Which of the boxes (4,) are lost faces: index → id, the nearest first."""
        pairs = sorted(
            (distance, index, id_)
            for index, box in enumerate(boxes)
            for id_, lost in self._lost.items()
            if (distance := _distance(lost.box, box)) <= _NEAR
        )
        known: dict[int, int] = {}
        for _, index, id_ in pairs:
            if index not in known and id_ not in known.values():
                known[index] = id_
        return known


def _distance(lost: Float32, found: Float32) -> float:
    """Between the middles in sides of the lost box; infinite where the sizes differ too much."""
    old, new = area(lost), area(found)
    if not old / _ALIKE <= new <= old * _ALIKE:
        return float("inf")
    return float(np.linalg.norm(middle(found) - middle(lost)) / np.sqrt(old))
