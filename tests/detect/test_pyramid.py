import itertools

import cv2
import numpy as np
import pytest

from avatar_bridge.detect.pyramid import FACTOR, pyramid

CELL = 12
ROUNDING = 1.05  # levels have whole pixels


def grey(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


@pytest.mark.parametrize("shape", [(480, 640), (720, 1280), (100, 66), (61, 60)])
@pytest.mark.parametrize("min_face", [20, 33, 60])
def test_every_size_of_face_has_a_window_that_is_nearly_as_large(
    shape: tuple[int, int], min_face: int
) -> None:
    sides = [CELL * float(level.zoom.mean()) for level in pyramid(grey(*shape), min_face, CELL)]
    for face in np.linspace(min_face, min(shape), 50):
        nearest = min(sides, key=lambda side: abs(np.log(side / face)))
        most = FACTOR**-0.5 if face <= max(sides) else 1 / FACTOR  # the last step may be cut off
        assert max(nearest / face, face / nearest) < most * ROUNDING


def test_levels_fall_by_one_factor_to_the_size_of_a_cell() -> None:
    levels = list(pyramid(grey(480, 640), 60, CELL))
    heights = [level.grey.shape[0] for level in levels]
    assert heights[0] == 480 * CELL / 60
    assert [b / a for a, b in itertools.pairwise(heights)] == pytest.approx(
        [FACTOR] * (len(levels) - 1), abs=0.03
    )
    assert heights[-1] >= CELL > heights[-1] * FACTOR


def test_zoom_leads_back_to_the_whole_picture() -> None:
    for level in pyramid(grey(217, 391), 25, CELL):
        height, width = level.grey.shape
        assert level.zoom * (width, height) == pytest.approx([391, 217])


def test_a_level_shows_the_means_of_what_its_pixels_cover() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (48, 64), dtype=np.uint8)
    picture = np.kron(noise, np.ones((10, 10), np.uint8))
    for level in pyramid(picture, 60, CELL):
        size = level.grey.shape[1], level.grey.shape[0]
        direct = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        assert np.abs(level.grey - direct.astype(float)).mean() < 4


def test_a_picture_smaller_than_the_smallest_face_has_no_levels() -> None:
    assert list(pyramid(grey(59, 400), 60, CELL)) == []
    assert list(pyramid(grey(1, 1), 60, CELL)) == []
