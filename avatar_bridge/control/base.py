"""What the control service asks of whoever it controls."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from avatar_bridge.takes.writer import TakeResult
from avatar_bridge.types import Blendshapes, FaceState, StreamInfo


class Backend(Protocol):
    """Does what is requested.

    The service calls it from its own thread, one request after the other, so a slow request
    delays the next one but never the stream. What it raises is answered: a ConfigError or
    CaptureError as the client's fault, and so is a CalibrationError; anything else as the server's.
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

    def calibrations(self) -> tuple[str, ...]:
        """Names that `use_calibration` takes."""
        ...

    def calibrate(self, step: str, name: str, centre: bool) -> None:
        """Measure the face for about a second, and use the result from one of the next frames on.

        Args:
            step: of `retarget.measure.steps`.
            name: to keep it under; empty for this run only.
            centre: whether head and gaze at rest become straight.

        Raises:
            CalibrationError: no face, or one that cannot be measured.
            ConfigError: not a step or a name, or the file cannot be written.
        """
        ...

    def use_calibration(self, name: str) -> None:
        """Use a saved calibration from one of the next frames on.

        Raises:
            ConfigError: there is none of this name, or it cannot be used.
        """
        ...

    def clear_calibration(self) -> None:
        """Use no calibration from one of the next frames on."""
        ...

    def undo_calibration(self) -> bool:
        """Go back to what was in use before the last change; False where there is none."""
        ...

    def start_recording(self, name: str) -> Path:
        """Record what is published from now on, and say into which file.

        Args:
            name: from anyone, so that it is the backend's to make a file's name of it; empty for
                one of the backend's choice.

        Raises:
            ConfigError: one runs.
            TakeError: the file cannot be written.
        """
        ...

    def stop_recording(self) -> TakeResult | None:
        """End the recording; None where none runs.

        Raises:
            TakeError: it had to end early, or its end takes longer.
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
