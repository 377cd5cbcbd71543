"""What the control service asks of whoever it controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from avatar_bridge.preview.base import PreviewAsk, PreviewSettings
from avatar_bridge.retarget.edit import ShapeResponse
from avatar_bridge.sinks.rack import SinkState
from avatar_bridge.takes.writer import TakeResult
from avatar_bridge.types import Blendshapes, FaceState, StreamInfo
from avatar_bridge.wire.picture import PreviewPicture


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server is set, for a page that shows it.

    Attributes:
        source: its address, as `--source` takes it.
        sources: addresses that can be chosen on the server's machine.
        mirror: whether pictures are mirrored.
        smoothing: name of the one in use, among `smoothings`.
        profile: name of the one in use, among `profiles`.
        calibration: name of the one in use, among `calibrations`; empty for none.
        sinks: every output that can be turned on, by name.
        recording: a few words on the recording that runs or failed; empty for none.
        responses: (52,) how each shape answers, in canonical order.
        unsaved: whether the mapping was changed and not kept.
        preview: what topic `preview` shows; None where it shows nothing.
        generators: names of the installed generators.
    """

    source: str
    sources: tuple[str, ...]
    mirror: bool
    smoothing: str
    smoothings: tuple[str, ...]
    profile: str
    profiles: tuple[str, ...]
    calibration: str
    calibrations: tuple[str, ...]
    sinks: tuple[SinkState, ...]
    recording: str
    responses: tuple[ShapeResponse, ...]
    unsaved: bool
    preview: PreviewSettings | None = None
    generators: tuple[str, ...] = ()


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

    def settings(self) -> Settings:
        """How the server is set now."""
        ...

    def change_settings(
        self, source: str | None, mirror: bool | None, smoothing: str | None
    ) -> None:
        """Set what is not None, from one of the next frames on.

        Raises:
            ConfigError: not a smoothing, or a source that cannot be changed to.
            CaptureError: the source cannot be opened; the one before goes on.
        """
        ...

    def set_sink(self, name: str, on: bool, options: Mapping[str, str]) -> SinkState:
        """Turn an output on or off; where options are given, with those.

        Raises:
            ConfigError: unknown name, or an option that it does not take.
            SinkError: it cannot be opened; what was open is so again.
        """
        ...

    def edit_profile(
        self, changes: Mapping[str, ShapeResponse], save_as: str, reset: bool
    ) -> Path | None:
        """Change how shapes answer, from one of the next frames on.

        Args:
            changes: by shape; the others stay.
            save_as: name of a profile to keep it as, which is then in use; empty keeps nothing.
            reset: take back what was not kept, first.

        Returns:
            The file that was written, or None.

        Raises:
            ConfigError: a shape, number or name that does not fit; nothing is changed then.
        """
        ...

    def can_preview(self) -> bool:
        """Whether pictures can be made here at all."""
        ...

    def preview(self, ask: PreviewAsk) -> PreviewPicture:
        """One made picture, apart from the stream.

        Raises:
            CaptureError: no face in the picture, or one that cannot be read.
            ConfigError: no such generator or action unit.
            UnsupportedError: no generator is installed.
        """
        ...

    def set_preview(self, settings: PreviewSettings) -> None:
        """Change what topic `preview` shows.

        Raises:
            ConfigError: no such generator.
            UnsupportedError: no generator is installed.
        """
        ...
