"""Pictures that show the same, which would let a net learn its test by heart.

Two pictures are alike by the correlation of their pixels at 24 px. From 0.999 on they are copies:
exact, mirrored, scaled, or with other brightness and contrast. Down to 0.95, compression, small
watermarks and crops that differ by less than a pixel are caught too; but so are, where faces lie
alike before a dark ground, some people who only resemble each other. Never caught are other
crops, turns by some degrees and two shots of one scene.
"""

import logging
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION
from avatar_bridge.types import Float32, Image

logger = logging.getLogger(__name__)

_FINE, _COARSE = 24, 6  # sides in pixels: of what is compared, and of the sieve before it
_CHUNK = 1024
_FLAT = 1e-3  # length in grey levels below which a picture is of one grey
_RANK = {TRAIN: 0, VALIDATION: 1, TEST: 2}  # which row gives way


def keep_apart(
    name: str, images: Image, splits: NDArray[np.uint8], alike: float
) -> NDArray[np.bool_]:
    """Which rows to keep so that no picture is in two splits, or twice in the training split.

    A training row gives way to a validation row, both to a test row: tests stay whole.

    Args:
        name: of the set, for the log.
        images: (N, T, T) uint8.
        splits: (N,) TRAIN, VALIDATION or TEST.
        alike: see `same_pictures`.
    """
    one, other = same_pictures(images, alike).T
    one, other = np.concatenate([one, other]), np.concatenate([other, one])
    rank = np.vectorize(_RANK.get, otypes=[int])(splits)
    crossing, twice = np.zeros((2, len(images)), bool)
    crossing[one[rank[one] < rank[other]]] = True
    twice[one[(splits[one] == TRAIN) & (splits[other] == TRAIN) & (one > other)]] = True
    logger.info(
        "%s: left out %d of %d rows whose picture is in another split too, and %d that repeat "
        "a training row",
        name, crossing.sum(), len(images), (twice & ~crossing).sum(),
    )  # fmt: skip
    return ~(crossing | twice)


def same_pictures(images: Image, alike: float) -> NDArray[np.int64]:
    """Which pictures show the same.

    Every picture meets every other one: 36,000 take seconds, ten times as many take minutes.

    Args:
        images: (N, T, T) uint8.
        alike: correlation from which on two are the same; those of one grey match each other.

    Returns:
        (P, 2) pairs i < j.
    """
    fine = _normalise(images)
    mirrored = np.ascontiguousarray(fine[:, :, ::-1])
    bound = 2 * (1 - alike)  # as a squared distance of pictures of length 1
    pairs = [np.zeros((0, 2), np.int64)]
    for turned in (fine, mirrored):
        for near in _sieve(_coarse(turned), _coarse(fine), bound):
            apart = ((turned[near[:, 0]] - fine[near[:, 1]]) ** 2).sum(axis=(1, 2))
            pairs.append(near[apart <= bound])
    return np.unique(np.concatenate(pairs), axis=0)


def _normalise(images: Image) -> Float32:
    """(N, 24, 24) of mean 0 and length 1: what brightness and contrast leave alone."""
    fine = np.empty((len(images), _FINE, _FINE), np.float32)
    for row, image in enumerate(images):
        small = cv2.resize(image.astype(np.float32), (_FINE, _FINE), interpolation=cv2.INTER_AREA)
        small -= small.mean()
        length = float(np.linalg.norm(small))
        fine[row] = small / length if length > _FLAT else 0.0
    return fine


def _coarse(fine: Float32) -> Float32:
    """(N, 36) block means, scaled so that no distance is larger than between the whole."""
    block = _FINE // _COARSE
    means = fine.reshape(-1, _COARSE, block, _COARSE, block).mean(axis=(2, 4))
    return np.asarray(means.reshape(-1, _COARSE**2) * block, np.float32)


def _sieve(one: Float32, other: Float32, bound: float) -> Iterator[NDArray[np.int64]]:
    """Pairs (P, 2) i < j of the rows of two (N, 36) within a squared distance, in chunks."""
    # |a - b|² / 2 = (|a|² + |b|²) / 2 - a·b, as one product of matrices.
    ones = np.ones((len(other), 1), np.float32)
    right = np.hstack([other, ones, -(other**2).sum(axis=1, keepdims=True) / 2]).T
    for start in range(0, len(one), _CHUNK):
        part = one[start : start + _CHUNK]
        half = -(part**2).sum(axis=1, keepdims=True) / 2
        near = np.hstack([part, half, np.ones_like(half)]) @ right[:, start:]
        # A hair's breadth more than the bound: sums in float32 are a little off.
        pairs = np.argwhere(near >= -bound / 2 - 1e-5)
        pairs += start
        yield pairs[pairs[:, 0] < pairs[:, 1]]
