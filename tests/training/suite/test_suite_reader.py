import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.analyze.pose import focal_length, solve_head_pose
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.suite.activation import Shown, judge_activations
from avatar_bridge.training.suite.peer import MediaPipeReader
from avatar_bridge.training.suite.reader import (
    OurReader,
    Picture,
    Reading,
    read_all,
    unseen,
    weights_of,
)
from avatar_bridge.training.suite.synthetic import true_focal
from avatar_bridge.types import Landmarks

BOX = np.array([60, 60, 140, 140], np.float32)


def reading(presence: float = 1.0, **values: float) -> Reading:
    weights = np.zeros(52, np.float32)
    for name, value in values.items():
        weights[BLENDSHAPE_INDEX[name]] = value
    points = np.zeros((70, 2), np.float32)
    return Reading(weights, points, np.array([0, 0, 0, 1.0]), np.zeros((2, 2)), presence)


class Script:
    """Says what it was told to say, picture by picture."""

    teaches = False

    def __init__(self, said: Sequence[Reading | None], name: str = "script") -> None:
        self.name = name
        self._said = iter(said)

    def read(self, picture: Picture, looks: int = 1) -> Reading | None:
        return next(self._said)


def picture(focal: float | None = None) -> Picture:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (200, 240, 3), np.uint8)
    return Picture(image, BOX, 0.0, focal)


def test_a_frame_has_the_true_focal_length_and_the_same_axis() -> None:
    offset, size = picture(focal=600.0).frame()
    assert focal_length(size) == pytest.approx(600)
    assert offset + np.array([120, 100]) == pytest.approx(np.array(size) / 2)
    assert picture().frame()[1] == (240, 200)


def test_readings_that_are_missing_are_nan_and_counted() -> None:
    said = read_all([Script([reading(jawOpen=0.5), None, reading(0.1)])], [picture()] * 3)
    weights = weights_of(said["script"])
    assert weights[0, BLENDSHAPE_INDEX["jawOpen"]] == 0.5
    assert np.isnan(weights[1]).all()
    assert unseen(said["script"]) == 2


def test_activations_compare_with_the_same_head_at_rest() -> None:
    shown = [
        Shown(head, shape, (), picture())
        for head in (0, 1, 2)
        for shape in (None, "jawOpen", "tongueOut")
    ]
    said = [
        *(reading(), reading(jawOpen=0.9), reading()),
        *(reading(jawOpen=0.8), reading(jawOpen=0.9), reading(tongueOut=0.6)),
        *(reading(), None, reading()),
    ]
    judged = judge_activations([Script(said)], shown)["script"]
    assert judged.rates[BLENDSHAPE_INDEX["jawOpen"]] == pytest.approx(1 / 3)
    assert judged.rates[BLENDSHAPE_INDEX["tongueOut"]] == pytest.approx(1 / 3)
    assert judged.lost == 1
    assert judged.share() == pytest.approx(100 / 3)
    assert judged.share(without=["tongueOut"]) == pytest.approx(100 / 3)


def test_a_head_that_is_never_at_rest_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="head 4: expected a picture at rest"):
        judge_activations([Script([reading()])], [Shown(4, "jawOpen", (), picture())])


@pytest.fixture(scope="module")
def ours() -> OurReader:
    store = ModelStore()
    return OurReader(
        store.find(next(n for n in store.names() if store.find(n).card.task == "face")), 1
    )


def test_only_angles_depend_on_the_focal_length(ours: OurReader) -> None:
    plain, far = ours.read(picture()), ours.read(picture(focal=900.0))
    assert plain is not None and far is not None
    assert far.points == pytest.approx(plain.points, abs=0.01)
    assert np.abs(far.orientation - plain.orientation).max() > 1e-4
    assert far.weights.shape == (52,)


def test_a_second_look_is_cut_at_the_points_of_the_first(ours: OurReader) -> None:
    first = ours.read(picture())
    assert first is not None
    again = ours.read(Picture.around(picture().image, first.points))
    twice = ours.read(picture(), looks=2)
    assert again is not None and twice is not None
    assert twice.points == pytest.approx(again.points, abs=0.01)
    assert np.abs(twice.points - first.points).max() > 0.1


def test_the_focal_length_is_found_from_the_truth() -> None:
    rng = np.random.default_rng(1)
    points = np.zeros((70, 2), np.float32)
    points[:] = rng.uniform(60, 130, points.shape)
    side = 576  # 3 sides of 192
    moved = Landmarks(points + np.float32((side - 192) / 2))
    place = solve_head_pose(moved, (side, side)).position
    assert true_focal(points, place, 192) == pytest.approx(3.0, rel=0.02)


def test_a_missing_peer_tells_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    with pytest.raises(ConfigError, match=r"pip install mediapipe==1\.2\.2"):
        MediaPipeReader(tmp_path / "face_landmarker.task")
