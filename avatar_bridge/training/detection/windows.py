"""Windows with their truth: a pool that batches are drawn from, and the file that keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.detect.windows import corners, cut_windows, in_picture, whole_pixels
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.datasets.arrays import read_arrays
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.types import Float32

FACE, PART, NONE = 1, 2, 0
FACE_FROM, PART_FROM, NONE_UNTIL = 0.65, 0.4, 0.3  # overlaps with a face box (MTCNN, section II.C)
KINDS = (FACE, PART, NONE)
_KEY = "key"


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """N windows of S pixels.

    **Convention:** as in `detect.windows`; NaN means that nobody knows, or that there is nothing.

    Attributes:
        images: (N, S, S) uint8.
        kinds: (N,) uint8, FACE, PART or NONE.
        boxes: (N, 4) offsets of the face box.
        points: (N, 10).
        emotions: (N, 7) shares.
    """

    images: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    boxes: Float32
    points: Float32
    emotions: Float32

    def __len__(self) -> int:
        return len(self.kinds)


def join(parts: Iterable[Windows], size: int) -> Windows:
    """All the windows of some pools of S = `size`."""
    parts = [_empty(size), *parts]
    return Windows(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Windows)))


def _empty(size: int) -> Windows:
    return Windows(
        np.empty((0, size, size), np.uint8),
        np.empty(0, np.uint8),
        np.empty((0, 4), np.float32),
        np.empty((0, 10), np.float32),
        np.empty((0, len(EMOTIONS)), np.float32),
    )


def overlaps(boxes: Float32, faces: Float32) -> Float32:
    """Intersection over union (N, F) of boxes (N, 4) and (F, 4)."""
    low = np.maximum(boxes[:, None, :2], faces[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], faces[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=2)
    areas = [np.prod(b[:, 2:] - b[:, :2], axis=1) for b in (boxes, faces)]
    union = areas[0][:, None] + areas[1][None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float32)


def kinds_of(windows: Float32, scene: Scene) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What windows (N, 3) of a scene show: kinds (N,), -1 for what is not to be taught; and whom.

    A window between kinds is not taught, nor one that meets a doubtful face.
    """
    kinds = np.full(len(windows), NONE)
    whom = np.zeros(len(windows), np.int64)
    if not len(scene.boxes):
        return kinds, whom
    shares = overlaps(corners(windows), scene.boxes)
    whom, most = shares.argmax(axis=1), shares.max(axis=1)
    kinds[most >= NONE_UNTIL] = -1
    kinds[most >= PART_FROM] = PART
    kinds[most >= FACE_FROM] = FACE
    kinds[(most >= NONE_UNTIL / 2) & scene.doubtful[whom]] = -1
    return kinds, whom


def cut(scene: Scene, windows: Float32, size: int) -> Windows:
    """What windows (N, 3) of a scene show, with their truth; those not to be taught are left out.

    The windows are moved to whole pixels first, and those whose middle lies outside the picture
    left out, as the runtime does.
    """
    windows = whole_pixels(windows)
    windows = windows[in_picture(windows, scene.image.shape)]
    kinds, whom = kinds_of(windows, scene)
    taught = kinds >= 0
    windows, kinds, whom = windows[taught], kinds[taught], whom[taught]
    with_face = kinds != NONE
    boxes = np.full((len(windows), 4), np.nan, np.float32)
    points = np.full((len(windows), 10), np.nan, np.float32)
    emotions = np.full((len(windows), len(EMOTIONS)), np.nan, np.float32)
    placed, side = windows[with_face], windows[with_face][:, 2:]
    boxes[with_face] = (scene.boxes[whom[with_face]] - corners(placed)) / side
    inside = (scene.points[whom[with_face]] - placed[:, None, :2]) / side[:, None]  # (n, 5, 2)
    points[with_face] = inside.transpose(0, 2, 1).reshape(-1, 10)
    emotions[with_face] = scene.emotions[whom[with_face]]
    images = cut_windows(scene.image, windows, size)
    return Windows(images, kinds.astype(np.uint8), boxes, points, emotions)


def save(path: Path, windows: Windows, key: str) -> None:
    """Write a pool; a kill in between leaves nothing that `load` would take."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    arrays = {field.name: getattr(windows, field.name) for field in fields(Windows)}
    np.savez(partial, allow_pickle=False, **{_KEY: np.array(key)}, **arrays)
    partial.replace(path)


def load(path: Path, key: str) -> Windows | None:
    """The pool that was written for the same key; None where there is none."""
    if not path.is_file():
        return None
    arrays = read_arrays(path)
    if str(arrays.pop(_KEY)) != key:
        return None
    return Windows(**arrays)
