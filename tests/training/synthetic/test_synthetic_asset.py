"""The shipped clip and its truth agree."""

from importlib.resources import files

import cv2
import numpy as np
import pytest

from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.landmarks import (
    BROW_RIGHT,
    EYE_LEFT,
    EYE_RIGHT,
    IRIS_LEFT,
    IRIS_RIGHT,
    LIPS_OUTER,
    POINTS,
)
from avatar_bridge.training.synthetic.eyes import gaze_of
from avatar_bridge.training.synthetic.names import SWEPT_SHAPES
from avatar_bridge.training.synthetic.performance import FPS, FRAMES, script

SIZE = 512
CLIP = files("avatar_bridge") / "assets" / "performer.mp4"
TRUTH = files("avatar_bridge") / "assets" / "performer.npz"


@pytest.fixture(scope="module")
def truth() -> dict[str, np.ndarray]:
    with np.load(str(TRUTH), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    video = cv2.VideoCapture(str(CLIP))
    taken = []
    while True:
        there, picture = video.read()
        if not there:
            break
        taken.append(picture)
    video.release()
    return taken


def test_the_clip_has_a_picture_for_every_row(
    pictures: list[np.ndarray], truth: dict[str, np.ndarray]
) -> None:
    assert len(pictures) == len(truth["weights"]) == FRAMES
    assert pictures[0].shape == (SIZE, SIZE, 3)
    assert truth["fps"] == FPS


def test_the_clip_is_small() -> None:
    assert len(CLIP.read_bytes()) < 1_000_000


def test_the_truth_is_complete(truth: dict[str, np.ndarray]) -> None:
    assert tuple(truth["blendshape_names"]) == BLENDSHAPES
    shapes = {name: truth[name].shape for name in truth}
    assert shapes["weights"] == (FRAMES, len(BLENDSHAPES))
    assert shapes["landmarks"] == (FRAMES, POINTS, 2)
    assert shapes["head_position"] == (FRAMES, 3)
    assert shapes["head_orientation"] == (FRAMES, 4)
    assert shapes["gaze"] == (FRAMES, 2, 2)
    assert shapes["rig_weights"] == (FRAMES, len(truth["rig_names"]))
    assert all(np.isfinite(truth[name]).all() for name in truth if truth[name].dtype.kind == "f")


def test_the_truth_is_the_script_s(truth: dict[str, np.ndarray]) -> None:
    np.testing.assert_allclose(truth["weights"], script()[0], atol=1e-3)
    gazes = np.stack([gaze_of(row) for row in truth["weights"]])
    np.testing.assert_allclose(truth["gaze"], gazes, atol=1e-3)


def test_weights_use_their_range(truth: dict[str, np.ndarray]) -> None:
    weights = truth["weights"]
    assert weights.min() >= 0.0
    assert weights.max() <= 1.0
    # The performer keeps its tongue in.
    used = [index for index, name in enumerate(BLENDSHAPES) if name not in SWEPT_SHAPES]
    assert (weights[:, used].max(axis=0) > 0.5).all()


def test_the_loop_closes(pictures: list[np.ndarray], truth: dict[str, np.ndarray]) -> None:
    for name in ("weights", "head_position", "head_orientation", "landmarks"):
        np.testing.assert_allclose(truth[name][0], truth[name][-1], atol=1e-3)
    seam = np.abs(pictures[0].astype(int) - pictures[-1].astype(int)).mean()
    assert seam < 3.0


def test_landmarks_are_the_right_way_round(truth: dict[str, np.ndarray]) -> None:
    points = truth["landmarks"][0]
    assert points.min() > 0
    assert points.max() < SIZE
    right, left = points[EYE_RIGHT].mean(axis=0), points[EYE_LEFT].mean(axis=0)
    assert right[0] < left[0]  # the subject's left is the image's right
    assert np.linalg.norm(points[IRIS_RIGHT] - right) < 8
    assert np.linalg.norm(points[IRIS_LEFT] - left) < 8
    assert points[BROW_RIGHT, 1].mean() < right[1] < points[LIPS_OUTER, 1].mean()


def test_the_head_is_before_the_camera(truth: dict[str, np.ndarray]) -> None:
    assert (truth["head_position"][:, 2] < -0.3).all()
    np.testing.assert_allclose(np.linalg.norm(truth["head_orientation"], axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(truth["head_orientation"][0], [0, 0, 0, 1], atol=1e-5)


def test_a_turn_to_the_subject_s_left_moves_the_nose_to_the_image_s_right(
    truth: dict[str, np.ndarray],
) -> None:
    points, turns = truth["landmarks"], truth["head_orientation"]
    eyes = points[:, [IRIS_RIGHT, IRIS_LEFT], 0].mean(axis=1)
    lead = points[:, 30, 0] - eyes
    assert np.corrcoef(lead, turns[:, 1])[0, 1] > 0.8


def test_a_haar_cascade_finds_the_face(pictures: list[np.ndarray]) -> None:
    folder = getattr(cv2, "data", None)
    if folder is None:
        pytest.skip("this OpenCV comes without its cascades")
    cascade = cv2.CascadeClassifier(f"{folder.haarcascades}haarcascade_frontalface_default.xml")
    some = pictures[::24]
    found = [
        len(cascade.detectMultiScale(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 1.1, 5))
        for picture in some
    ]
    assert np.count_nonzero(found) >= 0.9 * len(some)
