"""A folder of pictures: `train/<label>/*` and `test/<label>/*`, and maybe `validation/<label>/*`.

Pictures are .png or .jpg of any size, grey or not, cut to a face already. What is not square
loses its longer ends. Labels are the names of `facs.emotions.LABELS` or `SYNONYMS`.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import LABELS
from avatar_bridge.training.datasets.arrays import first_rows
from avatar_bridge.training.datasets.duplicates import keep_apart
from avatar_bridge.training.datasets.emotions.base import SPLITS, EmotionSource
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION, held_out
from avatar_bridge.training.datasets.teacher import unseen
from avatar_bridge.types import Image

SYNONYMS = {
    "angry": "anger",
    "disgusted": "disgust",
    "fearful": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprised": "surprise",
    "contemptuous": "contempt",
}
# Copies only: faces taken in one studio are alike far beyond what crawled photographs are.
_ALIKE = 0.999
_PNG, _PNG_END, _JPEG_END = b"\x89PNG", b"IEND", b"\xff\xd9"
_SUFFIXES = {".png", ".jpg", ".jpeg"}


def create(
    root: Path,
    folder: str,
    tile: int = 48,
    validation: float = 0.04,
    weight: float = 1.0,
    trust: float = 1.0,
    limit: int | None = None,
) -> EmotionSource:
    """Read all the pictures into memory.

    A training picture that is in the validation or test split too is left out, and those that
    the training split repeats are kept once (see `datasets.duplicates`).

    Args:
        root: folder of data sets.
        folder: name of this set in it.
        tile: side in pixels that the pictures are scaled to.
        validation: share of the training pictures that is held out, where there is no folder
            `validation`.
        weight: see `EmotionSource`.
        trust: see `EmotionSource`.
        limit: pictures per split, for trying things out; the classes take turns.

    Raises:
        ConfigError: a folder is missing, empty or no label, or a picture cannot be read.
    """
    path = root / folder
    files, labels, numbers = [], [], []
    for split, name in SPLITS.items():
        if split == VALIDATION and not (path / name).is_dir():
            continue
        for file, label in _pictures(path / name):
            files.append(file)
            labels.append(label)
            numbers.append(split)
    keys = np.array([file.relative_to(path).as_posix() for file in files])
    splits = np.array(numbers, np.uint8)
    if VALIDATION not in splits:
        splits[held_out(keys.tolist(), validation) & (splits == TRAIN)] = VALIDATION
    rows = first_rows(splits, limit)
    images = np.stack([_read(files[row], tile) for row in rows])
    kept = keep_apart(folder, images, splits[rows], _ALIKE)
    rows, images = rows[kept], images[kept]
    yaw, points = unseen(len(rows))
    return EmotionSource(
        name=folder,
        images=images,
        labels={"emotions": np.eye(len(LABELS), dtype=np.float32)[np.array(labels)[rows]]},
        splits=splits[rows],
        keys=keys[rows],
        yaw=yaw,
        points=points,
        weight=weight,
        trust=trust,
    ).need(TRAIN, TEST)


def _pictures(folder: Path) -> Iterator[tuple[Path, int]]:
    """The pictures of one split and the indices of their labels, the classes taking turns."""
    found: list[tuple[int, int, Path]] = []
    for place in _entries(folder):
        if not place.is_dir():
            continue
        label = place.name.lower()
        label = SYNONYMS.get(label, label)
        if label not in LABELS:
            choices = ", ".join((*LABELS, *SYNONYMS))
            raise ConfigError(f"{place}: expected a folder named one of {choices}")
        files = [file for file in _entries(place) if file.suffix.lower() in _SUFFIXES]
        if not files:
            raise ConfigError(f"{place}: expected .png or .jpg pictures, got none")
        found.extend((turn, LABELS.index(label), file) for turn, file in enumerate(files))
    if not found:
        raise ConfigError(f"{folder}: expected one folder a label, got none")
    for _, number, file in sorted(found):
        yield file, number


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, sorted; what tools hide there is not part of the set."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise ConfigError(f"expected a folder at {folder}, got: {error.strerror}") from error


def _read(path: Path, tile: int) -> Image:
    """The middle square of a picture, grey, (tile, tile)."""
    try:
        content = path.read_bytes()
        # OpenCV fills up what is missing of a file that was cut short, and says nothing.
        whole = (_PNG_END if content.startswith(_PNG) else _JPEG_END) in content
        coded = np.frombuffer(content, np.uint8)
        image = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE) if whole else None
    except OSError as error:
        raise ConfigError(f"expected a picture at {path}, got: {error.strerror}") from error
    except cv2.error:  # a size that nobody could hold in memory
        image = None
    if image is None:
        raise ConfigError(f"{path}: expected a picture, got a broken or incomplete file")
    height, width = image.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    way = cv2.INTER_AREA if side > tile else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(square, (tile, tile), interpolation=way), np.uint8)
