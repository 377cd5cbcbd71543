"""What shapes allow each other: rivals, locks and ceilings.

Every rule is continuous: a small change of the weights makes a small change of the result.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.facs.regions import PARTNERS
from avatar_bridge.retarget.schema import Lock
from avatar_bridge.types import Float32

Indices = NDArray[np.intp]

_NOTHING, _FULL = np.float32(0.0), np.float32(1.0)


class Rivals:
    """Of two shapes that exclude each other the larger one pushes the smaller one down.

    w = max(0, w - Σ share · max(0, rival - w)), all pairs at once, so their order tells nothing.
    Of equal rivals none gives way; at share 1 one that is half as large as the other is gone.

    Args:
        rivals: shape → rival → share.
    """

    def __init__(self, rivals: Mapping[str, Mapping[str, float]]) -> None:
        pairs = [
            (BLENDSHAPE_INDEX[a], BLENDSHAPE_INDEX[b], share)
            for one, others in rivals.items()
            for other, share in others.items()
            for a, b in ((one, other), (other, one))
        ]
        self._ahead = np.zeros((len(pairs), len(BLENDSHAPES)), np.float32)
        self._shares = np.zeros((len(BLENDSHAPES), len(pairs)), np.float32)
        for number, (pushed, pushing, share) in enumerate(pairs):
            self._ahead[number, pushing], self._ahead[number, pushed] = 1.0, -1.0
            self._shares[pushed, number] = share

    def apply(self, weights: Float32) -> Float32:
        """The weights (52,) with smaller rivals pushed down."""
        if not len(self._ahead):
            return weights
        push = self._shares @ np.maximum(self._ahead @ weights, _NOTHING)
        return np.asarray(np.maximum(weights - push, _NOTHING), np.float32)


class Locks:
    """The two sides of a movement, drawn toward their mean or the larger of them.

    Args:
        locks: movement → lock.
    """

    def __init__(self, locks: Mapping[str, Lock]) -> None:
        pairs = [(*pair, lock) for name, lock in locks.items() for pair in PARTNERS[name]]
        self._halves = np.zeros((len(pairs), len(BLENDSHAPES)), np.float32)
        self._to_mean = np.zeros((len(BLENDSHAPES), len(pairs)), np.float32)
        self._to_max = np.zeros((len(BLENDSHAPES), len(pairs)), np.float32)
        for number, (one, other, lock) in enumerate(pairs):
            i, k = BLENDSHAPE_INDEX[one], BLENDSHAPE_INDEX[other]
            self._halves[number, i], self._halves[number, k] = 0.5, -0.5
            self._to_mean[i, number], self._to_mean[k, number] = -lock.share, lock.share
            if lock.to == "max":
                self._to_max[[i, k], number] = lock.share

    def apply(self, weights: Float32) -> Float32:
        """The weights (52,) with the locked sides closer together."""
        if not len(self._halves):
            return weights
        half = self._halves @ weights  # from the mean to the one side; the other lies opposite
        moved = weights + self._to_mean @ half + self._to_max @ np.abs(half)
        return np.asarray(np.minimum(np.maximum(moved, _NOTHING), _FULL), np.float32)


class Ceilings:
    """Shapes that may not exceed another one.

    Args:
        ceilings: shape → its ceiling, without circles.
    """

    def __init__(self, ceilings: Mapping[str, str]) -> None:
        self._levels: list[tuple[Indices, Indices]] = []
        left = dict(ceilings)
        while left:  # a ceiling that has one of its own is held under that first
            level = {shape: top for shape, top in left.items() if top not in left}
            self._levels.append(
                (
                    np.array([BLENDSHAPE_INDEX[shape] for shape in level], np.intp),
                    np.array([BLENDSHAPE_INDEX[top] for top in level.values()], np.intp),
                )
            )
            left = {shape: top for shape, top in left.items() if shape not in level}

    def apply(self, weights: Float32) -> Float32:
        """The weights (52,), none above its ceiling."""
        if not self._levels:
            return weights
        held = weights.copy()
        for shapes, tops in self._levels:
            held[shapes] = np.minimum(held[shapes], held[tops])
        return held
