"""Video clips with a teacher's reading of every frame: for judging only, never for training."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import crop_transform, cut, face_box, transform_points
from avatar_bridge.training.datasets.arrays import read_arrays
from avatar_bridge.training.datasets.faces import CropSpec
from avatar_bridge.training.datasets.tiles import teach_units
from avatar_bridge.types import Float32, Image

_ENDINGS = (".mp4", ".mov")


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """The frames of a clip in which the teacher found a face.

    Attributes:
        name: file stem.
        crops: (N, S, S) uint8 grey, cut at the teacher's points.
        points: (N, 70, 2) teacher's points in crop sides.
        units: (N, U) in the order of `facs.action_units`; NaN where the teacher has no shape.
    """

    name: str
    crops: Image
    points: Float32
    units: Float32


def load_clip(folder: Path, name: str, spec: CropSpec) -> Clip:
    """Read a clip beside its `NAME.teacher.npz` (arrays as in `tiles`, in pixels of the frame).

    Raises:
        ConfigError: the clip or its teacher is missing.
    """
    teacher = read_arrays(folder / f"{name}.teacher.npz")
    landmarks = teacher["landmarks"].astype(np.float32)
    units = teach_units(teacher["blendshapes"], teacher["blendshape_names"])
    crops, points, rows = [], [], []
    for row, frame in enumerate(grey_frames(folder, name)):
        if row >= len(landmarks) or not np.isfinite(landmarks[row]).all():
            continue
        to_frame = crop_transform(*face_box(landmarks[row]), spec.margin, spec.size)
        to_crop = np.asarray(cv2.invertAffineTransform(to_frame), np.float32)
        crops.append(cut(frame, to_frame, spec.size))
        points.append(transform_points(to_crop, landmarks[row]) / spec.size)
        rows.append(row)
    return Clip(name, np.stack(crops), np.stack(points), units[rows])


def grey_frames(folder: Path, name: str) -> Iterator[Image]:
    """The (H, W) uint8 frames of a clip.

    Raises:
        ConfigError: there is no such clip.
    """
    found = [path for ending in _ENDINGS if (path := folder / f"{name}{ending}").is_file()]
    if not found:
        raise ConfigError(f"expected {name}.mp4 or .mov in {folder}, got neither")
    video = cv2.VideoCapture(str(found[0]))
    try:
        while True:
            good, frame = video.read()
            if not good:
                return
            yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), np.uint8)
    finally:
        video.release()
