"""A picture of anyone's, its faces, and the one that is meant."""

from collections.abc import Callable, Sequence
from functools import cached_property

import cv2
import numpy as np

from avatar_bridge.errors import CaptureError, WireError
from avatar_bridge.types import FaceState, Frame, Image, Landmarks
from avatar_bridge.wire.picture import picture_size

MOST_PIXELS = 40_000_000  # what a good camera takes
LEAST_FACE = 48.0  # pixels from the eyes to the chin
LOOKED_AT = 1280  # pixels of the longer side: a larger picture is looked at made smaller
_EYES = slice(36, 48)
_CHIN = 8


def decode_picture(data: bytes) -> Image:
    """A JPEG or PNG file from anyone as (H, W, 3) uint8 BGR, upright by its EXIF mark.

    Raises:
        CaptureError: neither, broken, or of too many pixels.
    """
    try:
        size = picture_size(data)
    except WireError as error:
        raise CaptureError(str(error)) from error
    check_size(*size)  # before it takes memory
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise CaptureError(f"expected a whole picture, got {len(data)} bytes that do not unpack")
    return np.asarray(image, np.uint8)


def check_size(width: int, height: int, name: str = "the picture") -> None:
    """Refuse a picture of too many pixels.

    Raises:
        CaptureError: it is one.
    """
    if not 0 < width * height <= MOST_PIXELS:
        raise CaptureError(f"{name}: expected 1 to {MOST_PIXELS} pixels, got {width} x {height}")


class FaceFinder:
    """Finds the faces of pictures that have nothing to do with each other.

    Args:
        make_look: makes what gives the states of a still's faces, when it is first needed.
    """

    def __init__(self, make_look: Callable[[], Callable[[Frame], Sequence[FaceState]]]) -> None:
        self._make_look = make_look

    @cached_property
    def _look(self) -> Callable[[Frame], Sequence[FaceState]]:
        return self._make_look()

    def find(self, image: Image) -> tuple[Landmarks, ...]:
        """The landmarks of every face, in pixels of the picture, from left to right."""
        scale = min(LOOKED_AT / max(image.shape[:2]), 1.0)
        small = image
        if scale < 1.0:  # a net sees a face of any size alike
            shrunk = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            small = np.asarray(shrunk, np.uint8)
        factors = np.array(image.shape[1::-1]) / np.array(small.shape[1::-1])
        states = self._look(Frame(small, 0, 0))
        found = [
            Landmarks(state.landmarks.points * factors)
            for state in states
            if state.tracked and state.landmarks
        ]
        return tuple(sorted(found, key=lambda face: float(face.points[:, 0].mean())))


def choose_face(
    found: Sequence[Landmarks], face: int | None = None, name: str = "the picture"
) -> Landmarks:
    """The one face that is meant.

    Args:
        found: landmarks of all faces, from left to right.
        face: which, counted from the left, from 1; None where there is only one.
        name: of the picture, for messages.

    Raises:
        CaptureError: no face, several where one is expected, none of this number, or one that is
            too small.
    """
    if not found:
        raise CaptureError(f"{name}: expected a face, got none")
    if face is None and len(found) > 1:
        raise CaptureError(
            f"{name}: expected one face, got {len(found)}: say which by its number from the left"
        )
    if face is not None and not 1 <= face <= len(found):
        raise CaptureError(f"{name}: expected a face number from 1 to {len(found)}, got {face}")
    chosen = found[(face or 1) - 1]
    check_large(chosen, name)
    return chosen


def check_large(landmarks: Landmarks, name: str = "the picture") -> None:
    """Refuse a face that is too small to be shown with an expression.

    Raises:
        CaptureError: it is.
    """
    length = face_length(landmarks)
    if length < LEAST_FACE:
        raise CaptureError(
            f"{name}: expected a face of {LEAST_FACE:.0f} pixels or more from eyes to chin, "
            f"got {length:.0f}"
        )


def face_length(landmarks: Landmarks) -> float:
    """Pixels from the middle between the eyes to the chin."""
    eyes = landmarks.points[_EYES].mean(axis=0)
    return float(np.linalg.norm(landmarks.points[_CHIN] - eyes))
