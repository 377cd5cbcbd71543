"""From the command line's options and a file to one `Config`."""

import copy
from pathlib import Path
from typing import Annotated, Any

import typer

from avatar_bridge.config import Config, parse_config, read_toml
from avatar_bridge.errors import ConfigError

DEFAULT_PREVIEW_FPS = "10"

# Offered by every command that tracks.
DetectorName = Annotated[
    str | None, typer.Option("--detector", help="How faces are found; doctor lists what works.")
]
TrackerName = Annotated[
    str | None, typer.Option("--tracker", help="landmarks or kcf: how faces are followed.")
]
MaxFaces = Annotated[int | None, typer.Option(help="Faces followed at once.")]
MinFace = Annotated[
    int | None, typer.Option(help="Smallest face looked for, brow to chin.", metavar="PIXELS")
]
SmoothingName = Annotated[
    str | None,
    typer.Option("--smoothing", help="responsive, balanced, steady, none, or a preset's file."),
]
TierName = Annotated[
    str | None, typer.Option("--tier", help="fast or quality: which face net reads the face.")
]
FaceNet = Annotated[
    str | None, typer.Option(help="Any face net, from `models`, in place of the tier's.")
]
EmotionNet = Annotated[
    str | None, typer.Option(help="Emotion net, from `models`, in place of the face net's own.")
]
EmotionEvery = Annotated[
    int | None, typer.Option(help="The emotion net reads every N-th frame.", metavar="N")
]
CalibrationName = Annotated[
    str | None,
    typer.Option("--calibration", help="Saved calibration of the face, from `calibrate`."),
]
PreviewText = Annotated[
    str | None,
    typer.Option(
        "--preview",
        help="Publish pictures of the face with an expression, such as fps=10,emotion=live; "
        "emotion: one of the seven, live, or aus; also intensity, kind (generated or head), net.",
        metavar="KEY=VALUE,…",
    ),
]
SinkTexts = Annotated[
    list[str] | None,
    typer.Option(
        "--sink",
        help="A further output, any number: NAME, NAME:PORT, NAME:HOST:PORT, NAME:KEY=VALUE,…",
    ),
]
ServerKeysFolder = Annotated[
    str | None,
    typer.Option("--keys", help="Let in only clients of this list: a folder's name or path."),
]
ClientKeysFile = Annotated[
    str, typer.Option("--keys", help="This client's keys, from `keys new`: a name or a file.")
]
ServerKey = Annotated[
    str | None, typer.Option("--server-key", help="The server's public key, if not the file's.")
]
Insecure = Annotated[
    bool | None,
    typer.Option("--insecure", help="Allow addresses beyond this machine without keys."),
]


def analysis(
    tier: str | None, face_net: str | None, emotion_net: str | None, emotion_every: int | None
) -> dict[str, Any]:
    """The overrides that these options are; what is said here goes over what a file says."""
    if tier is not None and face_net is None:
        face_net = ""  # else a net that the file names would win over the tier that is asked for
    return {
        "analyze.tier": tier,
        "analyze.face_net": face_net,
        "analyze.emotion_net": emotion_net,
        "analyze.emotion_every": emotion_every,
    }


def tracking(
    detector: str | None, tracker: str | None, max_faces: int | None, min_face: int | None
) -> dict[str, Any]:
    """The overrides that these options are."""
    return {
        "track.detector": detector,
        "track.tracker": tracker,
        "track.max_faces": max_faces,
        "track.min_face": min_face,
    }


def assemble(file: Path | None, overrides: dict[str, Any]) -> Config:
    """A configuration file with the options that were given laid over it.

    Args:
        file: TOML, or None for the defaults.
        overrides: dotted setting → value; None means that the option was not given.

    Raises:
        ConfigError: names the setting, what was expected and what was got.
    """
    values = copy.deepcopy(read_toml(file)) if file else {}
    if file:
        parse_config(values, str(file))  # so that the file's own faults are told as its own
    for setting, value in overrides.items():
        if value is None:
            continue
        *sections, name = setting.split(".")
        place = values
        for section in sections:
            place = place.setdefault(section, {})
        place[name] = value
    return parse_config(values, "command line")


def parse_sinks(texts: list[str] | None) -> list[dict[str, Any]] | None:
    """Sinks as `parse_sink` has them; None where no option was given.

    Raises:
        ConfigError: as `parse_sink`.
    """
    return [parse_sink(text) for text in texts] if texts else None


def parse_preview(text: str | None) -> dict[str, str] | None:
    """The section `preview` as a user writes it: parts `KEY=VALUE` with commas between.

    Raises:
        ConfigError: a part that is none.
    """
    if text is None:
        return None
    values = {"fps": DEFAULT_PREVIEW_FPS}
    for part in filter(None, text.split(",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise ConfigError(f"--preview {text}: expected KEY=VALUE, got {part!r}")
        values[key] = value
    return values


def parse_sink(text: str) -> dict[str, Any]:
    """A sink as a user writes it, as the config has it.

    Args:
        text: `NAME`, or `NAME:` and parts with commas between: `KEY=VALUE`, and as the first part
            also `PORT` or `HOST:PORT`.

    Raises:
        ConfigError: a part that is none of these.
    """
    name, _, rest = text.partition(":")
    options = {}
    for place, part in enumerate(filter(None, rest.split(","))):
        key, equals, value = part.partition("=")
        if equals:
            options[key] = value
        elif place == 0 and _is_port(part.rpartition(":")[2]):
            host, _, options["port"] = part.rpartition(":")
            if host:
                options["host"] = host.strip("[]")
        else:
            raise ConfigError(f"--sink {text}: expected KEY=VALUE, got {part!r}")
    return {"name": name, "options": options}


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit()
