"""Where the 68 points lie on photographs that people marked by hand (AFW)."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.suite.agree import interocular_error
from avatar_bridge.training.suite.reader import Picture, Reader, read_all, unseen
from avatar_bridge.training.suite.table import Cell
from avatar_bridge.types import Float32

FOLDER = "afw"
_POINTS = 68
_PERCENT = 100.0
# The tracker's crops come from its own points: the second look, cut at those of the first, counts.
_LOOKS = 2


def measure_points(
    readers: Sequence[Reader], root: Path, console: Console, most: int | None = None
) -> dict[str, Cell]:
    """Mean error in percent of the distance of the eyes' outer corners, over the faces found.

    Args:
        readers: all of them.
        root: folder of data sets.
        console: for progress.
        most: faces; all where None.

    Raises:
        ConfigError: the folder or one of its files is missing or broken.
    """
    marked = marked_faces(root / FOLDER)
    names = list(marked)[:most]
    pictures = track(_pictures(root, marked, names), "AFW", total=len(names), console=console)
    cells = {}
    for reader, readings in read_all(readers, pictures, _LOOKS).items():
        found = [row for row, reading in enumerate(readings) if reading is not None]
        if not found:
            cells[reader] = Cell(note="no face found")
            continue
        said = np.stack([r.points for r in readings if r is not None])
        true = np.stack([marked[names[row]] for row in found])
        lost = unseen(readings)
        error = _PERCENT * float(interocular_error(said, true).mean())
        cells[reader] = Cell(error, f"{lost} of {len(names)} not found" if lost else "")
    return cells


def marked_faces(folder: Path) -> dict[str, Float32]:
    """Name of a picture → (68, 2) pixels.

    Raises:
        ConfigError: no such file, or not 68 points a face.
    """
    path = folder / "landmarks68.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        marked = {str(name): np.array(points, np.float32) for name, points in told.items()}
    except OSError as error:
        raise ConfigError(f"expected points at {path}, got: {error.strerror}") from error
    except (ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: expected points by name, got: {error}") from error
    for name, points in marked.items():
        if points.shape != (_POINTS, 2):
            raise ConfigError(f"{path}: expected 68 points of {name}, got {points.shape}")
    return marked


def _pictures(root: Path, marked: dict[str, Float32], names: Sequence[str]) -> Iterator[Picture]:
    for name in names:
        path = root / FOLDER / f"{name}.jpg"
        image = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if image is None:
            raise ConfigError(f"expected a picture at {path}, got none")
        yield Picture.around(np.asarray(image, np.uint8), marked[name])
