from pathlib import Path

import numpy as np
import pytest

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.datasets.arrays import first_rows, load_arrays, need_numbers


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"no arrays"])
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.npz"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"expected arrays at .*labels\.npz, got no"):
        load_arrays(path, {"a": ()})


def test_a_lone_array_is_no_set_of_arrays(tmp_path: Path) -> None:
    with (tmp_path / "labels.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ConfigError, match="expected arrays at"):
        load_arrays(tmp_path / "labels.npz", {"a": ()})


def test_a_damaged_array_is_told(tmp_path: Path) -> None:
    path = tmp_path / "labels.npz"
    np.savez_compressed(path, a=np.arange(1000))
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(100)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="expected arrays at"):
        load_arrays(path, {"a": ()})


def test_missing_arrays_and_other_lengths_are_told(tmp_path: Path) -> None:
    path = tmp_path / "labels.npz"
    np.savez(path, a=np.zeros(3), b=np.zeros((2, 4)))
    with pytest.raises(ConfigError, match="expected the array c, got: a, b"):
        load_arrays(path, {"a": (), "c": ()})
    with pytest.raises(ConfigError, match=r"expected b of shape \(3, 4\), got \(2, 4\)"):
        load_arrays(path, {"a": (), "b": (4,)})
    with pytest.raises(ConfigError, match=r"expected a of shape \(5,\), got \(3,\)"):
        load_arrays(path, {"a": ()}, 5)


def test_numbers_out_of_range_are_told() -> None:
    path = Path("labels.npz")
    need_numbers(path, "emotion", np.array([0, 7, 255], np.uint8), 7, 255)
    with pytest.raises(ConfigError, match="emotion from 0 to 7 or 255, got 8 in row 1"):
        need_numbers(path, "emotion", np.array([0, 8], np.uint8), 7, 255)
    with pytest.raises(ConfigError, match="emotion from 0 to 7, got -1 in row 0"):
        need_numbers(path, "emotion", np.array([-1, 2]), 7)
    with pytest.raises(ConfigError, match="emotion from 0 to 7, got float64"):
        need_numbers(path, "emotion", np.array([0.5]), 7)


def test_the_first_rows_of_every_split() -> None:
    splits = np.array([0, 0, 2, 0, 1, 2, 2], np.uint8)
    np.testing.assert_array_equal(first_rows(splits, 2), [0, 1, 2, 4, 5])
    np.testing.assert_array_equal(first_rows(splits, None), np.arange(7))
    assert len(first_rows(splits[:0], 2)) == 0
