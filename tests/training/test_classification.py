import numpy as np
import pytest

from avatar_bridge.training.classification import (
    accuracy,
    calibration_error,
    classify,
    macro_f1,
    wilson,
)


def test_labels() -> None:
    true = np.array([0, 0, 1, 1])
    said = np.array([0, 1, 1, 1])
    assert accuracy(said, true) == 0.75
    assert macro_f1(said, true, 7) == pytest.approx((2 / 3 + 0.8) / 2)


def test_everything_about_a_small_confusion() -> None:
    true = np.array([0, 0, 0, 1, 1, 2])
    said = np.array([0, 0, 1, 1, 0, 2])
    result = classify(np.eye(4)[said], true)
    assert result.rows == 6
    assert result.accuracy == pytest.approx(4 / 6)
    np.testing.assert_array_equal(
        result.confusion, [[2, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    )
    # The fourth class occurs nowhere and counts for nothing.
    assert result.precision == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert result.recall == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert result.low < result.accuracy < result.high
    assert "confusion" not in result.figures()


def test_a_class_that_is_only_said_costs_precision_not_recall() -> None:
    result = classify(np.eye(3)[np.array([0, 2])], np.array([0, 0]))
    assert result.recall == pytest.approx(0.5)
    assert result.precision == pytest.approx(0.5)


def test_the_interval_is_wilsons() -> None:
    low, high = wilson(0.5, 100)
    assert (low, high) == (pytest.approx(0.4038, abs=1e-4), pytest.approx(0.5962, abs=1e-4))
    assert wilson(1.0, 10)[1] == pytest.approx(1.0)


def test_calibration_is_the_gap_between_sure_and_right() -> None:
    sure = np.tile([0.9, 0.1], (10, 1))
    target = np.array([0] * 9 + [1])
    assert calibration_error(sure, target) == pytest.approx(0.0, abs=1e-9)
    assert calibration_error(sure, np.ones(10, int)) == pytest.approx(0.9)


def test_no_rows_are_an_error() -> None:
    with pytest.raises(ValueError, match="got none"):
        classify(np.empty((0, 3)), np.empty(0, int))
