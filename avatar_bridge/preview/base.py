"""What makes pictures of a face with an expression, beside the stream.

Three threads meet here. The capturing thread shows every picture, the pipeline's thread every
state; both must come back at once, so that making a picture belongs to a thread of the previewer's
own. The control service's thread asks for single pictures and may wait for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.types import FaceState, Frame
from avatar_bridge.wire.picture import ImageKind, PreviewPicture

__all__ = ["ImageKind", "PreviewAsk", "PreviewPicture", "PreviewSettings", "Previewer"]

LIVE = "live"  # the emotion that is recognised
UNITS = "action units"  # those that are read
MOST_FPS = 30.0


@dataclass(frozen=True, slots=True)
class PreviewSettings:
    """What topic `preview` shows.

    Attributes:
        fps: pictures a second, in [0, 30]; 0 is none.
        emotion: one of the seven, `LIVE`, or `UNITS`.
        intensity: in [0, 1]; not used with `LIVE` and `UNITS`.
        kind: GENERATED or HEAD.
        net: name of an installed generator; empty for the default one.

    Raises:
        ConfigError: what is none of these.
    """

    fps: float = 0.0
    emotion: str = LIVE
    intensity: float = 1.0
    kind: ImageKind = ImageKind.GENERATED
    net: str = ""

    def __post_init__(self) -> None:
        if not 0.0 <= self.fps <= MOST_FPS:
            raise ConfigError(f"fps: expected 0 to {MOST_FPS:g}, got {self.fps:g}")
        _check_emotion(self.emotion, (*EMOTIONS, LIVE, UNITS))
        _check_made(self.intensity, self.kind)


@dataclass(frozen=True, slots=True)
class PreviewAsk:
    """One picture that is asked for.

    Attributes:
        face_id: the tracked face of the newest picture, where image is empty; 0 for the largest.
        image: a JPEG or PNG file with one face, from anyone: its bytes are limited, its size in
            pixels is not checked yet. Empty for the newest picture of the source.
        emotion: one of the seven; empty where action_units say what to show.
        intensity: in [0, 1].
        action_units: intensities in [0, 1] by name, of one side or of both, as `Retargeter.map`
            takes them; the names are not checked yet.
        kind: GENERATED or HEAD.
        net: name of an installed generator; empty for the default one.

    Raises:
        ConfigError: what is none of these.
    """

    face_id: int = 0
    image: bytes = b""
    emotion: str = ""
    intensity: float = 1.0
    action_units: Mapping[str, float] = field(default_factory=dict)
    kind: ImageKind = ImageKind.GENERATED
    net: str = ""

    def __post_init__(self) -> None:
        if bool(self.emotion) == bool(self.action_units):
            raise ConfigError(
                f"expected either an emotion or action units, got emotion {self.emotion!r} and "
                f"{len(self.action_units)} action units"
            )
        if self.emotion:
            _check_emotion(self.emotion, EMOTIONS)
        _check_made(self.intensity, self.kind)


class Previewer(Protocol):
    """Makes preview pictures."""

    @property
    def generators(self) -> tuple[str, ...]:
        """Names of the installed generators, the default one first."""
        ...

    @property
    def settings(self) -> PreviewSettings:
        """What topic `preview` shows; fps 0 for nothing. Any thread may look."""
        ...

    def set(self, settings: PreviewSettings) -> None:
        """Change what topic `preview` shows, from one of the next pictures on.

        Called in the control thread.

        Raises:
            ConfigError: no generator of this name.
        """
        ...

    def make(self, ask: PreviewAsk) -> PreviewPicture:
        """One picture, apart from topic `preview`. Called in the control thread, which may wait.

        Raises:
            CaptureError: no face in the picture, or one that cannot be read.
            ConfigError: no such generator or action unit.
            UnsupportedError: no generator is installed.
        """
        ...

    def see(self, frame: Frame) -> None:
        """Take a picture of the source, in the capturing thread; must return at once."""
        ...

    def follow(self, states: tuple[FaceState, ...]) -> None:
        """Take the states of a frame, in the pipeline's thread; must return at once."""
        ...

    def take(self) -> PreviewPicture | None:
        """The newest picture for topic `preview` that was not taken yet; never waits.

        Called in the pipeline's thread, after every frame.
        """
        ...

    def close(self) -> None:
        """End the threads; never raises."""
        ...


def _check_emotion(emotion: str, names: tuple[str, ...]) -> None:
    if emotion not in names:
        raise ConfigError(f"emotion: expected one of {', '.join(names)}, got {emotion!r}")


def _check_made(intensity: float, kind: ImageKind) -> None:
    if not 0.0 <= intensity <= 1.0:
        raise ConfigError(f"intensity: expected 0 to 1, got {intensity:g}")
    if kind not in (ImageKind.GENERATED, ImageKind.HEAD):
        raise ConfigError(f"kind: expected GENERATED or HEAD, got {kind.name}")
