import logging
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from avatar_bridge.training.datasets.duplicates import keep_apart, same_pictures
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION

Pictures = Callable[[int], np.ndarray]


def _smooth(images: np.ndarray) -> np.ndarray:
    """Pictures whose neighbours resemble each other, as a photograph's do."""
    return np.stack([cv2.GaussianBlur(image, (0, 0), 3) for image in images])


@pytest.mark.parametrize(
    "change",
    [
        lambda image: image,
        lambda image: image[:, ::-1],
        lambda image: (0.5 * image + 40).astype(np.uint8),
        lambda image: (0.5 * image[:, ::-1] + 40).astype(np.uint8),
    ],
    ids=["copy", "mirrored", "brightened", "mirrored and brightened"],
)
def test_copies_are_found(pictures: Pictures, change: Callable) -> None:
    images = pictures(4)
    images[3] = change(images[1])
    np.testing.assert_array_equal(same_pictures(images, 0.999), [[1, 3]])


def test_other_compression_is_found_at_a_lower_bound(pictures: Pictures) -> None:
    images = _smooth(pictures(4))
    packed = cv2.imencode(".jpg", images[0], [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    images[2] = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    np.testing.assert_array_equal(same_pictures(images, 0.95), [[0, 2]])


def test_the_sieve_loses_no_pair(pictures: Pictures) -> None:
    rng = np.random.default_rng(0)
    base = _smooth(pictures(40)).astype(np.float32)
    blends = (
        base[rng.integers(40, size=200)]
        + rng.uniform(0, 0.4, (200, 1, 1)) * base[rng.integers(40, size=200)]
    )
    images = np.clip(blends, 0, 255).astype(np.uint8)
    small = images.reshape(200, 24, 2, 24, 2).mean(axis=(2, 4)).reshape(200, -1)
    alike = np.corrcoef(small)
    mirrored = small.reshape(200, 24, 24)[:, :, ::-1].reshape(200, -1)
    alike = np.maximum(alike, np.corrcoef(mirrored, small)[:200, 200:])
    expected = np.argwhere(np.triu(alike, 1) >= 0.95)
    assert len(expected) > 100
    np.testing.assert_array_equal(same_pictures(images, 0.95), expected)


def test_pictures_of_one_grey_match_only_each_other(pictures: Pictures) -> None:
    images = pictures(4)
    images[1], images[2] = 0, 200
    np.testing.assert_array_equal(same_pictures(images, 0.95), [[1, 2]])


def test_no_pictures_have_no_copies() -> None:
    assert same_pictures(np.zeros((0, 48, 48), np.uint8), 0.95).shape == (0, 2)


def test_training_gives_way_and_tests_stay_whole(
    pictures: Pictures, caplog: pytest.LogCaptureFixture
) -> None:
    images = pictures(9)
    splits = np.array([TRAIN] * 4 + [VALIDATION] * 2 + [TEST] * 3, np.uint8)
    images[6] = images[0]  # test and training
    images[7] = images[4]  # test and validation
    images[1] = images[5][:, ::-1]  # validation and training
    images[3] = images[2]  # twice in training
    images[8] = images[6]  # twice in the test
    with caplog.at_level(logging.INFO):
        kept = keep_apart("some set", images, splits, 0.999)
    np.testing.assert_array_equal(np.flatnonzero(~kept), [0, 1, 3, 4])
    assert "some set: left out 3 of 9 rows" in caplog.text
    assert "and 1 that repeat a training row" in caplog.text
