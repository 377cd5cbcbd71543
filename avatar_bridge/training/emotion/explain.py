"""Pictures of where an emotion net looks, from any image files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from avatar_bridge.capture.images import read_image
from avatar_bridge.detect.base import Detector
from avatar_bridge.detect.haar import HaarDetector
from avatar_bridge.errors import CaptureError, ConfigError
from avatar_bridge.geometry import average_face
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.emotion.base import EmotionNet
from avatar_bridge.training.emotion.gradcam import look
from avatar_bridge.training.emotion.judge import fit_size
from avatar_bridge.training.emotion.panel import draw_panel
from avatar_bridge.training.emotion.report import write_whole
from avatar_bridge.types import Image

_AS_IT_IS = 1.5  # sides of the net's input up to which a picture is a face already
_MIN_FACE = 24  # px, about the cascade's own window
_SHOWN = 240  # px, the face beside the heat


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face of an image file.

    Attributes:
        shown: (H, H, 3) uint8 BGR, for people.
        image: (channels, S, S) normalised pixels, for the net.
    """

    shown: Image
    image: Tensor


def read_face(path: Path, spec: InputSpec, detector: Detector) -> Face:
    """The face of an image file, cut as the net wants it.

    A picture of up to 1.5 sides of the net's input is a face already, as a tile of FER-2013 is;
    of one that is not square, the middle. In a larger one the surest face is cut.

    Args:
        path: any image file.
        spec: what the net takes.
        detector: finds the face.

    Raises:
        ConfigError: not an image, or no face in it; names the file.
    """
    try:
        picture = read_image(path)
    except CaptureError as error:
        raise ConfigError(str(error)) from error
    height, width = picture.shape[:2]
    if max(height, width) <= _AS_IT_IS * spec.size:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        tile = picture[top : top + side, left : left + side]
        return Face(tile, _normalised(tile, spec))
    found = detector.detect(picture)
    if not found:
        raise ConfigError(f"expected a face in {path}, found none")
    shown, seen = (  # as the runtime cuts it
        average_face(picture, found[0].box, 0.0, spec.margin, size, spec.lift)
        for size in (_SHOWN, spec.size)
    )
    return Face(shown, _normalised(seen, spec))


def picture(
    net: EmotionNet, face: Face, label_set: str = "emotions", label: str | None = None
) -> bytes:
    """A panel for people: the face, the heat over what the net sees, and all probabilities.

    Args:
        net: see `gradcam.heat`.
        face: of `read_face`.
        label_set: see `gradcam.heat`.
        label: see `gradcam.heat`.

    Returns:
        A PNG file.

    Raises:
        ConfigError: see `gradcam.heat`.
    """
    grey = np.asarray(cv2.cvtColor(face.shown, cv2.COLOR_BGR2GRAY), np.uint8)
    seen = fit_size(grey[None], _SHOWN)[0]
    return draw_panel(face.shown, seen, look(net, face.image, label_set, label))


def explain_files(
    net: EmotionNet,
    spec: InputSpec,
    paths: Sequence[Path],
    out: Path,
    label_set: str = "emotions",
    label: str | None = None,
) -> tuple[Path, ...]:
    """Write `<name>_heat.png` for each image file.

    All files are read before the first is written: a broken one leaves nothing behind.

    Args:
        net: trained.
        spec: what it takes.
        paths: image files.
        out: folder; made where missing. No file of `paths` is written over.
        label_set: see `gradcam.heat`.
        label: see `gradcam.heat`.

    Returns:
        What was written, in the order of `paths`.

    Raises:
        ConfigError: a file is no image or shows no face, or the folder cannot be written.
    """
    detector = HaarDetector(_MIN_FACE)
    faces = [read_face(path, spec, detector) for path in paths]
    taken = {path.resolve() for path in paths}
    written = []
    for path, face in zip(paths, faces, strict=True):
        target = _free(out, path.stem, taken)
        taken.add(target.resolve())
        write_whole(target, picture(net, face, label_set, label))
        written.append(target)
    return tuple(written)


def _normalised(image: Image, spec: InputSpec) -> Tensor:
    """(H, H, 3) uint8 BGR → (channels, S, S)."""
    grey = spec.channels == 1
    code = cv2.COLOR_BGR2GRAY if grey else cv2.COLOR_BGR2RGB
    planes = np.asarray(cv2.cvtColor(image, code), np.uint8)
    planes = fit_size(planes[None] if grey else planes.transpose(2, 0, 1), spec.size)
    return (torch.from_numpy(planes).float() / 255 - spec.mean) / spec.std


def _free(folder: Path, stem: str, taken: set[Path]) -> Path:
    """A name in a folder that is not taken: pictures of two folders may be called the same."""
    number = 1
    while True:
        path = folder / (f"{stem}_heat.png" if number == 1 else f"{stem}_heat_{number}.png")
        if path.resolve() not in taken:
            return path
        number += 1
