"""Figures that say how well a net tells classes apart; all take numpy arrays."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NORMAL = 1.96  # standard deviations that hold 95% of a normal distribution
_BINS = 15  # of the calibration error, as Guo et al. (2017) count


@dataclass(frozen=True, slots=True)
class Classified:
    """How well N rows were told apart.

    Attributes:
        rows: how many were judged.
        accuracy: share that was right.
        low, high: 95% interval of that share (Wilson, 1927).
        precision, recall, f1: means over the classes that occur.
        calibration_error: mean gap between how sure the net was and how often it was right, in
            15 equal bins (Guo et al., *On Calibration of Modern Neural Networks*, 2017).
        confusion: (C, C) counts; row the truth, column what was said.
    """

    rows: int
    accuracy: float
    low: float
    high: float
    precision: float
    recall: float
    f1: float
    calibration_error: float
    confusion: NDArray[np.int64]

    def figures(self) -> dict[str, float]:
        """Everything but the confusion, by name."""
        return {name: float(getattr(self, name)) for name in self.__slots__ if name != "confusion"}


def classify(probabilities: NDArray[np.floating], target: NDArray[np.integer]) -> Classified:
    """Judge a classifier.

    Args:
        probabilities: (N, C) that sum to 1.
        target: (N,) right class of each row.

    Raises:
        ValueError: there are no rows.
    """
    count, classes = probabilities.shape
    if not count:
        raise ValueError("expected rows to judge, got none")
    said = probabilities.argmax(axis=1)
    confusion = np.bincount(target * classes + said, minlength=classes**2)
    confusion = confusion.reshape(classes, classes)
    hit = np.diag(confusion).astype(np.float64)
    true, told = confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = (true + told) > 0
    precision = _ratio(hit, told)[occurs]
    recall = _ratio(hit, true)[true > 0]
    f1 = _ratio(2 * hit, true + told)[occurs]
    right = float(hit.sum() / count)
    low, high = wilson(right, count)
    return Classified(
        rows=count,
        accuracy=right,
        low=low,
        high=high,
        precision=float(precision.mean()),
        recall=float(recall.mean()),
        f1=float(f1.mean()),
        calibration_error=calibration_error(probabilities, target),
        confusion=confusion.astype(np.int64),
    )


def wilson(share: float, rows: int) -> tuple[float, float]:
    """95% interval of a share measured on so many rows."""
    square = _NORMAL**2
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    spread = math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    half = _NORMAL * spread / (1 + square / rows)
    return middle - half, middle + half


def calibration_error(
    probabilities: NDArray[np.floating], target: NDArray[np.integer], bins: int = _BINS
) -> float:
    """Expected calibration error in [0, 1]; arguments as `classify`."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == target
    place = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(float(right[place == b].mean()) - float(sure[place == b].mean())) * (place == b).sum()
        for b in np.unique(place)
    ]
    return float(np.sum(gaps) / len(target))


def accuracy(predicted: NDArray[np.integer], target: NDArray[np.integer]) -> float:
    """Share of equal labels."""
    return float(np.mean(predicted == target))


def macro_f1(predicted: NDArray[np.integer], target: NDArray[np.integer], classes: int) -> float:
    """Mean F1 over the classes that occur in the target or the prediction."""
    return classify(np.eye(classes)[predicted], target).f1


def _ratio(top: NDArray[np.floating], bottom: NDArray[np.integer]) -> NDArray[np.float64]:
    """Elementwise quotient; 0 where there is nothing to divide by."""
    return np.divide(top, bottom, out=np.zeros(len(top)), where=bottom > 0)
