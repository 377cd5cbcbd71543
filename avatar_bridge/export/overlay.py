"""What the tracker saw, drawn over the picture: points, box, head axes, gaze and the weights."""

from pathlib import Path

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from avatar_bridge.errors import SinkError
from avatar_bridge.facs.arkit import BLENDSHAPES
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import IRIS_LEFT, IRIS_RIGHT, NOSE_BRIDGE
from avatar_bridge.types import FaceState, Image

_LEAST_HEIGHT = 14 * 30  # below it the list would not be readable
_MOST_WIDTH = 1920  # that a small picture is enlarged to

_POINT, _IRIS, _BOX, _LOST = (90, 230, 90), (60, 200, 255), (200, 160, 60), (60, 60, 220)
_AXES = ((60, 60, 255), (60, 220, 60), (255, 120, 40))  # x red, y green, z blue, in BGR
_BACK, _TEXT, _DIM, _BAR = (32, 30, 28), (235, 235, 235), (125, 125, 125), (205, 165, 70)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_face(image: Image, state: FaceState) -> Image:
    """A copy of the picture with one face's points, box, head axes and lines of sight."""
    canvas = image.copy()
    if state.landmarks is None:
        cv2.putText(canvas, "no face", (8, 24), _FONT, 0.7, _LOST, 2, cv2.LINE_AA)
        return canvas
    x0, y0, x1, y1 = (int(v) for v in state.box)
    cv2.rectangle(canvas, (x0, y0), (x1, y1), _BOX, 1, cv2.LINE_AA)
    radius = max(1, (x1 - x0) // 120)
    points = state.landmarks.points
    for index, (x, y) in enumerate(points):
        colour = _IRIS if index in (IRIS_LEFT, IRIS_RIGHT) else _POINT
        cv2.circle(canvas, (int(x), int(y)), radius, colour, -1, cv2.LINE_AA)
    length = (x1 - x0) / 3
    head = Rotation.from_quat(state.head_pose.orientation)
    origin = points[NOSE_BRIDGE][-1]
    for axis, colour in zip(np.eye(3), _AXES, strict=True):
        _arrow(canvas, origin, head.apply(axis), length, colour)
    for place, (yaw, pitch) in (
        (points[IRIS_LEFT], state.gaze.left),
        (points[IRIS_RIGHT], state.gaze.right),
    ):
        sight = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
        _arrow(canvas, place, head.apply(sight), length, _IRIS)
    return canvas


def draw_panel(state: FaceState, height: int) -> Image:
    """The weights and emotions of one face as bars: (height, height, 3) uint8 BGR."""
    panel = np.full((height, height, 3), _BACK, np.uint8)
    middle = height // 2
    emotion = int(state.emotions.probabilities.argmax())
    head = f"face {state.face_id}  {EMOTIONS[emotion]} {state.emotions.probabilities[emotion]:.2f}"
    rows = (len(BLENDSHAPES) + 1) // 2
    step = height / (rows + 1.6)
    scale = step / 34
    cv2.putText(panel, head, (8, int(step)), _FONT, 1.3 * scale, _TEXT, 1, cv2.LINE_AA)
    for index, name in enumerate(BLENDSHAPES):
        column, row = divmod(index, rows)
        left, base = 8 + column * middle, int((row + 2.2) * step)
        weight = float(state.blendshapes.weights[index])
        width = int(weight * (middle - 16))
        cv2.rectangle(panel, (left, base + 2), (left + width, base + 4), _BAR, -1)
        colour = _TEXT if weight > 0.05 else _DIM
        cv2.putText(panel, f"{name} {weight:.2f}", (left, base), _FONT, scale, colour, 1, 16)
    return panel


def draw_overlay(image: Image, state: FaceState) -> Image:
    """The picture with the face drawn in, and the weights beside it."""
    canvas = draw_face(image, state)
    enlarge = min(_LEAST_HEIGHT / canvas.shape[0], _MOST_WIDTH / canvas.shape[1])
    if enlarge > 1:
        canvas = np.asarray(cv2.resize(canvas, None, fx=enlarge, fy=enlarge), np.uint8)
    panel = draw_panel(state, max(canvas.shape[0], _LEAST_HEIGHT))
    below = panel.shape[0] - canvas.shape[0]
    return np.hstack([np.pad(canvas, ((0, below), (0, 0), (0, 0))), panel])


class OverlayWriter:
    """A video of overlays.

    Args:
        path: an .mp4 file.
        fps: pictures a second; 0 counts as 30.

    Raises:
        SinkError: another suffix, or the file cannot be written.
    """

    def __init__(self, path: Path, fps: float) -> None:
        if path.suffix.lower() != ".mp4":
            raise SinkError(f"{path}: expected .mp4 as its suffix, got {path.suffix or 'none'}")
        if not path.parent.is_dir():
            raise SinkError(f"{path}: expected an existing folder, got none at {path.parent}")
        self._path = path
        self._fps = fps or 30.0
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)

    def write(self, image: Image, state: FaceState) -> None:
        """Add one picture; later ones are fitted to the size of the first."""
        overlay = draw_overlay(image, state)
        if self._writer is None:
            self._size = (overlay.shape[1] // 2 * 2, overlay.shape[0] // 2 * 2)
            codec = cv2.VideoWriter.fourcc(*"mp4v")
            self._writer = cv2.VideoWriter(str(self._path), codec, self._fps, self._size)
            if not self._writer.isOpened():
                raise SinkError(f"{self._path}: expected a file to write, but it cannot be opened")
        if (overlay.shape[1], overlay.shape[0]) != self._size:
            overlay = np.asarray(cv2.resize(overlay, self._size), np.uint8)
        self._writer.write(overlay)

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.release()


def _arrow(
    canvas: Image,
    start: np.ndarray,
    direction: np.ndarray,
    length: float,
    colour: tuple[int, int, int],
) -> None:
    """A direction in camera space (y up), seen from the front."""
    end = start + length * np.array([direction[0], -direction[1]])
    first, last = (int(start[0]), int(start[1])), (int(end[0]), int(end[1]))
    cv2.line(canvas, first, last, colour, 2, cv2.LINE_AA)
