import math

import cv2
import numpy as np
import pytest
from builders import make_points

from avatar_bridge.geometry import (
    average_face,
    box_overlap,
    crop_transform,
    cut_face,
    face_box,
    matrix_from_quaternion,
    quaternion_from_matrix,
    transform_points,
)


def _turned(points: np.ndarray, angle: float, centre: tuple[float, float]) -> np.ndarray:
    cos, sin = math.cos(angle), math.sin(angle)
    return (points - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre


def test_face_box_spans_brow_to_chin() -> None:
    points = make_points(eyes=60)
    box, roll = face_box(points)
    assert roll == pytest.approx(0.0, abs=1e-6)
    assert box[2] - box[0] == pytest.approx(2.3 * 60, rel=0.01)
    assert box[1] < points[17:27, 1].min() + 1
    assert box[3] > points[8, 1] - 1


@pytest.mark.parametrize("angle", [-0.6, 0.3, 1.2])
def test_roll_is_positive_clockwise_and_leaves_the_size(angle: float) -> None:
    points = make_points()
    box, roll = face_box(_turned(points, angle, (320, 240)))
    assert roll == pytest.approx(angle, abs=1e-5)
    straight = face_box(points)[0]
    assert box[2] - box[0] == pytest.approx(straight[2] - straight[0], rel=1e-4)


def test_face_box_keeps_its_size_when_the_head_turns() -> None:
    points = make_points(centre=(0.0, 0.0))
    turned = points * [math.cos(0.6), 1.0]
    ratio = np.diff(face_box(turned)[0][[0, 2]]) / np.diff(face_box(points)[0][[0, 2]])
    assert 0.85 < ratio[0] < 1.0


@pytest.mark.parametrize("roll", [0.0, 0.5, -2.0])
def test_crop_maps_its_middle_to_the_middle_of_the_box(roll: float) -> None:
    box = np.array([100, 50, 200, 150], np.float32)
    matrix = crop_transform(box, roll, margin=1.5, size=112)
    assert transform_points(matrix, np.array([[56.0, 56.0]]))[0] == pytest.approx([150, 100])
    corner = transform_points(matrix, np.array([[0.0, 56.0]]))[0]
    assert math.dist(corner, (150, 100)) == pytest.approx(75)


@pytest.mark.parametrize(
    ("roll", "middle"), [(0.0, (150, 75)), (math.pi / 2, (175, 100)), (math.pi, (150, 125))]
)
def test_lift_moves_the_crop_toward_the_brow(roll: float, middle: tuple[int, int]) -> None:
    box = np.array([100, 50, 200, 150], np.float32)
    matrix = crop_transform(box, roll, margin=1.5, size=112, lift=0.25)
    assert transform_points(matrix, np.array([[56.0, 56.0]]))[0] == pytest.approx(middle)


def test_a_rolled_face_comes_out_upright() -> None:
    points = _turned(make_points(), 0.7, (320, 240))
    crop = cut_face(np.zeros((480, 640, 3), np.uint8), *face_box(points), margin=1.3, size=112)
    inverse = np.linalg.inv(np.vstack([crop.to_frame, [0, 0, 1]]))[:2]
    upright = transform_points(inverse.astype(np.float32), points)
    assert upright[39, 1] == pytest.approx(upright[42, 1], abs=0.01)
    assert upright[36, 0] < upright[45, 0]


def test_a_crop_outside_the_picture_still_has_its_size() -> None:
    box = np.array([-500, -500, -400, -400], np.float32)
    crop = cut_face(np.full((20, 20, 3), 9, np.uint8), box, 0.0, margin=1.0, size=32)
    assert crop.image.shape == (32, 32, 3)
    assert (crop.image == 9).all()


@pytest.mark.parametrize(
    ("other", "overlap"),
    [((0, 0, 10, 10), 1.0), ((5, 0, 15, 10), 1 / 3), ((10, 0, 20, 10), 0.0), ((50, 50, 60, 60), 0)],
)
def test_overlap(other: tuple[float, ...], overlap: float) -> None:
    box = np.array([0, 0, 10, 10], np.float32)
    assert box_overlap(box, np.array(other, np.float32)) == pytest.approx(overlap)


def test_quaternion_of_a_quarter_turn() -> None:
    about_y = np.array([[0, 0, 1], [0, 1, 0], [-1, 0, 0]], float)
    half = math.sqrt(0.5)
    assert quaternion_from_matrix(about_y) == pytest.approx([0, half, 0, half], abs=1e-6)


@pytest.mark.parametrize("turn", [(0, 0, 0), (3.1, 0, 0), (0, 3.1, 0), (0, 0, 3.1), (1, -0.4, 2)])
def test_quaternions_and_matrices_say_the_same(turn: tuple[float, float, float]) -> None:
    matrix = cv2.Rodrigues(np.array(turn, np.float64))[0]
    quaternion = quaternion_from_matrix(matrix)
    assert np.linalg.norm(quaternion) == pytest.approx(1.0)
    assert quaternion[3] >= 0
    assert matrix_from_quaternion(quaternion) == pytest.approx(matrix, abs=1e-6)
    assert matrix_from_quaternion(-2 * quaternion) == pytest.approx(matrix, abs=1e-6)


def test_an_averaged_crop_shows_means_not_single_pixels() -> None:
    rng = np.random.default_rng(0)
    image = np.repeat(rng.integers(0, 2, (400, 400, 1), np.uint8) * 255, 3, axis=2)
    box = np.array([50, 50, 350, 350], np.float32)
    picked = cut_face(image, box, 0.3, 1.0, 40).image
    averaged = average_face(image, box, 0.3, 1.0, 40)
    assert averaged.shape == picked.shape == (40, 40, 3)
    assert averaged.mean() == pytest.approx(127.5, abs=4)
    assert averaged.std() < 0.4 * picked.std()


def test_an_averaged_crop_lies_where_the_other_does() -> None:
    ramp = np.tile(np.linspace(0, 255, 400), (400, 1)).astype(np.uint8)
    image = np.stack([ramp, ramp.T, ramp], axis=2)
    for side in (40, 300):
        box = np.array([60, 50, 60 + side, 50 + side], np.float32)
        picked = cut_face(image, box, 0.3, 1.1, 40, lift=0.1).image
        averaged = average_face(image, box, 0.3, 1.1, 40, lift=0.1)
        np.testing.assert_allclose(averaged.astype(int), picked.astype(int), atol=1.1)
