import numpy as np
import pytest

from avatar_bridge.detect.cascade import Candidates
from avatar_bridge.training.detection.evaluate import choose
from avatar_bridge.training.detection.judge import (
    Matched,
    average_precision,
    best_f1,
    join,
    match,
    score_that_keeps,
    summarise,
)
from avatar_bridge.training.detection.recipe import ThresholdPart
from avatar_bridge.training.detection.scenes.scene import Scene


@pytest.fixture
def scene() -> Scene:
    boxes = np.array([[0, 0, 20, 20], [50, 0, 70, 20], [100, 0, 120, 20]], np.float32)
    return Scene(
        image=np.zeros((60, 160), np.uint8),
        boxes=boxes,
        points=np.repeat(boxes[:, None, :2], 5, axis=1) + np.arange(10).reshape(5, 2),
        emotions=np.full((3, 7), np.nan, np.float32),
        doubtful=np.array([False, False, True]),
    )


def found(*boxes: tuple[float, float, float]) -> Candidates:
    """x and y of boxes of 20 px, and their scores."""
    rows = np.array(boxes, np.float32)
    places = np.column_stack([rows[:, :2], rows[:, :2] + 20])
    return Candidates(places, rows[:, 2], np.full((len(rows), 5, 2), np.nan, np.float32))


def test_each_face_takes_its_surest_box(scene: Scene) -> None:
    matched = match(scene, found((0, 0, 0.9), (2, 0, 0.8), (20, 30, 0.7), (100, 0, 0.95)))
    assert matched.faces.tolist() == pytest.approx([0.9, 0.0])
    assert matched.scores.tolist() == pytest.approx([0.9, 0.8, 0.7])  # not the doubtful face's
    assert matched.hits.tolist() == [True, False, False]


def test_nothing_found_is_no_error(scene: Scene) -> None:
    nothing = Candidates(
        np.empty((0, 4), np.float32), np.empty(0, np.float32), np.empty((0, 5, 2), np.float32)
    )
    matched = join([match(scene, nothing), match(scene, found((0, 0, 0.5)))])
    assert summarise(matched, 0.4, [scene, scene]) == {
        "scenes_recall": 0.25, "scenes_precision": 1.0, "scenes_boxes": 0.5,
    }  # fmt: skip


def test_average_precision_is_the_area_under_the_curve() -> None:
    true = np.array([True, False, True, False])
    assert average_precision(np.array([0.9, 0.1, 0.8, 0.2]), true) == 1.0
    assert average_precision(np.array([0.9, 0.8, 0.7, 0.1]), true) == pytest.approx((1 + 2 / 3) / 2)
    assert average_precision(np.zeros(2), np.zeros(2, bool)) == 0.0


def test_thresholds_are_chosen_as_the_recipe_says() -> None:
    matched = Matched(
        faces=np.array([0.9, 0.8, 0.7, 0.0], np.float32),
        scores=np.array([0.9, 0.8, 0.75, 0.7, 0.2, 0.1], np.float32),
        hits=np.array([True, True, False, True, False, False]),
        errors=np.empty(0, np.float32),
    )
    assert best_f1(matched) == pytest.approx(0.7)
    assert score_that_keeps(matched, 0.5) == pytest.approx(0.8)
    assert choose(matched, ThresholdPart(by="kept", kept=0.999)) == pytest.approx(0.7, abs=1e-3)
