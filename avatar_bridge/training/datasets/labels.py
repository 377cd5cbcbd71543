"""Emotion labels and splits of the two public sets, in this project's order."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION, held_out
from avatar_bridge.types import Float32

# Columns of FER+ (Barsoum et al., 2016); contempt, unknown and "not a face" are dropped.
FERPLUS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear")
# Labels of the news photographs; contempt and "none" are dropped.
NEWS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


def fold_votes(votes: NDArray[np.integer]) -> Float32:
    """FER+ votes → shares of the seven emotions.

    Args:
        votes: (N, 10) counts in FER+ column order.

    Returns:
        (N, 7) float32 that sum to 1; NaN rows where no vote is left.
    """
    counts = np.zeros((len(votes), len(EMOTIONS)), np.float32)
    for column, name in enumerate(FERPLUS):
        counts[:, EMOTION_INDEX[name]] = votes[:, column]
    total = counts.sum(axis=1, keepdims=True)
    shares = np.full_like(counts, np.nan)
    np.divide(counts, total, out=shares, where=total > 0)
    return shares


def one_hot(labels: NDArray[np.integer]) -> Float32:
    """Emotion numbers → (N, 7) float32; NaN rows where the number is no basic emotion."""
    hot = np.full((len(labels), len(EMOTIONS)), np.nan, np.float32)
    known = labels < len(EMOTIONS)
    hot[known] = np.eye(len(EMOTIONS), dtype=np.float32)[labels[known]]
    return hot


def emotions_of(labels: Mapping[str, NDArray], label_mix: float) -> Float32:
    """Target shares of the seven emotions from a set's `labels.npz`.

    Args:
        labels: arrays of the file; its keys tell which set it is.
        label_mix: share of FER-2013's own label beside the FER+ votes; 1 for that label alone.
    """
    if "ferplus_votes" not in labels:
        return one_hot(labels["emotion"])
    own = one_hot(labels["fer_label"])
    if label_mix == 1:
        return own
    return (1 - label_mix) * fold_votes(labels["ferplus_votes"]) + label_mix * own


def splits_of(labels: Mapping[str, NDArray], validation: float) -> NDArray[np.uint8]:
    """(N,) TRAIN, VALIDATION or TEST; people stay together where file names tell them."""
    if "usage" in labels:
        test = labels["usage"] != 0
        keys = [str(row) for row in labels["csv_row"]]
    else:
        test = labels["split"] != 0
        keys = [str(name).rsplit("_", 1)[0] for name in labels["file_name"]]
    splits = np.where(held_out(keys, validation), VALIDATION, TRAIN)
    return np.where(test, TEST, splits).astype(np.uint8)
