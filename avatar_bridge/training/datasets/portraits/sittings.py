"""Rendered heads that show many expressions each (see `synthetic.sittings`)."""

from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.training.datasets.arrays import read_arrays
from avatar_bridge.training.datasets.portraits.base import Portraits
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.types import Image

# Of each array, the shape of one picture's part.
_TAILS: dict[str, tuple[object, ...]] = {
    "emotions": (),
    "rho": (),
    "weights": (len(BLENDSHAPES),),
    "images": ("S", "S"),
}


def create(
    root: Path,
    size: int,
    margin: float,
    lift: float,
    folders: list[str],
    validation: int = 12,
    limit: int | None = None,
) -> Portraits:
    """Read every file of some folders.

    Args:
        root: folder of data sets.
        size: side of a picture in pixels.
        margin: of the cut; the files were cut when they were drawn.
        lift: see `margin`.
        folders: of files, in `root`.
        validation: sittings of each folder that are held out, its last; no head is in two.
        limit: sittings of a folder, for trying things out.

    Raises:
        ConfigError: a folder without files, or a broken one.
    """
    parts: dict[str, list[np.ndarray]] = {name: [] for name in _TAILS}
    splits: list[np.ndarray] = []
    for folder in folders:
        paths = sorted((root / folder).glob("sittings_*.npz"))
        paths = [path for path in paths if ".partial" not in path.name]
        if not paths:
            raise ConfigError(f"expected sittings_*.npz in {root / folder}, got none")
        read = [_read(path) for path in paths]
        whole = {name: np.concatenate([one[name] for one in read])[:limit] for name in parts}
        heads, pictures = whole["emotions"].shape
        for name, values in whole.items():
            parts[name].append(values.reshape(heads * pictures, *values.shape[2:]))
        held = np.arange(heads) >= max(heads - validation, -(-heads // 2))
        splits.append(np.repeat(np.where(held, VALIDATION, TRAIN), pictures))
    joined = {name: np.concatenate(values) for name, values in parts.items()}
    return Portraits(
        name="sittings",
        images=_resized(joined["images"], size),
        emotions=joined["emotions"].astype(np.uint8),
        rho=joined["rho"].astype(np.float32),
        weights=joined["weights"].astype(np.float32),
        splits=np.concatenate(splits).astype(np.uint8),
        sitting=pictures,
    )


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of one file; all are rows of heads, then of pictures."""
    arrays = read_arrays(path)
    missing = [name for name in _TAILS if name not in arrays]
    if missing:
        raise ConfigError(f"{path}: expected the array {missing[0]}, got: {', '.join(arrays)}")
    heads = arrays["emotions"].shape
    for name, tail in _TAILS.items():
        shape = arrays[name].shape
        if len(heads) != 2 or shape[:2] != heads or len(shape) != 2 + len(tail):
            raise ConfigError(f"{path}: expected {name} of shape {(*heads, *tail)}, got {shape}")
    if arrays["images"].dtype != np.uint8:
        raise ConfigError(f"{path}: expected uint8 images, got {arrays['images'].dtype}")
    return arrays


def _resized(images: Image, size: int) -> Image:
    if images.shape[1] == size:
        return images
    return np.stack(
        [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in images]
    ).astype(np.uint8)
