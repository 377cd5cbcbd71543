from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.detect.windows import corners, place_boxes, place_points
from avatar_bridge.training.detection.lesson import mirror
from avatar_bridge.training.detection.recipe import WindowsPart
from avatar_bridge.training.detection.sample import around, beside
from avatar_bridge.training.detection.scenes.composer import Composer
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.detection.windows import (
    FACE,
    NONE,
    PART,
    cut,
    join,
    kinds_of,
    load,
    overlaps,
    save,
)


@pytest.fixture
def scene() -> Scene:
    """One face of 40 px at (30, 20), and a doubtful one beside it."""
    points = np.array([[40, 34], [60, 34], [50, 42], [42, 50], [58, 50]], np.float32)
    return Scene(
        image=np.random.default_rng(0).integers(0, 256, (120, 160), dtype=np.uint8),
        boxes=np.array([[30, 20, 70, 60], [100, 20, 140, 60]], np.float32),
        points=np.stack([points, points + np.float32((70, 0))]),
        emotions=np.full((2, 7), np.nan, np.float32),
        doubtful=np.array([False, True]),
    )


def test_overlaps_are_shares_of_the_union() -> None:
    box = np.array([[0, 0, 10, 10]], np.float32)
    others = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 20, 30, 30]], np.float32)
    assert np.allclose(overlaps(box, others), [[1, 1 / 3, 0]])


def test_kinds_go_by_overlap_and_doubt(scene: Scene) -> None:
    windows = np.array(
        [(30, 20, 40), (44, 20, 40), (0, 70, 40), (50, 20, 40), (100, 20, 40)], np.float32
    )
    kinds, whom = kinds_of(windows, scene)
    assert kinds.tolist() == [FACE, PART, NONE, -1, -1]
    assert whom[:2].tolist() == [0, 0]


def test_truth_leads_back_to_the_scene(scene: Scene) -> None:
    windows = np.array([(34, 17, 44), (0, 70, 40)], np.float32)
    pool = cut(scene, windows, 12)
    assert pool.images.shape == (2, 12, 12)
    assert pool.kinds.tolist() == [FACE, NONE]
    assert np.allclose(place_boxes(windows[:1], pool.boxes[:1]), scene.boxes[:1], atol=1e-4)
    assert np.allclose(place_points(windows[:1], pool.points[:1]), scene.points[:1], atol=1e-4)
    assert np.isnan(pool.boxes[1]).all() and np.isnan(pool.points[1]).all()


def test_mirrored_truth_is_that_of_the_mirrored_window(scene: Scene) -> None:
    window = np.array([(34, 17, 44)], np.float32)
    pool = cut(scene, window, 44)
    flipped = Scene(
        image=scene.image[:, ::-1].copy(),
        boxes=(np.array([160, 0, 160, 0]) + scene.boxes[:, [2, 1, 0, 3]] * (-1, 1, -1, 1)).astype(
            np.float32
        ),
        points=(np.array([160, 0]) + scene.points[:, [1, 0, 2, 4, 3]] * (-1, 1)).astype(np.float32),
        emotions=scene.emotions,
        doubtful=scene.doubtful,
    )
    again = cut(flipped, np.array([(160 - 34 - 44, 17, 44)], np.float32), 44)
    boxes, points = mirror(pool.boxes, pool.points)
    assert np.array_equal(again.images, pool.images[:, :, ::-1])
    assert np.allclose(boxes, again.boxes, atol=1e-5)
    assert np.allclose(points, again.points, atol=1e-5)


def test_windows_around_faces_are_of_all_kinds(scene: Scene) -> None:
    part = WindowsPart(face=5)
    windows = around(np.random.default_rng(0), scene, part)
    kinds, _ = kinds_of(windows, scene)
    assert [int((kinds == kind).sum()) for kind in (FACE, PART, NONE)] == [5, 5, 5]


def test_windows_beside_meet_no_face(composer: Composer) -> None:
    for number in range(8):
        scene = composer[number]
        windows = beside(np.random.default_rng(0), scene, 20)
        assert len(windows) <= 20
        if len(scene.boxes):
            assert (overlaps(corners(windows), scene.boxes) < 0.1).all()


def test_a_pool_is_kept_for_its_key(tmp_path: Path, scene: Scene) -> None:
    pool = join([cut(scene, np.array([(30, 20, 40)], np.float32), 12)], 12)
    save(tmp_path / "windows.npz", pool, "key")
    kept = load(tmp_path / "windows.npz", "key")
    assert kept is not None
    assert np.array_equal(kept.images, pool.images)
    assert load(tmp_path / "windows.npz", "another") is None
    assert load(tmp_path / "none.npz", "key") is None


def test_windows_beside_the_picture_are_not_taught(scene: Scene) -> None:
    windows = np.array([(170, 30, 20), (-60, 30, 50), (30, -60, 50), (30, 130, 20)], np.float32)
    assert len(cut(scene, windows, 12)) == 0
