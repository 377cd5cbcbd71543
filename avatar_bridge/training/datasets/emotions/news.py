"""News photographs of faces as sheets of tiles (see `datasets.tiles`), cut like FER-2013's.

**Convention:** label numbers are indices of `facs.emotions.LABELS`; 255 is "none".
"""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.geometry import average_face, crop_transform, face_box, transform_points
from avatar_bridge.training.datasets.arrays import first_rows, load_arrays, need_numbers
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.labels import splits_of
from avatar_bridge.training.datasets.source import TEST, TRAIN
from avatar_bridge.training.datasets.teacher import read_teacher
from avatar_bridge.training.datasets.tiles import iterate_tiles
from avatar_bridge.types import Float32, Image

_NONE = 255
_SHEET_TILE = 192  # px


def create(
    root: Path,
    folder: str = "muxspace",
    tile: int = 48,
    margin: float = 1.2,
    lift: float = 0.17,
    validation: float = 0.04,
    sheet_tile: int = _SHEET_TILE,
    weight: float = 1.0,
    trust: float = 1.0,
    limit: int | None = None,
) -> EmotionSource:
    """Read the whole set; rows without a teacher's face or a label are left out.

    The split is by person: the test's by the file, the validation's by file name.

    Args:
        root: folder of data sets.
        folder: name of this set in it.
        tile: side of a cut face in pixels.
        margin: its side in sides of the face box.
        lift: how far it lies above the face box (see `geometry.crop_transform`). This and the
            margin are by default those at which FER-2013's tiles lie about a face.
        validation: share of the training people that is held out.
        sheet_tile: side of a tile of the sheets in pixels.
        weight: see `EmotionSource`.
        trust: see `EmotionSource`.
        limit: rows per split, for trying things out.

    Raises:
        ConfigError: the folder or one of its files is missing, broken, or lacks a split.
    """
    path = root / folder
    told = path / "labels.npz"
    arrays = load_arrays(told, {"emotion": (), "split": (), "file_name": ()})
    need_numbers(told, "emotion", arrays["emotion"], len(LABELS) - 1, _NONE)
    need_numbers(told, "split", arrays["split"], 1)
    yaw, points = read_teacher(path / "teacher.npz", len(arrays["emotion"]))
    usable = np.flatnonzero((arrays["emotion"] != _NONE) & np.isfinite(points).all(axis=(1, 2)))
    splits = splits_of(arrays, validation)
    rows = usable[first_rows(splits[usable], limit)]
    images = np.empty((len(rows), tile, tile), np.uint8)
    place = {row: index for index, row in enumerate(rows.tolist())}
    seen = 0
    for row, image in iterate_tiles(path, sheet_tile):
        if row in place:
            images[place[row]], points[row] = _cut(image, points[row], margin, lift, tile)
            seen += 1
    if seen != len(rows):
        raise ConfigError(f"{path}: expected {len(rows)} tiles with a face, got {seen}")
    return EmotionSource(
        name=folder,
        images=images,
        labels={"emotions": np.eye(len(LABELS), dtype=np.float32)[arrays["emotion"][rows]]},
        splits=splits[rows],
        keys=arrays["file_name"][rows],
        yaw=yaw[rows],
        points=points[rows],
        weight=weight,
        trust=trust,
    ).need(TRAIN, TEST)


def _cut(
    image: Image, points: Float32, margin: float, lift: float, size: int
) -> tuple[Image, Float32]:
    """The upright face (size, size), cut as the runtime does, and its points (70, 2)."""
    box, roll = face_box(points)
    to_image = crop_transform(box, roll, margin, size, lift)
    to_crop = np.asarray(cv2.invertAffineTransform(to_image), np.float32)
    crop = average_face(image, box, roll, margin, size, lift)
    return crop, transform_points(to_crop, points)
