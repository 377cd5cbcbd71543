import numpy as np
import pytest

from avatar_bridge.training.metrics import normalised_mean_error, pearson


def test_pearson_knows_its_corners() -> None:
    x = np.linspace(0, 1, 20)
    target = np.column_stack([x, x, x, np.full(20, 0.3)])
    said = np.column_stack([2 * x + 1, -x, np.zeros(20), x])
    r = pearson(said, target)
    np.testing.assert_allclose(r[:3], [1, -1, 0], atol=1e-9)
    assert np.isnan(r[3])  # a shape that stands still has none


def test_pearson_agrees_with_numpy_and_leaves_out_nan() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.random((50, 1)), rng.random((50, 1))
    b[7] = np.nan
    known = np.isfinite(b[:, 0])
    assert pearson(a, b)[0] == pytest.approx(np.corrcoef(a[known, 0], b[known, 0])[0, 1])


def test_error_is_in_eye_distances() -> None:
    target = np.zeros((2, 70, 2))
    target[:, 36:42] = (10.0, 0.0)
    target[:, 42:48] = (30.0, 0.0)
    assert normalised_mean_error(target + np.array([0.0, 5.0]), target) == pytest.approx(0.25)
