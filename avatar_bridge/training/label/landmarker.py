"""MediaPipe's Face Landmarker as a function from a picture to what the teacher says of it.

Read with MediaPipe 1.2.2. Its package is no dependency of this project: it requires
`opencv-contrib-python`, which would overwrite the OpenCV of the project's own environment. By its
own readme it also sends metrics about its use (never pictures) to Google.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.training.label.points import MESH_POINTS, POINTS_OF_MESH
from avatar_bridge.types import Float32, Image

# MediaPipe's own order: it has no tongueOut, and a `_neutral` that stays at 0.
NAMES: tuple[str, ...] = ("_neutral", *sorted(set(BLENDSHAPES) - {"tongueOut"}))

# From which score on a face is believed in, by the detector and by the mesh. The detector's also
# decides which boxes are averaged into the face's region, so that every number of a label depends
# on it. The stored labels were made with these: 0.3 finds more of the small pictures, 0.5 is
# MediaPipe's default.
STILL_CONFIDENCE = 0.3
VIDEO_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the teacher says of one face.

    Attributes:
        points: (70, 2) float32 in pixels of the picture, in the order of `facs.landmarks`.
        blendshapes: (52,) float32 in [0, 1], in the order of `NAMES`.
        pose: (4, 4) float32, head to camera in centimetres: +x to the image's right, +y up,
            +z toward the viewer.
    """

    points: Float32
    blendshapes: Float32
    pose: Float32


# From an (H, W, 3) uint8 RGB picture and its time in milliseconds; None where it sees no face.
# The time counts in a video alone, where it must rise.
Landmarker = Callable[[Image, int], Reading | None]
# From the path of the model and whether pictures follow each other as in a video.
OpenLandmarker = Callable[[Path, bool], AbstractContextManager[Landmarker]]


@contextmanager
def open_mediapipe(task_file: Path, video: bool) -> Iterator[Landmarker]:
    """MediaPipe's Face Landmarker; in a video it follows the face and smooths.

    Args:
        task_file: `face_landmarker.task`.
        video: whether pictures follow each other. One video is one landmarker.

    Raises:
        ConfigError: the package or the model file is missing, or the file is none.
        ModelError: the model's points or blendshapes are not those that this project knows.
    """
    if not task_file.is_file():
        raise ConfigError(f"expected MediaPipe's face_landmarker.task, got no file at {task_file}")
    try:
        mediapipe: Any = importlib.import_module("mediapipe")
        tasks: Any = importlib.import_module("mediapipe.tasks.python")
    except ImportError as error:
        raise ConfigError(
            f"labels need MediaPipe: pip install mediapipe (best into an environment of its own,"
            f" for it brings another OpenCV); got: {error}"
        ) from error
    vision = tasks.vision
    confidence = VIDEO_CONFIDENCE if video else STILL_CONFIDENCE
    options = vision.FaceLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_path=str(task_file)),
        running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
        min_face_detection_confidence=confidence,
        min_face_presence_confidence=confidence,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    try:
        detector = vision.FaceLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())  # MediaPipe's may be several lines
        raise ConfigError(f"expected a Face Landmarker at {task_file}, got: {reason}") from error

    def read(picture: Image, milliseconds: int) -> Reading | None:
        image = mediapipe.Image(
            image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(picture)
        )
        result = detector.detect_for_video(image, milliseconds) if video else detector.detect(image)
        return _reading(result, picture.shape[1], picture.shape[0])

    with detector:
        yield read


def _reading(result: Any, width: int, height: int) -> Reading | None:
    """The first face of a `FaceLandmarkerResult` on a picture so many pixels wide and high."""
    if not result.face_landmarks:
        return None
    mesh = np.array([(point.x, point.y) for point in result.face_landmarks[0]])
    shapes = result.face_blendshapes[0]
    names = tuple(shape.category_name for shape in shapes)
    if len(mesh) != MESH_POINTS or names != NAMES:
        raise ModelError(
            f"expected {MESH_POINTS} points and the blendshapes {NAMES[0]} to {NAMES[-1]},"
            f" got {len(mesh)} points and {len(names)} blendshapes from {names[0]}"
        )
    points = mesh[list(POINTS_OF_MESH)] * (width, height)  # (70, 2)
    assert points.shape == (POINTS, 2)
    return Reading(
        points.astype(np.float32),
        np.array([shape.score for shape in shapes], np.float32),
        np.asarray(result.facial_transformation_matrixes[0], np.float32),
    )
