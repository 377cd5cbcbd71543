"""The part of a picture that a preview shows, and the pictures that wait to be shown."""

import threading
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np

from avatar_bridge.geometry import face_box
from avatar_bridge.types import Frame, Image, Landmarks

_AROUND = 2.2  # side of what is shown, in face boxes: the head with some room
_MOST_FRAMES = 16
_MOST_BYTES = 64 << 20
_LEAST_FRAMES = 2


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture and the face in it.

    Attributes:
        source_size: width and height of the picture before it was made smaller; 0 where it was
            not.
    """

    image: Image
    landmarks: Landmarks
    source_size: tuple[int, int]


def cut_view(image: Image, landmarks: Landmarks, longest: int) -> View:
    """The head out of a picture.

    Args:
        image: (H, W, 3) uint8 BGR.
        landmarks: of the face, in its pixels.
        longest: pixels of a side, at most.
    """
    box, _ = face_box(landmarks.points)
    middle, half = (box[:2] + box[2:]) / 2, _AROUND * float(box[2] - box[0]) / 2
    height, width = image.shape[:2]
    low = np.clip(np.rint(middle - half), 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.rint(middle + half), low + 1, (width, height)).astype(int)
    part = image[low[1] : high[1], low[0] : high[0]]
    return shrink(part, Landmarks(landmarks.points - low), longest)


def shrink(image: Image, landmarks: Landmarks, longest: int) -> View:
    """The picture, made smaller where a side has more pixels than longest."""
    height, width = image.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1.0:
        return View(np.ascontiguousarray(image), landmarks, (0, 0))
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    factors = np.array([size[0] / width, size[1] / height], np.float32)
    points = np.asarray(landmarks.points * factors, np.float32)
    return View(np.asarray(small, np.uint8), Landmarks(points), (width, height))


class Shelf:
    """The last few pictures of the source: a state names its own by its number.

    One thread puts, another finds; as many are kept as a slow face net may lag behind.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: deque[Frame] = deque(maxlen=_MOST_FRAMES)

    def put(self, frame: Frame) -> None:
        """Keep a picture; the oldest go."""
        with self._lock:
            self._frames.append(frame)
            most = max(_MOST_BYTES // frame.image.nbytes, _LEAST_FRAMES)
            while len(self._frames) > most:
                self._frames.popleft()

    def find(self, index: int) -> Frame | None:
        """The picture of this number, or None if it is gone; older ones are let go."""
        with self._lock:
            while self._frames and self._frames[0].index < index:
                self._frames.popleft()
            return self._frames[0] if self._frames and self._frames[0].index == index else None
