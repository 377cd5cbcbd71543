"""How well faces were followed, against where they were.

**Convention:** a film has T frames and P people; the truth is (T, P, 4) face boxes in pixels, NaN
where a person's face is not to be seen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.geometry import box_overlap
from avatar_bridge.types import Float32

HELD = 0.6  # IoU of a published box with the true one
# The teacher once takes a cloud for a face: what it sees for fewer frames is no face.
LEAST_RUN = 5
GONE_S = 1.0  # seconds: who is away for less may well be followed behind what hides the face
_LEAVING_S = 0.3  # seconds at both ends of an absence, in which half of a face may still be seen


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One face that was published in one frame."""

    face_id: int
    box: Float32


@dataclass(frozen=True, slots=True)
class Following:
    """What was counted over some films; they add up.

    Attributes:
        faces: faces to be followed, over all frames and people.
        held: how many of them were.
        drifts: distance of the middles of each box that overlaps a face, in sides of the true one.
        recoveries: frames from each time that somebody came (back) until held.
        ghosts: boxes published where nobody was.
        switches: how often a person went on under another number.
    """

    faces: int = 0
    held: int = 0
    drifts: tuple[float, ...] = field(default=(), repr=False)
    recoveries: tuple[int, ...] = ()
    ghosts: int = 0
    switches: int = 0

    def __add__(self, other: "Following") -> "Following":
        return Following(
            self.faces + other.faces,
            self.held + other.held,
            self.drifts + other.drifts,
            self.recoveries + other.recoveries,
            self.ghosts + other.ghosts,
            self.switches + other.switches,
        )

    @property
    def share(self) -> float:
        """Share of the faces that were held; NaN where there is none."""
        return self.held / self.faces if self.faces else float("nan")


def judge_following(
    truth: Float32, published: Sequence[Sequence[Followed]], fps: float
) -> Following:
    """Compare what was published of each frame of a film with the truth (T, P, 4).

    A ghost is a box that touches no face. Frames in which somebody is away for less than
    `GONE_S`, or just leaves or comes, count none: that face may be what is followed.
    """
    truth = steady(truth)
    total = Following()
    for person in range(truth.shape[1]):
        total += _judge_person(truth[:, person], published)
    seen = _seen(truth)  # (T, P)
    gone = np.stack([_long_gaps(column, fps) for column in seen.T], axis=1)
    ghosts = sum(
        not any(box_overlap(one.box, truth[t, p]) > 0 for p in np.flatnonzero(seen[t]))
        for t in np.flatnonzero((seen | gone).all(axis=1)).tolist()
        for one in published[t]
    )
    return total + Following(ghosts=ghosts)


def steady(truth: Float32) -> Float32:
    """The truth (T, P, 4) without faces that are seen for fewer than `LEAST_RUN` frames."""
    kept = truth.copy()
    for person in range(truth.shape[1]):
        for start, stop in runs(_seen(truth[:, person])):
            if stop - start < LEAST_RUN:
                kept[start:stop, person] = np.nan
    return kept


def runs(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Start and stop of every stretch that is true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _seen(boxes: Float32) -> NDArray[np.bool_]:
    """Of boxes (..., 4), which are known."""
    return np.asarray(np.isfinite(boxes).all(axis=-1))


def _long_gaps(seen: NDArray[np.bool_], fps: float) -> NDArray[np.bool_]:
    """Of a person's frames, those in which nothing of the face is left."""
    gone = np.zeros(len(seen), np.bool_)
    edge = round(_LEAVING_S * fps)
    for start, stop in runs(~seen):
        if stop - start >= GONE_S * fps:
            gone[start + edge * (start > 0) : stop - edge * (stop < len(seen))] = True
    return gone


def _judge_person(truth: Float32, published: Sequence[Sequence[Followed]]) -> Following:
    held = np.zeros(len(truth), np.bool_)
    seen = _seen(truth)
    drifts, ids = [], []
    for t in np.flatnonzero(seen).tolist():
        best = max(published[t], key=lambda one: box_overlap(one.box, truth[t]), default=None)
        if best is None or (overlap := box_overlap(best.box, truth[t])) == 0:
            continue
        drifts.append(_apart(best.box, truth[t]))
        if overlap >= HELD:
            held[t] = True
            ids.append(best.face_id)
    recoveries = [
        int(np.argmax(held[start:stop])) if held[start:stop].any() else stop - start
        for start, stop in runs(seen)
    ]
    switches = sum(old != new for old, new in pairwise(ids))
    return Following(
        int(seen.sum()), int(held.sum()), tuple(drifts), tuple(recoveries), switches=switches
    )


def _apart(said: Float32, true: Float32) -> float:
    middles = (said[:2] + said[2:] - true[:2] - true[2:]) / 2
    return float(np.linalg.norm(middles) / (true[2] - true[0]))
