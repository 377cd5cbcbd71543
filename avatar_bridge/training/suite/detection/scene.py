"""Pictures whose faces are known.

**Convention:** boxes are face boxes (`geometry.face_box`) in pixels, laid upright over a face that
is rolled. Five points are in MTCNN's order: the eye on the image's left, that on its right, the
tip of the nose, the corner of the mouth on the image's left, that on its right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import face_box
from avatar_bridge.training.detection.scenes.scene import five_points
from avatar_bridge.types import Float32, Image


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One picture.

    Attributes:
        name: for people.
        picture: its file, or (H, W) uint8 grey.
        boxes: (N, 4) the faces that have to be found.
        points: (N, 5, 2) of the same faces, or None where nobody marked them.
        groups: of each face, what it is an example of; empty where nobody asks.
        others: (M, 4) faces that nobody marked: finding one is neither right nor wrong.
    """

    name: str
    picture: Path | Image = field(repr=False)
    boxes: Float32
    points: Float32 | None = None
    groups: tuple[frozenset[str], ...] = ()
    others: Float32 = field(default_factory=lambda: np.zeros((0, 4), np.float32))

    def read(self) -> Image:
        """(H, W, 3) uint8 BGR.

        Raises:
            ConfigError: no such picture.
        """
        if isinstance(self.picture, Path):
            image = cv2.imread(str(self.picture), cv2.IMREAD_COLOR)
            if image is None:
                raise ConfigError(f"expected a picture at {self.picture}, got none")
            return np.asarray(image, np.uint8)
        return np.asarray(cv2.cvtColor(self.picture, cv2.COLOR_GRAY2BGR), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class SceneSet:
    """Pictures that are judged together.

    Attributes:
        name: heading of its rows.
        on: what it is, in few words.
        scenes: the pictures.
        min_face: side in pixels of the smallest face box that detectors are asked for.
        complete: whether every face in the pictures is marked; where not, a witness says which
            others there are.
    """

    name: str
    on: str
    scenes: tuple[Scene, ...]
    min_face: int
    complete: bool = False

    @property
    def faces(self) -> int:
        """How many faces have to be found."""
        return sum(len(scene.boxes) for scene in self.scenes)


def marked_scene(
    name: str,
    picture: Path | Image,
    marked: Sequence[NDArray[np.floating]],
    groups: tuple[frozenset[str], ...] = (),
) -> Scene:
    """A scene whose faces are known by their (68 or 70, 2) points."""
    boxes = np.array([face_box(points)[0] for points in marked], np.float32).reshape(-1, 4)
    points = np.array([five_points(points) for points in marked], np.float32).reshape(-1, 5, 2)
    return Scene(name, picture, boxes, points, groups)
