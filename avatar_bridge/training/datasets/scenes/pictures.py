"""Backgrounds: a folder of pictures of any size that show no face."""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION, held_out
from avatar_bridge.types import Image

_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
_LARGEST = 1280  # px; larger ones are shrunk
_SMALLEST = 64


def create(
    root: Path,
    folder: str = "backgrounds",
    validation: float = 0.1,
    optional: bool = True,
    limit: int | None = None,
) -> Material:
    """Read every picture of a folder, in grey.

    Args:
        root: folder of data sets.
        folder: name of this one in it, or an absolute path. Nobody checks that its pictures show
            no face: look through them.
        validation: share of the pictures that is held out.
        optional: whether a missing folder gives no pictures instead of an error.
        limit: read only so many, for trying things out.

    Raises:
        ConfigError: no pictures.
    """
    home = root / folder
    paths = sorted(path for path in home.rglob("*") if path.suffix.lower() in _SUFFIXES)[:limit]
    if not paths and not optional:
        raise ConfigError(f"expected pictures in {home}, got none")
    grounds: dict[int, list[Image]] = {TRAIN: [], VALIDATION: []}
    held = held_out([str(path.relative_to(home)) for path in paths], validation)
    for path, kept in zip(paths, held, strict=True):
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if image is None or min(image.shape) < _SMALLEST:
            continue
        shrink = _LARGEST / max(image.shape)
        if shrink < 1:
            image = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        grounds[VALIDATION if kept else TRAIN].append(np.asarray(image, np.uint8))
    return Material(
        name=Path(folder).name,
        tiles=np.empty((0, 1, 1), np.uint8),
        points=np.empty((0, POINTS, 2), np.float32),
        emotions=np.empty((0, len(EMOTIONS)), np.float32),
        splits=np.empty(0, np.uint8),
        grounds={split: tuple(images) for split, images in grounds.items()},
    )
