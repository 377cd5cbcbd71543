"""dlib's group photographs: faces of 26 to 94 pixels, of several people.

http://dlib.net, its examples; the pictures are PASCAL VOC's. A box there is dlib's own: a sixth
larger than a face box and a twentieth of its side higher. The 68 points beside it, which dlib's
model read, say where our face box lies. Over the 43 faces both overlap by 0.73 in the median and
0.50 in the worst.
"""

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.suite.detection.scene import Scene, SceneSet, marked_scene

FOLDER = "dlib_faces"
MIN_FACE = 20
_FILES = "*_with_face_landmarks.xml"
_PARTS = 68
_EDGES = ("left", "top", "width", "height")


def load_groups(root: Path, most: int | None = None) -> tuple[SceneSet, SceneSet]:
    """The same pictures twice: with dlib's boxes as they are, and with face boxes of its points.

    Neither has five points, for nobody marked them by hand.

    Args:
        root: folder of data sets.
        most: pictures; all where None.

    Raises:
        ConfigError: the files are missing or broken.
    """
    folder = root / FOLDER
    paths = sorted(folder.glob(_FILES))
    if not paths:
        raise ConfigError(f"expected boxes at {folder / _FILES}, got none")
    pairs = [pair for path in paths for pair in _read(path)][:most]
    faces = sum(len(own.boxes) for own, _ in pairs)
    on = f"{len(pairs)} group photographs, {faces} faces"
    return (
        SceneSet(FOLDER, on, tuple(own for own, _ in pairs), MIN_FACE),
        SceneSet(
            f"{FOLDER}, face boxes", f"{on}, boxes of their points",
            tuple(ours for _, ours in pairs), MIN_FACE,
        ),
    )  # fmt: skip


def _read(path: Path) -> list[tuple[Scene, Scene]]:
    try:
        images = list(ElementTree.parse(path).iter("image"))
        return [_scenes(path.parent, image) for image in images]
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise ConfigError(f"{path}: expected dlib's boxes and parts, got: {error}") from error


def _scenes(folder: Path, image: ElementTree.Element) -> tuple[Scene, Scene]:
    name, boxes, points = image.attrib["file"], [], []
    for box in image.iter("box"):
        left, top, width, height = (float(box.attrib[edge]) for edge in _EDGES)
        boxes.append((left, top, left + width, top + height))
        parts = sorted(box.iter("part"), key=lambda part: part.attrib["name"])
        if len(parts) != _PARTS:
            raise ValueError(f"{len(parts)} parts of a face in {name} and not {_PARTS}")
        points.append(np.array([(float(p.attrib["x"]), float(p.attrib["y"])) for p in parts]))
    ours = replace(marked_scene(name, folder / name, points), points=None)
    return replace(ours, boxes=np.array(boxes, np.float32).reshape(-1, 4)), ours
