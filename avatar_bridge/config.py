"""Settings: TOML in, a validated value out.

Every setting has a default, so an empty file is a working configuration.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_bridge.errors import ConfigError

DEFAULT_PUBLISH = "tcp://127.0.0.1:5570"
DEFAULT_CONTROL = "tcp://127.0.0.1:5571"
MAX_FACES = 4

MOST_TOML = 1 << 20  # characters of a file
_MOST_PARTS = 32  # of a dotted key
# Possessive, and begun only where a word begins: the search itself never goes back.
_DEEP_KEY = re.compile(rf"(?<![\w\"'-])(?:[\w\"'-]++\s*+\.\s*+){{{_MOST_PARTS}}}")

Tier = Literal["fast", "quality"]
# Which installed face net each tier is: the one place that says so.
TIER_NETS: dict[Tier, str] = {"fast": "student", "quality": "se_resnet50_gcn"}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceConfig(_Section):
    """Where pictures come from.

    Attributes:
        uri: `performer`, `camera:INDEX`, `camera:URL`, `remote:PORT` (pictures that a program
            sends), the path of a video, image or folder, or another tracker's stream:
            `livelink:PORT`, `vmc:PORT`, `ifacialmocap:PHONE`.
        fps: pictures a second asked of a camera or taken from a file; None is the source's own.
        realtime: whether a file is played at its own pace or as fast as it is looked at.
        loop: whether a file starts again at its end.
        mirror: flip left and right, once, at capture.
        width, height: asked of a camera.
        insecure: let `remote` take pictures from other machines; `wire.insecure` does so, too.
        keys: folder of keys, whose clients may send pictures from other machines; empty for that
            of `wire.keys`.
    """

    uri: str = "performer"
    fps: float | None = Field(default=None, gt=0, le=240)
    realtime: bool = True
    loop: bool = False
    mirror: bool = False
    width: int = Field(default=640, ge=64, le=7680)
    height: int = Field(default=480, ge=64, le=4320)
    insecure: bool = False
    keys: str = ""


class TrackConfig(_Section):
    """How faces are found and followed.

    Attributes:
        detector: name in the detector registry.
        tracker: name in the tracker registry.
        max_faces: how many faces are followed at once.
        min_face: smallest face box in pixels that is looked for.
    """

    detector: str = "mtcnn"  # the default: the one place that says so
    tracker: str = "landmarks"
    max_faces: int = Field(default=1, ge=1, le=MAX_FACES)
    min_face: int = Field(default=60, ge=20, le=10_000)


class AnalyzeConfig(_Section):
    """Which nets read the face.

    Attributes:
        tier: how much time the face net may take; `TIER_NETS` says which net that is.
        face_net: name of any installed face net, in place of the tier's; empty for the tier's.
        threads: threads of one run of a net.
        emotion_net: name of an installed emotion net; empty for the face net's own emotions.
        emotion_every: it runs on every n-th frame of a face, whose emotions hold in between.
    """

    tier: Tier = "fast"
    face_net: str = ""
    threads: int = Field(default=1, ge=1, le=64)
    emotion_net: str = ""
    emotion_every: int = Field(default=1, ge=1)

    @property
    def face_net_name(self) -> str:
        """Name of the face net that runs."""
        return self.face_net or TIER_NETS[self.tier]


class LossConfig(_Section):
    """What becomes of a face that is lost.

    Attributes:
        hold_s: seconds for which the last state is held.
        decay_s: seconds in which it then goes back to neutral.
        return_s: seconds in which its avatar follows it again when it is back.
    """

    hold_s: float = Field(default=0.3, ge=0)
    decay_s: float = Field(default=0.7, gt=0)
    return_s: float = Field(default=0.25, gt=0)


class WireConfig(_Section):
    """The two ZeroMQ sockets.

    Attributes:
        publish: address that the publisher binds.
        control: address that the control service binds; empty for none.
        insecure: allow addresses beyond this machine without keys.
        keys: name or path of the folder of keys, which let in the clients of its list alone;
            empty for none.
        share_camera: whether the source's pictures go out, too, to whoever subscribes to them.
        share_camera_beyond: allow that where other machines reach the publisher.
        camera_width: of those pictures, at most, in pixels.
        camera_fps: of those pictures, at most, a second.
    """

    publish: str = DEFAULT_PUBLISH
    control: str = DEFAULT_CONTROL
    insecure: bool = False
    keys: str = ""
    share_camera: bool = False
    share_camera_beyond: bool = False
    camera_width: int = Field(default=480, ge=64, le=1920)
    camera_fps: float = Field(default=20.0, ge=1, le=60)


class RecordingConfig(_Section):
    """Where takes go.

    Attributes:
        folder: of the files; empty for `avatar-bridge/takes` in the user's home.
        start: name of a take that begins with the run; None begins none.
        video: whether the source's pictures are kept beside a take.
    """

    folder: str = ""
    start: str | None = None
    video: bool = False


class PreviewConfig(_Section):
    """What topic `preview` shows from the start.

    Attributes:
        fps: pictures a second; 0 is none.
        emotion: one of the seven, `live` for the one that is recognised, or `aus` for the action
            units that are read.
        intensity: how strongly; not used with `live` and `aus`.
        kind: whether a net changes the camera's face, or the built-in head is drawn.
        net: name of an installed generator; empty for the default one.
    """

    fps: float = Field(default=0.0, ge=0, le=30)
    emotion: str = "live"
    intensity: float = Field(default=1.0, ge=0, le=1)
    kind: Literal["generated", "head"] = "generated"
    net: str = ""


class SinkConfig(_Section):
    """One output beside the ZeroMQ publisher.

    Attributes:
        name: name in the sink registry.
        options: what that sink's factory takes.
    """

    name: str
    options: dict[str, str] = Field(default_factory=dict)


class Config(_Section):
    """The whole configuration of a bridge.

    Attributes:
        profile: name of a packaged retarget profile, or the path of one.
        calibration: name of a saved calibration of the face; empty for none.
        smoothing: name of a packaged smoothing preset, the path of one, or `none`.
    """

    source: SourceConfig = SourceConfig()
    track: TrackConfig = TrackConfig()
    analyze: AnalyzeConfig = AnalyzeConfig()
    loss: LossConfig = LossConfig()
    wire: WireConfig = WireConfig()
    recording: RecordingConfig = RecordingConfig()
    preview: PreviewConfig = PreviewConfig()
    profile: str = "arkit"
    calibration: str = ""
    smoothing: str = "balanced"
    sinks: tuple[SinkConfig, ...] = ()


def parse_config(values: dict[str, Any], origin: str) -> Config:
    """Validate settings.

    Args:
        values: as TOML gives them.
        origin: file name or "command line", for messages.

    Raises:
        ConfigError: names the setting, what was expected and what was got.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        got = "" if first["type"] == "missing" else f", got {first['input']!r}"
        raise ConfigError(f"{origin}: {where}: {first['msg']}{got}") from error


def parse_toml(text: str) -> dict[str, Any]:
    """The values of a text from anyone.

    A key of n parts costs n² of time and memory, so that a small file could fill both.

    Raises:
        tomllib.TOMLDecodeError: not TOML, or more than a file of settings has.
        RecursionError: values within values without end.
    """
    if len(text) > MOST_TOML:
        raise tomllib.TOMLDecodeError(f"more than {MOST_TOML} characters")
    if _DEEP_KEY.search(text):
        raise tomllib.TOMLDecodeError(f"a key of {_MOST_PARTS} parts or more")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:  # of a number with thousands of digits
        raise tomllib.TOMLDecodeError(str(error)) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        ConfigError: unreadable or not TOML; the message carries the line.
    """
    try:
        with path.open(encoding="utf-8") as file:
            return parse_toml(file.read(MOST_TOML + 1))
    except OSError as error:
        raise ConfigError(f"expected a readable file at {path}, got: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: expected TOML, got: {error}") from error
