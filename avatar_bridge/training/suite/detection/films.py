"""Films to follow faces in: the public clips with the teacher's faces, and two drawn people."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.geometry import face_box
from avatar_bridge.training.datasets.arrays import load_arrays
from avatar_bridge.training.suite.clips import FOLDER, clip_frames
from avatar_bridge.training.suite.detection.heads import SEED, Head, Layer
from avatar_bridge.training.synthetic.backdrops import room
from avatar_bridge.types import Float32, Image

LOST_AND_FOUND = ("face_noface", "noface_face", "no_face")
NAMES = ("d0", "d3", "d10", "d12", "d18", "single_face", *LOST_AND_FOUND)
COUPLE = "couple"

_FPS = 30.0
_SHAPE = (480, 640)
_COUPLE_FRAMES = 300
_SIDES = (120.0, 100.0)  # pixels of the face box: the first person stands before the second
_MIDDLE, _REACH, _PERIOD = np.array([320.0, 240.0]), 170.0, 200  # pixels and frames of their walk
# From and to which frame the second person is on the way out at the right, and back; the first
# stands still then.
_LEAVES, _BACK = 200, 280
_PACE = 8.0  # pixels a frame
_HIDDEN = 0.3  # share of a face box that is covered or outside, from which on it is not seen


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A film whose faces are known.

    Attributes:
        name: of it.
        fps: frames a second.
        truth: (T, P, 4) face boxes; NaN where a person is not seen.
        frames: gives T pictures (H, W, 3) uint8 BGR, from the start.
    """

    name: str
    fps: float
    truth: Float32
    frames: Callable[[], Iterator[Image]]


def load_clip(root: Path, name: str, most: int | None = None) -> Film:
    """A public clip, or the first `most` frames of it; the truth is the teacher's.

    Raises:
        ConfigError: the clip or its teacher's reading is missing.
    """
    folder = root / FOLDER
    paths = [path for path in sorted(folder.glob(f"{name}.*")) if path.suffix in (".mp4", ".mov")]
    if not paths:
        raise ConfigError(f"expected a clip {name} in {folder}, got none")
    arrays = load_arrays(folder / f"{name}.teacher.npz", {"landmarks": (70, 2)})
    truth = np.array([_box(points) for points in arrays["landmarks"][:most]], np.float32)
    fps = float(arrays["fps"]) if "fps" in arrays else _FPS

    def frames() -> Iterator[Image]:
        return (image for _, image in islice(clip_frames(paths[0]), len(truth)))

    return Film(name, fps, truth[:, None], frames)


def _box(points: Float32) -> Float32:
    if not np.isfinite(points).all():
        return np.full(4, np.nan, np.float32)
    return face_box(points)[0]


def two_people(first: Head, second: Head, most: int = _COUPLE_FRAMES) -> Film:
    """Two drawn people who walk past each other twice; then the second leaves and comes back.

    Args:
        first: passes in front.
        second: is hidden for a moment whenever they meet.
        most: frames.
    """
    count = min(most, _COUPLE_FRAMES)
    truth = np.stack([_truth(first, second, frame) for frame in range(count)])

    def frames() -> Iterator[Image]:
        rng = np.random.default_rng(SEED)
        wall = cv2.cvtColor(room(rng, 0.5, 8, 0.1), cv2.COLOR_RGB2GRAY)
        backdrop = cv2.resize(wall, _SHAPE[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
        for frame in range(count):
            near, far = _layers(first, second, frame)
            picture = np.clip(near.before(far.before(backdrop)), 0, 255).astype(np.uint8)
            yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR), np.uint8)

    return Film(COUPLE, _FPS, truth, frames)


def _layers(first: Head, second: Head, frame: int) -> tuple[Layer, Layer]:
    near, far = _places(frame)
    return first.on(_SHAPE, _SIDES[0], near), second.on(_SHAPE, _SIDES[1], far)


def _places(frame: int) -> tuple[Float32, Float32]:
    """The middles (2,) of both face boxes."""
    swing = _REACH * math.cos(2 * math.pi * min(frame, _LEAVES) / _PERIOD)
    away = _PACE * max(0, min(frame - _LEAVES, _BACK - frame))
    near = _MIDDLE - np.array([swing, 0.0])
    far = _MIDDLE + np.array([swing + away, 0.0])
    return near.astype(np.float32), far.astype(np.float32)


def _truth(first: Head, second: Head, frame: int) -> Float32:
    """(2, 4) boxes; NaN for a face that is mostly covered or outside."""
    near, far = _layers(first, second, frame)
    boxes = np.stack([_box(near.points), _box(far.points)])
    for person, cover in enumerate((None, near.through)):
        if _hidden(boxes[person], cover) > _HIDDEN:
            boxes[person] = np.nan
    return boxes


def _hidden(box: Float32, through: Float32 | None) -> float:
    """Share of a box that lies outside the picture or behind what is in front of it."""
    x0, y0, x1, y1 = (round(float(v)) for v in box)
    rows, columns = slice(max(y0, 0), max(y1, 0)), slice(max(x0, 0), max(x1, 0))
    shown = np.ones(_SHAPE) if through is None else through
    return 1.0 - float(shown[rows, columns].sum()) / ((x1 - x0) * (y1 - y0))


def pick_couple(heads: Sequence[Head]) -> tuple[Head, Head]:
    """The two heads that look most nearly into the camera."""
    first, second = sorted(heads, key=lambda head: abs(head.yaw))[:2]
    return first, second
