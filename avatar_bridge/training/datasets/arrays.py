"""Arrays of a file, known to be what a reader expects of them."""

import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError


def read_arrays(path: Path) -> dict[str, NDArray]:
    """Everything in an .npz file.

    Raises:
        ConfigError: it is missing, broken or no such file.
    """
    if path.is_file() and not zipfile.is_zipfile(path):  # of which NumPy leaves the file open
        raise ConfigError(f"expected arrays at {path}, got no .npz file")
    try:
        with np.load(path) as file:
            return dict(file)
    except OSError as error:
        raise ConfigError(f"expected arrays at {path}, got: {error.strerror or error}") from error
    except (ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise ConfigError(f"expected arrays at {path}, got: {error}") from error


def load_arrays(
    path: Path, rows: Mapping[str, tuple[int, ...]], count: int | None = None
) -> dict[str, NDArray]:
    """Read arrays that have one row a picture.

    Args:
        path: an .npz file.
        rows: name → shape of one row, () for a number or a text.
        count: how many rows are expected; those of the first array where None.

    Returns:
        All the arrays of the file.

    Raises:
        ConfigError: the file is missing or broken, or an array is missing or of another shape.
    """
    arrays = read_arrays(path)
    for name, shape in rows.items():
        if name not in arrays:
            got = ", ".join(arrays) or "none"
            raise ConfigError(f"{path}: expected the array {name}, got: {got}")
        if count is None:
            count = len(arrays[name]) if arrays[name].ndim else 0
        if arrays[name].shape != (count, *shape):
            raise ConfigError(
                f"{path}: expected {name} of shape {(count, *shape)}, got {arrays[name].shape}"
            )
    return arrays


def need_numbers(
    path: Path, name: str, values: NDArray, largest: int, unknown: int | None = None
) -> None:
    """Make sure that an array holds whole numbers from 0 to `largest`, or `unknown`.

    Raises:
        ConfigError: it does not; the message names the first that is none.
    """
    wanted = f"{path}: expected {name} from 0 to {largest}"
    if values.dtype.kind not in "iu":
        raise ConfigError(f"{wanted}, got {values.dtype}")
    wrong = (values < 0) | (values > largest)
    if unknown is not None:
        wanted += f" or {unknown}"
        wrong &= values != unknown
    if wrong.any():
        first = tuple(np.argwhere(wrong)[0])
        raise ConfigError(f"{wanted}, got {values[first]} in row {first[0]}")


def first_rows(splits: NDArray[np.uint8], limit: int | None) -> NDArray[np.int64]:
    """Indices, in order, of the first `limit` rows of every split; of all where it is None."""
    rows = [np.flatnonzero(splits == split)[:limit] for split in np.unique(splits)]
    return np.sort(np.concatenate([np.zeros(0, np.int64), *rows]))
