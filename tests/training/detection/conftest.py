"""Material small enough to be made in a test: faces that are bright discs with dark spots."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.detection.scenes.composer import Composer, FaceSizes

TILE = 64


@pytest.fixture(scope="session")
def spots() -> np.ndarray:
    """(70, 2) points of a symmetric face in the middle of a tile, in pixels of it."""
    points = np.full((70, 2), TILE / 2, np.float32)
    for start, x in ((36, 24.0), (42, 40.0)):
        points[start : start + 6] = (x, 26.0)
    points[30] = (32, 36)
    points[31:36] = (32, 38)
    points[48], points[54] = (26, 44), (38, 44)
    return points


@pytest.fixture(scope="session")
def tiles(spots: np.ndarray) -> np.ndarray:
    """(12, 64, 64) uint8."""
    tile = np.full((TILE, TILE), 60, np.uint8)
    cv2.circle(tile, (32, 34), 22, 210, -1)
    for x, y in spots[[36, 42, 30, 48, 54]]:
        cv2.circle(tile, (int(x), int(y)), 2, 20, -1)
    return np.repeat(tile[None], 12, axis=0)


@pytest.fixture(scope="session")
def material(tiles: np.ndarray, spots: np.ndarray) -> Material:
    rng = np.random.default_rng(0)
    ground = cv2.GaussianBlur(rng.integers(0, 256, (240, 240), dtype=np.uint8), (0, 0), 6)
    emotions = np.full((len(tiles), len(EMOTIONS)), np.nan, np.float32)
    emotions[::2] = np.eye(len(EMOTIONS), dtype=np.float32)[3]
    return Material(
        name="discs",
        tiles=tiles,
        points=np.repeat(spots[None], len(tiles), axis=0),
        emotions=emotions,
        splits=np.where(np.arange(len(tiles)) < 9, TRAIN, VALIDATION).astype(np.uint8),
        grounds={TRAIN: (ground,), VALIDATION: (ground,)},
        photographs=True,
    )


@pytest.fixture(scope="session")
def composer(material: Material) -> Composer:
    return Composer([material], TRAIN, FaceSizes(24, 100), seed=1)


@pytest.fixture(scope="session")
def disc_data(
    tmp_path_factory: pytest.TempPathFactory, tiles: np.ndarray, spots: np.ndarray
) -> Path:
    """A data root with sheets of discs in `discs`, and a background in `backgrounds`."""
    root = tmp_path_factory.mktemp("data")
    (root / "discs").mkdir()
    (root / "backgrounds").mkdir()
    noise = np.random.default_rng(1).integers(0, 9, tiles.shape).astype(np.uint8)
    sheet = np.vstack([np.hstack(row) for row in (tiles + noise).reshape(3, 4, TILE, TILE)])
    cv2.imwrite(str(root / "discs" / "sheet_00.png"), sheet)
    names = [f"Person_{row}_{row:04}.jpg" for row in range(12)]
    np.savez(
        root / "discs" / "labels.npz",
        emotion=np.full(12, 3, np.uint8),
        split=(np.arange(12) == 11).astype(np.uint8),
        file_name=np.array(names),
    )
    points = np.repeat(spots[None], 12, axis=0).astype(np.float16)
    points[0] = np.nan
    np.savez(root / "discs" / "teacher.npz", landmarks=points)
    ground = np.random.default_rng(2).integers(0, 256, (200, 260), dtype=np.uint8)
    for name in ("a", "b", "c"):
        cv2.imwrite(str(root / "backgrounds" / f"{name}.png"), ground)
    return root
