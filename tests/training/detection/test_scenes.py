import math

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import face_box
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TEST, TRAIN
from avatar_bridge.training.detection.scenes.composer import SIZES, Composer, FaceSizes
from avatar_bridge.training.detection.scenes.paste import Place, paste
from avatar_bridge.training.detection.scenes.scene import Scene, five_points
from avatar_bridge.training.detection.scenes.spoil import spoil


def test_a_scene_is_a_function_of_its_number(composer: Composer) -> None:
    one, again, other = composer[3], composer[3], composer[4]
    assert np.array_equal(one.image, again.image)
    assert np.array_equal(one.boxes, again.boxes)
    assert not np.array_equal(one.image, other.image)


def test_the_splits_have_other_scenes(material: Material) -> None:
    train, held_out = (Composer([material], split, FaceSizes(), 1) for split in (0, 1))
    assert not np.array_equal(train[0].image, held_out[0].image)


def test_scenes_are_of_the_sizes_asked_for(composer: Composer, material: Material) -> None:
    scenes = [composer[number] for number in range(24)]
    assert {s.image.shape[::-1] for s in scenes} <= set(SIZES)
    square = Composer([material], TRAIN, FaceSizes(), 1, (320, 320))
    assert square[0].image.shape == (320, 320)
    counts = [len(s.boxes) for s in scenes]
    assert min(counts) == 0 and max(counts) > 1


def test_boxes_are_square_and_in_the_picture(composer: Composer) -> None:
    for number in range(16):
        scene = composer[number]
        width, height = (scene.boxes[:, 2:] - scene.boxes[:, :2]).T
        assert np.allclose(width, height, rtol=1e-4)
        middles = (scene.boxes[:, :2] + scene.boxes[:, 2:]) / 2
        sure = ~scene.doubtful
        assert (middles[sure] >= 0).all()
        assert (middles[sure] <= scene.image.shape[::-1]).all()


def test_the_left_eye_is_on_the_left(composer: Composer) -> None:
    seen = 0
    for number in range(16):
        points = composer[number].points
        assert (points[:, 0, 0] < points[:, 1, 0]).all()
        assert (points[:, 3, 0] < points[:, 4, 0]).all()
        seen += len(points)
    assert seen


def test_what_is_pasted_lies_where_the_truth_says(tiles: np.ndarray, spots: np.ndarray) -> None:
    for side in (24.0, 90.0):
        canvas = np.full((200, 300), 128, np.float32)
        place = Place(x=120.0, y=80.0, side=side, roll=math.radians(30))
        moved = paste(np.random.default_rng(0), canvas, tiles[0], spots, place, "head", match=0.0)
        box, roll = face_box(moved)
        assert np.allclose((box[:2] + box[2:]) / 2, (120, 80), atol=0.01)
        assert box[2] - box[0] == pytest.approx(side, rel=1e-3)
        assert math.degrees(roll) == pytest.approx(30, abs=0.1)
        for x, y in five_points(moved):
            if side > 50:  # a dark spot in a bright face
                assert canvas[int(y), int(x)] < 100
        assert canvas[199, 299] == 128


def test_five_points_are_mtcnns(spots: np.ndarray) -> None:
    wanted = [(24, 26), (40, 26), (32, 36), (26, 44), (38, 44)]
    assert np.allclose(five_points(spots), wanted)


def test_a_frontal_face_has_no_yaw(spots: np.ndarray) -> None:
    points = five_points(np.stack([spots, spots]))
    points[1, 2] = points[1, 1]  # the nose's tip over an eye
    scene = Scene(
        image=np.zeros((9, 9), np.uint8),
        boxes=np.zeros((2, 4), np.float32),
        points=points,
        emotions=np.zeros((2, 7), np.float32),
        doubtful=np.zeros(2, bool),
    )
    assert np.allclose(scene.yaws, (0, 1))


def test_spoiling_keeps_the_shape() -> None:
    canvas = np.full((60, 80), 100, np.float32)
    for seed in range(30):
        image = spoil(np.random.default_rng(seed), canvas)
        assert image.shape == (60, 80)
        assert image.dtype == np.uint8
    assert (canvas == 100).all()


def test_no_faces_is_said(material: Material) -> None:
    with pytest.raises(ConfigError, match="expected material with faces"):
        Composer([material], TEST, FaceSizes(), 1)
