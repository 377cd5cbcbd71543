"""Photographs of people and groups, whose faces the teacher finds: made once and kept.

MediaPipe's detector sees a face from about a tenth of its picture on, so it looks at the whole
and at overlapping tiles of two finer sizes. Delete the file in the cache to look anew.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.suite.detection.judge import SAME
from avatar_bridge.training.suite.detection.scene import SceneSet, marked_scene
from avatar_bridge.training.suite.peer import TASK, MediaPipeReader
from avatar_bridge.types import Float32, Image

FOLDER = "photos"
MIN_FACE = 40
_SPLITS = (1, 2, 4)  # tiles along a side, each half over the next


def load_photos(cache: Path, root: Path, console: Console, most: int | None = None) -> SceneSet:
    """The photographs in which the teacher found a face of `MIN_FACE` pixels or more.

    Args:
        cache: folder of what is kept between runs.
        root: folder of data sets.
        console: for progress.
        most: photographs; all where None.

    Raises:
        ConfigError: no photographs, or nothing kept and no MediaPipe to look.
    """
    paths = sorted((root / FOLDER).glob("*.jpg"))
    if not paths:
        raise ConfigError(f"expected photographs in {root / FOLDER}, got none")
    kept = cache / "photos_teacher.npz"
    if not kept.is_file():
        _look(paths, root / TASK, kept, console)
    faces = load_arrays(kept, {"names": (), "landmarks": (70, 2)})
    scenes = []
    for path in paths[:most]:
        rows = faces["landmarks"][faces["names"] == path.name]
        marked = [points for points in rows if _side(points) >= MIN_FACE]
        if marked:
            scenes.append(marked_scene(path.name, path, marked))
    found = sum(len(scene.boxes) for scene in scenes)
    on = f"{len(scenes)} photographs, {found} faces of the teacher"
    return SceneSet(FOLDER, on, tuple(scenes), MIN_FACE)


def _look(paths: list[Path], task: Path, kept: Path, console: Console) -> None:
    names: list[str] = []
    points: list[Float32] = []
    with MediaPipeReader(task) as teacher:
        for path in track(paths, "the teacher's photographs", console=console):
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if image is None:
                raise ConfigError(f"expected a picture at {path}, got none")
            found = faces_of(teacher, np.asarray(image, np.uint8))
            names += [path.name] * len(found)
            points += found
    kept.parent.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".part.npz")  # a run that is killed leaves no half file
    np.savez(draft, names=np.array(names), landmarks=np.array(points).reshape(-1, 70, 2))
    draft.replace(kept)


def faces_of(teacher: MediaPipeReader, image: Image) -> list[Float32]:
    """The points (70, 2) of every face that the teacher sees in a picture or its tiles, once."""
    kept: list[Float32] = []
    for x, y, tile in _tiles(image):
        for points in teacher.faces(tile):
            box, _ = face_box(points)
            moved = points + np.array([x, y], np.float32)
            if _whole(box, x, y, tile, image) and not _known(moved, kept):
                kept.append(moved)
    return kept


def _tiles(image: Image) -> Iterator[tuple[int, int, Image]]:
    """Left and top edge, and the pixels, of the whole picture and of ever smaller tiles."""
    height, width = image.shape[:2]
    for split in _SPLITS:
        side_x, side_y = width // split, height // split
        for row in range(2 * split - 1):
            for column in range(2 * split - 1):
                x, y = column * side_x // 2, row * side_y // 2
                yield x, y, np.ascontiguousarray(image[y : y + side_y, x : x + side_x])


def _whole(box: Float32, x: int, y: int, tile: Image, image: Image) -> bool:
    """Whether no edge of the tile, but the picture's own, cuts a face box."""
    height, width = tile.shape[:2]
    return bool(
        (box[0] >= 0 or x == 0)
        and (box[1] >= 0 or y == 0)
        and (box[2] <= width or x + width >= image.shape[1] - 1)
        and (box[3] <= height or y + height >= image.shape[0] - 1)
    )


def _known(points: Float32, kept: list[Float32]) -> bool:
    """Whether a face was seen before, or lies upon one: in a tile, a nose was taken for a face."""
    box, _ = face_box(points)
    middle = (box[:2] + box[2:]) / 2
    for points in kept:
        other, _ = face_box(points)
        upon = (other[:2] < middle).all() and (middle < other[2:]).all()
        if upon or box_overlap(box, other) >= SAME:
            return True
    return False


def _side(points: NDArray[np.floating]) -> float:
    box, _ = face_box(points)
    return float(box[2] - box[0])
