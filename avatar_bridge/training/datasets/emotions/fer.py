"""How FER-2013 and FER+ say what they say, in this project's order.

**Convention:** FER-2013's label numbers are indices of `facs.emotions.EMOTIONS`. A FER+ row is a
count of ten people's votes in the column order below.
Barsoum, Zhang, Canton Ferrer and Zhang, *Training Deep Networks for Facial Expression Recognition
with Crowd-Sourced Label Distribution* (2016). https://arxiv.org/abs/1608.01041
"""

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.emotions import EMOTIONS, LABELS
from avatar_bridge.types import Float32

FERPLUS = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt",
    "unknown", "NF",
)  # fmt: skip
# Correlation from which on two pictures are taken as one (see `duplicates`). The photographs were
# crawled many times over: in samples of the pairs that are this alike both were one photograph.
ALIKE = 0.95
_STRAY = 1  # a single vote for a class is taken as a slip (the FER+ authors' rule)


def vote_shares(votes: NDArray[np.integer]) -> Float32:
    """FER+ votes → shares of the eight labels.

    Single votes are dropped where others agree, and so are rows that most people could not name:
    the protocol of FER+ with its "unknown" and "not a face" left out.

    Args:
        votes: (N, 10) counts in FER+ column order.

    Returns:
        (N, 8) float32 in the order of `facs.emotions.LABELS`; NaN rows where dropped.
    """
    counts = votes.astype(np.float32)
    named = counts[:, [FERPLUS.index(label) for label in LABELS]]
    nameless = counts[:, len(LABELS) :].max(axis=1) > named.max(axis=1)
    firm = np.where(named > _STRAY, named, 0)
    firm[firm.sum(axis=1) == 0] = named[firm.sum(axis=1) == 0]
    total = firm.sum(axis=1, keepdims=True)
    shares = np.full_like(firm, np.nan)
    np.divide(firm, total, out=shares, where=(total > 0) & ~nameless[:, None])
    return shares


def own_shares(labels: NDArray[np.integer]) -> Float32:
    """FER-2013's own labels (N,) → (N, 7) float32, one-hot in the order of `EMOTIONS`."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]
