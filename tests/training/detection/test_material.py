from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.scenes import pictures, rendered, sheets
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION


def test_test_rows_and_rows_without_a_face_are_left_out(disc_data: Path) -> None:
    material = sheets.create(disc_data, "discs", 64, photographs=True)
    assert len(material.tiles) == 10  # of 12: one has no points, one is a test row
    assert TEST not in material.splits
    assert np.isfinite(material.points).all()


def test_copies_of_test_rows_are_left_out(disc_data: Path) -> None:
    assert len(sheets.create(disc_data, "discs", 64, apart=0.95).tiles) == 0


def test_pictures_are_read_by_split(disc_data: Path) -> None:
    material = pictures.create(disc_data, validation=0.5)
    assert sum(len(material.grounds[split]) for split in (TRAIN, VALIDATION)) == 3
    assert len(material.tiles) == 0


@pytest.mark.parametrize("reader", [pictures.create, rendered.create])
def test_what_is_optional_may_be_missing(reader, tmp_path: Path) -> None:
    assert len(reader(tmp_path).tiles) == 0
    with pytest.raises(ConfigError, match="got none"):
        reader(tmp_path, optional=False)


def test_rendered_faces_come_evenly_from_the_shards(tmp_path: Path) -> None:
    (tmp_path / "rendered").mkdir()
    for number in range(3):
        np.savez(
            tmp_path / "rendered" / f"shard_{number:03}.npz",
            images=np.full((4, 32, 32), number, np.uint8),
            landmarks=np.ones((4, 70, 2), np.float32),
        )
    material = rendered.create(tmp_path, most=6)
    assert material.tiles[:, 0, 0].tolist() == [0, 0, 1, 1, 2, 2]
