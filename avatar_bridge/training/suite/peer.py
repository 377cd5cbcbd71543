"""MediaPipe Face Landmarker beside our nets, where it is installed.

https://ai.google.dev/edge/mediapipe/solutions/vision/face_landmarker; Apache-2.0. Its weights are
its own. Its points become our 70, from which our solvers tell head and gaze with the same camera
as for our nets: its own head pose assumes a lens that no picture here was taken with.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from avatar_bridge.analyze.gaze import solve_gaze
from avatar_bridge.analyze.pose import solve_head_pose
from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES
from avatar_bridge.geometry import box_overlap, face_box
from avatar_bridge.training.label.points import POINTS_OF_MESH
from avatar_bridge.training.suite.reader import Picture, Reading
from avatar_bridge.types import Float32, Image, Landmarks

NAME = "MediaPipe"
TASK = "peers/face_landmarker.task"
_INSTALL = "pip install mediapipe==1.2.2"
_MOST_FACES = 4  # a picture may show neighbours; the face that is asked for is taken
_LEAST_OVERLAP = 0.15  # IoU of face boxes from which on it is that face
_ROOM = 2.0  # a detector wants to see more than the face: side of the picture in face boxes
_LEAST_SIDE = 256  # px; smaller pictures are enlarged
_FRAME_MS = 33


class MediaPipeReader:
    """Reads faces with MediaPipe; close it, or use it in a `with` block.

    Args:
        task: `face_landmarker.task`.

    Raises:
        ConfigError: the package or the file is missing.
    """

    name = NAME
    teaches = True

    def __init__(self, task: Path) -> None:
        try:
            self._package: Any = importlib.import_module("mediapipe")
            self._tasks: Any = importlib.import_module("mediapipe.tasks.python")
        except ImportError as error:
            raise ConfigError(f"{NAME} is not installed: {_INSTALL}") from error
        if not task.is_file():
            raise ConfigError(f"expected MediaPipe's task file at {task}, got none")
        self._task = task
        self._still = self._open("IMAGE", _MOST_FACES)
        self._live: Any = None

    def _open(self, mode: str, faces: int) -> Any:
        vision = self._tasks.vision
        options = vision.FaceLandmarkerOptions(
            base_options=self._tasks.BaseOptions(model_asset_path=str(self._task)),
            running_mode=getattr(vision.RunningMode, mode),
            num_faces=faces,
            output_face_blendshapes=True,
        )
        return vision.FaceLandmarker.create_from_options(options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._still.close()
        if self._live is not None:
            self._live.close()

    def read(self, picture: Picture, looks: int = 1) -> Reading | None:
        image, shift, scale = _with_room(picture)
        found = self._still.detect(self._wrap(image))
        best, chosen = _LEAST_OVERLAP, -1
        for place, marks in enumerate(found.face_landmarks):
            overlap = box_overlap(face_box(_points(marks, image, shift, scale))[0], picture.box)
            if overlap > best:
                best, chosen = overlap, place
        if chosen < 0:
            return None
        points = _points(found.face_landmarks[chosen], image, shift, scale)
        offset, size = picture.frame()
        landmarks = Landmarks(points + offset)
        pose = solve_head_pose(landmarks, size)
        gaze = solve_gaze(landmarks, pose, size)
        weights = np.zeros(len(BLENDSHAPES), np.float32)
        for shape in found.face_blendshapes[chosen]:
            if shape.category_name in BLENDSHAPE_INDEX:
                weights[BLENDSHAPE_INDEX[shape.category_name]] = shape.score
        return Reading(
            weights=np.clip(weights, 0.0, 1.0),
            points=points,
            orientation=pose.orientation,
            gaze=np.stack([gaze.left, gaze.right]),
            presence=1.0,
        )

    def faces(self, image: Image) -> list[Float32]:
        """The points (70, 2) of up to four faces in a picture (H, W, 3) BGR, in pixels."""
        found = self._still.detect(self._wrap(image))
        return [_points(marks, image, 0, 1.0) for marks in found.face_landmarks]

    def follow(self) -> Callable[[Image], None]:
        """Reads one video picture (H, W, 3) BGR after another, as a live user would run it."""
        if self._live is None:
            self._live = self._open("VIDEO", 1)
        stamp = 0

        def look(image: Image) -> None:
            nonlocal stamp
            stamp += _FRAME_MS
            self._live.detect_for_video(self._wrap(image), stamp)

        return look

    def _wrap(self, image: Image) -> Any:
        rgb = np.ascontiguousarray(image[:, :, ::-1])
        return self._package.Image(image_format=self._package.ImageFormat.SRGB, data=rgb)


def _with_room(picture: Picture) -> tuple[Image, int, float]:
    """The picture with its edges repeated around a face that fills it, and enlarged if small.

    Returns:
        The picture, the pixels that were added on each side, and what those were enlarged by.
    """
    image = picture.image
    side = float(picture.box[2] - picture.box[0])
    added = max(0, round((_ROOM * side - min(image.shape[:2])) / 2))
    if added:
        image = np.asarray(
            cv2.copyMakeBorder(image, added, added, added, added, cv2.BORDER_REPLICATE), np.uint8
        )
    scale = max(1.0, _LEAST_SIDE / min(image.shape[:2]))
    if scale > 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8)
    return image, added, scale


def _points(marks: Any, image: Image, shift: int, scale: float) -> Float32:
    """(70, 2) pixels of the picture as it was."""
    height, width = image.shape[:2]
    every = np.array([(mark.x * width, mark.y * height) for mark in marks], np.float32)
    return np.asarray(every[list(POINTS_OF_MESH)] / scale - shift, np.float32)
