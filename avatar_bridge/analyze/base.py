"""What an analyzer is, and what may read the emotions in its stead.

An analyzer's module exposes `create(net) -> Analyzer` for a loaded net whose card's task it is.
"""

from typing import Protocol

from avatar_bridge.types import EmotionScores, FaceAnalysis, FaceCrop, Image, Landmarks


class Analyzer(Protocol):
    """Reads everything there is to read off one face crop; remembers nothing."""

    @property
    def crop_size(self) -> int:
        """Side in pixels of the crop that it takes."""
        ...

    @property
    def crop_margin(self) -> float:
        """Side of the crop in sides of the face box."""
        ...

    @property
    def action_units(self) -> tuple[str, ...]:
        """Names of the nodes that it reads; the others are always 0."""
        ...

    def analyze(self, crop: FaceCrop, image_size: tuple[int, int]) -> FaceAnalysis:
        """Look at one face.

        Args:
            crop: of the size and margin above.
            image_size: width and height in pixels of the frame it was cut from.

        Returns:
            What was seen, in frame pixels where it has a place. Where `presence` is low the rest
            means nothing.
        """
        ...


class EmotionReader(Protocol):
    """Reads emotions alone, off a face whose landmarks are known; remembers nothing.

    It cuts its own crop, since its net was taught on another part of the head than the analyzer's.
    """

    def read(self, image: Image, landmarks: Landmarks) -> EmotionScores:
        """Look at one face.

        Args:
            image: (H, W, 3) uint8 BGR, the whole frame.
            landmarks: frame pixels.
        """
        ...
