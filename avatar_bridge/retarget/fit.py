"""Targets for an avatar whose shapes are not ARKit's.

Four sources:

names: a shape that is called like one of the 52, in any spelling, is that one.
fallbacks: what VRM and VRoid call something near it (`fallbacks.toml`).
examples: poses of the 52 with the avatar's own weights that show the same.
movement: how each morph target moves the skin, against how a reference head moves it (see
`descriptors`; ICT-FaceKit, Li et al., *Learning Formation of Physically-Based Face Attributes*,
CVPR 2020). First the best pairing of all shapes at once; then, for each of the 52, the
non-negative least squares (Lawson and Hanson, *Solving Least Squares Problems*, 1974) of its
movement over the avatar's, drawn to the pairing. A movement cannot tell what it means: look at
the result.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.avatar.face import Morphs
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.retarget.descriptors import Movements, describe, frame_of
from avatar_bridge.types import Float32

POOR = 0.7  # likeness below which a fit is worth a look
_ALIKE = 0.45  # likeness of two movements that may be a pair
_UNLIKE = 0.6  # likeness below which nothing is written down
_TRUST = 0.5  # in the pairing, against the least squares
_LEAST = 0.2  # gain that is worth writing down
_ASIDE = 0.3  # in grid coordinates: how far from the middle a movement has a side
_MIRROR = 0.8  # likeness above which a movement is the mirror of another
_ROUNDS = 3  # of laying the grid over the head again, by the pairs found
_PAIRS = 6  # fewer tell nothing of how the grid lies
_EXAMPLE_TRUST = 0.05  # in what was there before the examples

_OTHER = np.array([BLENDSHAPE_INDEX[mirrored(shape)] for shape in BLENDSHAPES])

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One pose.

    Attributes:
        arkit: blendshape → weight.
        avatar: the avatar's own shape → weight that shows the same.
    """

    arkit: dict[str, float]
    avatar: dict[str, float]


@dataclass(frozen=True, eq=False)
class Fit:
    """What drives an avatar's own shapes.

    Attributes:
        names: (N,) of the avatar's shapes.
        gains: (N, 52) in [0, 1].
        likeness: (52,) in [0, 1], how much what is made looks like what is meant: the cosine of
            the movements, 1 where a name says it; 0 where nothing fits.
        sources: (52,) "name", "fallback", "movement", "examples" or "".
    """

    names: tuple[str, ...]
    gains: Numbers
    likeness: Numbers
    sources: tuple[str, ...]

    @property
    def residuals(self) -> Numbers:
        """(52,) the share of each movement that nothing makes: √(1 - likeness²)."""
        return np.sqrt(np.maximum(1.0 - self.likeness**2, 0.0))

    def mixes(self) -> dict[str, dict[str, float]]:
        """Avatar shape → blendshape → gain, as a profile's `targets`."""
        return {
            name: {
                BLENDSHAPES[i]: round(float(row[i]), 2) for i in np.flatnonzero(row >= _LEAST / 2)
            }
            for name, row in zip(self.names, self.gains, strict=True)
            if (row >= _LEAST / 2).any()
        }


def reference() -> Movements:
    """How the reference head shows each of the 52; tongueOut is empty."""
    place = resources.files("avatar_bridge.retarget").joinpath("reference.npz")
    with resources.as_file(place) as path, np.load(path) as kept:
        return Movements(BLENDSHAPES, kept["forms"].astype(np.float32), kept["centres"])


def fit_names(
    names: Sequence[str], known: Mapping[str, str], near: Mapping[str, str] | None = None
) -> Fit:
    """Targets of the shapes whose names tell what they are.

    Args:
        names: (N,) of the avatar.
        known: blendshape → the avatar's name for it.
        near: blendshape → the avatar's name for something near it.
    """
    gains = np.zeros((len(names), len(BLENDSHAPES)))
    likeness = np.zeros(len(BLENDSHAPES))
    sources = [""] * len(BLENDSHAPES)
    for shape, name in known.items():
        column = BLENDSHAPE_INDEX[shape]
        gains[names.index(name), column] = 1.0
        likeness[column], sources[column] = 1.0, "name"
    users = Counter([*known.values(), *(near or {}).values()])
    for shape, name in (near or {}).items():
        column = BLENDSHAPE_INDEX[shape]
        gains[names.index(name), column] = 1.0 / users[name]  # what several move each moves less
        likeness[column], sources[column] = 1.0, "fallback"
    return Fit(tuple(names), gains, likeness, tuple(sources))


def fit_movements(morphs: Morphs, before: Fit) -> Fit:
    """Fill what names leave open, by how the avatar's remaining shapes move.

    Args:
        morphs: all shapes of the avatar, in the order of `before`.
        before: what is known.
    """
    from scipy.optimize import nnls  # takes a second to load

    ours = reference()
    open_shapes = np.array([not source for source in before.sources])
    open_shapes &= ours.forms.any((1, 2, 3))
    free = ~np.asarray(before.gains.any(1), np.bool_)
    theirs, pairing = _lay_over(ours, morphs, open_shapes, free)
    free = free & theirs.forms.any((1, 2, 3))
    possible = free[:, None] & _same_side(theirs.centres, ours.centres)
    twin = _twins(theirs)
    pairing = _even(pairing, twin)
    wanted, made = ours.vectors, theirs.vectors
    solved = np.zeros_like(before.gains)
    for column in np.flatnonzero(open_shapes & possible.any(0)):
        use = np.flatnonzero(possible[:, column])
        system = np.vstack([made[use].T, np.sqrt(_TRUST) * np.eye(len(use))])
        aim = np.concatenate([wanted[column], np.sqrt(_TRUST) * pairing[use, column]])
        solved[use, column] = nnls(system, aim)[0]
    solved = _even(solved, twin)
    return _finished(before, solved, wanted, made, twin)


def fit_examples(examples: Sequence[Example], before: Fit) -> Fit:
    """Correct gains by poses: least squares, drawn a little to what was there before.

    Args:
        examples: poses; a shape of the avatar that none of them names stays as it is.
        before: what is known.
    """
    from scipy.optimize import nnls  # takes a second to load

    poses = np.array([[e.arkit.get(shape, 0.0) for shape in BLENDSHAPES] for e in examples])
    names = list(dict.fromkeys([*before.names, *(n for e in examples for n in e.avatar)]))
    gains = np.zeros((len(names), len(BLENDSHAPES)))
    gains[: len(before.names)] = before.gains
    pull = np.sqrt(_EXAMPLE_TRUST)
    system = np.vstack([poses, pull * np.eye(len(BLENDSHAPES))])
    shown = poses.any(0)
    for name in dict.fromkeys(n for e in examples for n in e.avatar):
        row = names.index(name)
        aim = [example.avatar.get(name, 0.0) for example in examples]
        solved = nnls(system, np.concatenate([aim, pull * gains[row]]))[0]
        gains[row] = np.where(solved >= _LEAST / 2, np.minimum(solved, 1.0), 0.0)
    made = poses @ gains.T
    likeness, sources = before.likeness.copy(), list(before.sources)
    for column in np.flatnonzero(shown):
        using = np.flatnonzero(poses[:, column])
        aims = np.array([[examples[int(i)].avatar.get(n, 0.0) for n in names] for i in using])
        off = float(np.linalg.norm(made[using] - aims))
        likeness[column] = max(0.0, 1.0 - off / max(float(np.linalg.norm(aims)), _LEAST))
        sources[column] = "examples"
    return Fit(tuple(names), gains, likeness, tuple(sources))


def _lay_over(
    ours: Movements, morphs: Morphs, open_shapes: NDArray[np.bool_], free: NDArray[np.bool_]
) -> tuple[Movements, Numbers]:
    """The avatar's movements through the grid that suits them, and the pairing (N, 52)."""
    from scipy.optimize import linear_sum_assignment  # takes a second to load

    middle, spread = frame_of(morphs)
    for _ in range(_ROUNDS):
        theirs = describe(morphs, (middle, spread))
        alike = theirs.vectors @ ours.vectors.T  # (N, 52)
        alike[~free] = alike[:, ~open_shapes] = 0.0
        alike[~_same_side(theirs.centres, ours.centres)] = 0.0
        rows, columns = linear_sum_assignment(-alike)
        sure = alike[rows, columns] > _ALIKE
        rows, columns = rows[sure], columns[sure]
        pairing = np.zeros_like(alike)
        pairing[rows, columns] = 1.0
        if len(rows) < _PAIRS:
            break
        there = theirs.centres[rows] * spread[:2] + middle[:2]
        here, weight = ours.centres[columns], alike[rows, columns]
        for axis in (0, 1):
            slope, start = np.polyfit(here[:, axis], there[:, axis], 1, w=weight)
            if slope > 0:
                spread[axis], middle[axis] = slope, start
    return theirs, pairing


def _same_side(theirs: Float32, ours: Float32) -> NDArray[np.bool_]:
    """(N, 52) False where one movement is clearly left of the middle and the other right of it."""
    one, other = theirs[:, None, 0], ours[None, :, 0]
    apart = (np.abs(one) > _ASIDE) & (np.abs(other) > _ASIDE) & (one * other < 0)
    return np.asarray(~apart)


def _twins(theirs: Movements) -> NDArray[np.intp]:
    """(N,) the movement that mirrors each; itself for one without a side, -1 for none."""
    count = len(theirs.names)
    flipped = theirs.mirrored().reshape(count, -1).astype(np.float64)
    alike = flipped @ theirs.vectors.T
    best = alike.argmax(1)
    return np.where(alike[np.arange(count), best] >= _MIRROR, best, -1)


def _even(gains: Numbers, twin: NDArray[np.intp]) -> Numbers:
    """The mean of gains and of what a mirror makes of them."""
    both = gains.copy()
    paired = twin >= 0
    both[paired] = 0.5 * (gains[paired] + gains[twin[paired]][:, _OTHER])
    return both


def _finished(
    before: Fit, solved: Numbers, wanted: Numbers, made: Numbers, twin: NDArray[np.intp]
) -> Fit:
    """The solution where it is alike, scaled so that a full weight makes a full movement."""
    mixes = np.where(solved >= _LEAST * solved.max(0), solved, 0.0)  # (N, 52)
    movements = mixes.T @ made
    lengths = np.linalg.norm(movements, axis=1)
    lengths = np.where(lengths > 0, lengths, np.inf)
    alike = (movements * wanted).sum(1) / lengths
    alike = np.minimum(0.5 * (alike + alike[_OTHER]), 1.0)  # both sides stay or go
    own_twin = twin == np.arange(len(twin))
    gains, likeness, sources = before.gains.copy(), before.likeness.copy(), list(before.sources)
    for column in np.flatnonzero(alike >= _UNLIKE):
        full = np.minimum(mixes[:, column] / lengths[column], 1.0)
        full = np.where(full >= _LEAST, full, 0.0)
        if not full.any():
            continue
        if _OTHER[column] != column:
            full = np.where(own_twin, 0.5 * full, full)  # the other side has the other half
        gains[:, column] = full
        likeness[column], sources[column] = alike[column], "movement"
    return Fit(before.names, gains, likeness, tuple(sources))
