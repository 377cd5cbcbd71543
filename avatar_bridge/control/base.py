"""What the control service asks of whoever it controls."""

from collections.abc import Mapping
from typing import Protocol

from avatar_bridge.types import Blendshapes, FaceState, StreamInfo


class Backend(Protocol):
    """Does what is requested.

    The service calls it from its own thread, one request after the other, so a slow request
    delays the next one but never the stream. What it raises is answered: a ConfigError or
    CaptureError as the client's fault, anything else as the server's.
    """

    def info(self) -> StreamInfo:
        """What the stream carries now."""
        ...

    def profiles(self) -> tuple[str, ...]:
        """Names that `set_profile` takes."""
        ...

    def set_profile(self, name: str) -> None:
        """Use another retarget profile from one of the next frames on.

        Raises:
            ConfigError: there is none of this name.
        """
        ...

    def map(self, action_units: Mapping[str, float], emotions: Mapping[str, float]) -> Blendshapes:
        """The mapping alone.

        Args:
            action_units: intensities in [0, 1] by name, of one side or of both.
            emotions: probabilities in [0, 1] by name.

        Raises:
            ConfigError: an unknown name, or a value out of range.
        """
        ...

    def analyze(self, image: bytes) -> tuple[FaceState, ...]:
        """The faces of one picture, apart from the stream.

        Args:
            image: a JPEG or PNG file from anyone. The service limits its bytes; how many pixels
                it unpacks to is for the backend to limit.

        Raises:
            CaptureError: it cannot be read.
        """
        ...
