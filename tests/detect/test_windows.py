import numpy as np
import pytest
from tiny_detectors import FACE_POINTS

from avatar_bridge.detect.windows import (
    are_boxes,
    corners,
    cut_windows,
    in_picture,
    place_boxes,
    place_points,
    squares,
    whole_pixels,
)

WINDOWS = np.array([[10, 20, 40], [0, 0, 12]], np.float32)


def test_offsets_are_sides_of_the_window() -> None:
    offsets = np.array([[0.1, -0.1, 0.25, 0.5], [0, 0, 0, 0]], np.float32)
    boxes = place_boxes(WINDOWS, offsets)
    assert boxes[0] == pytest.approx([10 + 4, 20 - 4, 50 + 10, 60 + 20])
    assert boxes[1] == pytest.approx(corners(WINDOWS)[1])


def test_points_come_as_five_x_and_five_y() -> None:
    laid_out = np.transpose(FACE_POINTS).reshape(-1).astype(np.float32)
    points = place_points(WINDOWS, np.stack([laid_out, laid_out]))
    assert points.shape == (2, 5, 2)
    assert points[0, 0] == pytest.approx([10 + 0.3 * 40, 20 + 0.35 * 40])
    assert points[1] == pytest.approx(np.array(FACE_POINTS) * 12)


def test_a_box_becomes_a_square_with_its_middle() -> None:
    window = squares(np.array([[10, 20, 30, 60]], np.float32))
    assert window[0] == pytest.approx([5, 25, 30])
    assert corners(squares(corners(WINDOWS))) == pytest.approx(corners(WINDOWS))


def test_crops_repeat_the_edge_of_the_picture() -> None:
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    crops = cut_windows(grey, np.array([[-2, -3, 6], [7, 5, 6], [2, 2, 4]], np.float32), 6)
    padded = np.pad(grey, 10, mode="edge")
    assert (crops[0] == padded[7:13, 8:14]).all()
    assert (crops[1] == padded[15:21, 17:23]).all()
    small = cut_windows(grey, np.array([[2, 2, 4]], np.float32), 2)
    assert small[0].tolist() == [[28, 30], [48, 50]]  # means of four, rounded


def test_windows_that_no_face_has_are_left_out() -> None:
    nan = float("nan")
    windows = np.array(
        [[5, 5, 20], [-9, -9, 20], [-30, 5, 20], [5, 5, 1e9], [nan, 0, 5], [5, 5, nan], [5, 5, 0]],
        np.float32,
    )
    assert in_picture(windows, (30, 40)).tolist() == [True, True, *[False] * 5]
    assert whole_pixels(np.array([[1.4, 1.6, 0.2]], np.float32))[0].tolist() == [1, 2, 1]


def test_only_what_has_an_inside_is_a_box() -> None:
    nan, far = float("nan"), float("inf")
    boxes = [
        (0, 0, 9, 9), (0, 0, nan, 9), (0, 0, far, 9), (-far, 0, 9, 9), (5, 0, 5, 9), (0, 9, 9, 0),
    ]  # fmt: skip
    assert are_boxes(np.array(boxes, np.float32)).tolist() == [True, *[False] * 5]
