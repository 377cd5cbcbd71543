"""Occluders hide what they should, and nothing else."""

import cv2
import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.landmarks import MIRROR
from avatar_bridge.training.emotion.occlude import OCCLUDERS, mean_face, occlude

SIDE = 96
COUNT = 12
EYES, MOUTH = slice(36, 48), slice(48, 68)


@pytest.fixture(scope="module")
def tiles() -> np.ndarray:
    return np.random.default_rng(1).integers(60, 220, (COUNT, SIDE, SIDE), dtype=np.uint8)


def turned(degrees: float) -> np.ndarray:
    """(70, 2) the mean face at 0.7 of its size, rolled about the middle of the tile."""
    turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), -degrees, 0.7)
    return (mean_face(SIDE) @ turn[:, :2].T + turn[:, 2]).astype(np.float32)


def changed(tiles: np.ndarray, points: np.ndarray, kind: str) -> np.ndarray:
    """(N, T, T) what an occluder touches, on black, on white and on noise."""
    grounds = (np.zeros_like(tiles), np.full_like(tiles, 255), tiles)
    return np.any([occlude(ground, points, kind) != ground for ground in grounds], axis=0)


def inside(points: np.ndarray) -> np.ndarray:
    """(T, T) the hull of some points."""
    hull = cv2.convexHull(np.rint(points - 0.5).astype(np.int32))
    return cv2.fillConvexPoly(np.zeros((SIDE, SIDE), np.uint8), hull, 1) > 0


@pytest.mark.parametrize("degrees", [-40, 0, 25, 90])
def test_a_mask_hides_the_mouth_and_leaves_the_eyes(tiles: np.ndarray, degrees: float) -> None:
    face = turned(degrees)
    touched = changed(tiles, np.repeat(face[None], COUNT, axis=0), "mask")
    for eye in (slice(36, 42), slice(42, 48), slice(17, 22)):
        assert not touched[:, inside(face[eye])].any()
    assert touched[:, inside(face[MOUTH])].all()
    assert touched[:, inside(face[4:13])].mean() > 0.98
    assert touched.mean() < 0.3


@pytest.mark.parametrize("degrees", [-40, 0, 25, 90])
def test_glasses_hide_the_eyes_and_leave_the_mouth(tiles: np.ndarray, degrees: float) -> None:
    face = turned(degrees)
    touched = changed(tiles, np.repeat(face[None], COUNT, axis=0), "glasses")
    for eye in (slice(36, 42), slice(42, 48)):
        assert touched[:, inside(face[eye])].all()
    for part in (MOUTH, slice(4, 13)):
        assert not touched[:, inside(face[part])].any()
    assert touched.mean() < 0.2


def test_glasses_are_dark(tiles: np.ndarray) -> None:
    face = turned(0)
    hidden = occlude(tiles, np.repeat(face[None], COUNT, axis=0), "glasses")
    assert hidden[:, inside(face[36:42])].max() < 90


def test_an_object_hides_a_part_that_differs(tiles: np.ndarray) -> None:
    face = turned(0)
    touched = changed(tiles, np.repeat(face[None], COUNT, axis=0), "object")
    part = touched[:, inside(face[:68])].mean(axis=1)
    assert part.min() > 0.08
    assert part.max() < 0.7
    assert len({bytes(np.packbits(row)) for row in touched}) == COUNT
    high = touched[:, inside(face[EYES])].mean(axis=1) > touched[:, inside(face[MOUTH])].mean(
        axis=1
    )
    assert 0 < high.sum() < COUNT


@pytest.mark.parametrize("kind", OCCLUDERS)
def test_a_function_of_kind_and_key(tiles: np.ndarray, kind: str) -> None:
    before = tiles.copy()
    points = np.repeat(turned(10)[None], COUNT, axis=0)
    keys = np.array([f"row {index}" for index in range(COUNT)])
    hidden = occlude(tiles, points, kind, keys)
    assert hidden.dtype == np.uint8
    assert hidden.shape == tiles.shape
    np.testing.assert_array_equal(tiles, before)
    back = slice(None, None, -1)
    np.testing.assert_array_equal(
        occlude(tiles[back], points[back], kind, keys[back])[back], hidden
    )
    assert (occlude(tiles, points, kind) != hidden).any()  # by their numbers instead


@pytest.mark.parametrize("kind", OCCLUDERS)
def test_unknown_points_are_those_of_the_mean_face(tiles: np.ndarray, kind: str) -> None:
    known = np.repeat(mean_face(SIDE)[None], COUNT, axis=0)
    expected = occlude(tiles, known, kind)
    one_gone, heap = known.copy(), np.full_like(known, 30.0)
    one_gone[:, 60] = np.nan
    for points in (np.full_like(known, np.nan), one_gone, heap):
        np.testing.assert_array_equal(occlude(tiles, points, kind), expected)


def test_points_beyond_the_tile_are_no_trouble(tiles: np.ndarray) -> None:
    points = np.repeat(2.5 * mean_face(SIDE)[None] - 70, COUNT, axis=0)
    for kind in OCCLUDERS:
        assert (occlude(tiles, points, kind) != tiles).any()
        assert occlude(tiles, points + 1000, kind).shape == tiles.shape


def test_no_rows_and_68_points(tiles: np.ndarray) -> None:
    points = np.repeat(turned(0)[None], COUNT, axis=0)
    for kind in OCCLUDERS:
        assert occlude(tiles[:0], points[:0], kind).shape == (0, SIDE, SIDE)
        short = occlude(tiles, points[:, :68], kind)
        np.testing.assert_array_equal(short, occlude(tiles, points, kind))


def test_the_mean_face_is_its_own_mirror_image() -> None:
    points = mean_face(100)
    assert np.isfinite(points).all()
    mirrored = points[list(MIRROR)] * (-1, 1) + (100, 0)
    np.testing.assert_allclose(mirrored, points, atol=1e-4)


def test_an_unknown_occluder_names_the_choices(tiles: np.ndarray) -> None:
    with pytest.raises(ConfigError, match="'scarf'; expected one of: mask, glasses, object"):
        occlude(tiles, np.full((COUNT, 70, 2), np.nan, np.float32), "scarf")
