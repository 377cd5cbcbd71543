"""Detections against faces whose places are known."""

from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.geometry import face_box
from avatar_bridge.training.detection.scenes.scene import five_points
from avatar_bridge.training.suite.detection.judge import (
    average_precision,
    judge,
    point_errors,
    precision,
    recall,
)
from avatar_bridge.training.suite.detection.scene import Scene, marked_scene
from avatar_bridge.types import Detection

NO_BOXES = np.zeros((0, 4), np.float32)


def square(x: float, y: float = 0.0, side: float = 10.0) -> np.ndarray:
    return np.array([x, y, x + side, y + side], np.float32)


def scene(*boxes: np.ndarray, others: np.ndarray = NO_BOXES, **more: object) -> Scene:
    stacked = np.array(boxes, np.float32).reshape(-1, 4)
    return Scene("scene", Path("none.png"), stacked, others=others, **more)  # type: ignore[arg-type]


def test_each_face_is_found_once_and_by_the_surest() -> None:
    found = [Detection(square(1), 0.5), Detection(square(0), 0.9), Detection(square(50), 0.7)]
    verdict = judge(scene(square(0), square(100)), found)
    assert [d.score for d in verdict.found] == pytest.approx([0.9, 0.7, 0.5])
    assert verdict.face_of == (0, -1, -1)
    assert verdict.missed == (1,)
    assert verdict.false_alarms == 2


def test_a_detection_goes_to_the_face_that_it_overlaps_most() -> None:
    assert judge(scene(square(0), square(4)), [Detection(square(3), 1.0)]).face_of == (1,)


def test_a_face_that_nobody_marked_is_neither_right_nor_wrong() -> None:
    verdict = judge(
        scene(square(0), others=square(50)[None]),
        [Detection(square(50), 0.9), Detection(square(0), 0.8), Detection(square(80), 0.1)],
    )
    assert verdict.face_of == (0, -1)
    assert precision([verdict]) == 0.5


def test_recall_is_over_all_faces_or_those_of_a_group() -> None:
    groups = (frozenset({"small", "lit"}), frozenset({"large", "lit"}))
    verdict = judge(scene(square(0), square(100), groups=groups), [Detection(square(0), 1.0)])
    assert recall([verdict]) == (0.5, 2)
    assert recall([verdict], "small") == (1.0, 1)
    assert recall([verdict], "large") == (0.0, 1)
    assert np.isnan(recall([verdict], "dark")[0])


def test_precision_of_nothing_found_is_unknown() -> None:
    assert np.isnan(precision([judge(scene(square(0)), [])]))


def test_average_precision_is_the_area_under_the_best_precisions() -> None:
    # Right, wrong, right, of three faces: precisions 1, 1/2, 2/3 at recalls 1/3, 1/3, 2/3.
    found = [Detection(square(0), 0.9), Detection(square(50), 0.8), Detection(square(100), 0.7)]
    verdict = judge(scene(square(0), square(100), square(200)), found)
    assert average_precision([verdict]) == pytest.approx(1 / 3 + 2 / 3 / 3)
    assert average_precision([judge(scene(square(0)), [])]) == 0.0


def test_points_are_judged_in_distances_of_the_eyes(frontal: np.ndarray) -> None:
    known = marked_scene("face", Path("none.png"), [frontal])
    assert known.points is not None
    apart = np.linalg.norm(known.points[0, 1] - known.points[0, 0])
    moved = known.points[0] + np.array([0.1 * apart, 0], np.float32)
    box = known.boxes[0]
    exact = judge(known, [Detection(box, 1.0, moved)])
    assert point_errors([exact]) == pytest.approx([0.1], abs=1e-5)
    assert not len(point_errors([judge(known, [Detection(box, 1.0)])]))
    assert not len(point_errors([judge(scene(box), [Detection(box, 1.0, moved)])]))


def test_five_points_are_in_the_order_of_mtcnn(frontal: np.ndarray) -> None:
    points = five_points(frontal)
    assert points.shape == (5, 2)
    np.testing.assert_allclose(points[0], frontal[36:42].mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(points[1:], [frontal[42:48].mean(axis=0), *frontal[[30, 48, 54]]])
    assert points[0, 0] < points[1, 0]  # as seen in the image
    np.testing.assert_array_equal(
        marked_scene("face", Path("none.png"), [frontal]).boxes[0], face_box(frontal)[0]
    )
