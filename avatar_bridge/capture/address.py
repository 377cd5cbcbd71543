"""From an address to an open source.

An address is a source's name (`performer`), a name and a target (`camera:0`, `livelink:11111`)
or a path, which is told apart by what lies there. A name wins over a file of that name: write
`./performer` for the file.
"""

import contextlib
import re
import sys
from pathlib import Path

from avatar_bridge.capture import SOURCES
from avatar_bridge.capture.base import Source
from avatar_bridge.capture.mirror import MirroredSource
from avatar_bridge.capture.states import STATE_SOURCES
from avatar_bridge.capture.states.base import StateSource
from avatar_bridge.clock import Clock
from avatar_bridge.config import SourceConfig
from avatar_bridge.errors import CaptureError

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
ACCEPTED = (
    "performer, camera:INDEX, camera:URL, remote:PORT, livelink:PORT, vmc:PORT, "
    "ifacialmocap:PHONE, or the path of a video, an image or a folder"
)


# Sources that open no file of the machine's, and ask no other machine for pictures.
_NO_FILE = re.compile(r"performer|camera:(/dev/video)?[0-9]{1,4}|remote:[^/\s]+")


def opens_no_file(uri: str) -> bool:
    """Whether an address is that of a source that anyone may choose; looks nothing up."""
    return _NO_FILE.fullmatch(uri.strip()) is not None


def resolve(uri: str) -> tuple[str, str]:
    r"""Tell which source an address means.

    A drive letter (`C:\clip.mp4`) is no source's name, so Windows paths need no care.

    Args:
        uri: the address, as in `SourceConfig.uri`.

    Returns:
        The source's name and its target.

    Raises:
        CaptureError: neither a source's name nor an existing path.
    """
    name, separator, target = uri.strip().partition(":")
    if name in SOURCES.names() and (separator or name == "performer"):
        return name, target
    if separator and name in STATE_SOURCES.names():
        return name, target
    # What is no possible path, such as a name too long, raises where it is looked for.
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        path = Path(uri).expanduser()
        if uri.strip() and path.is_dir():
            return "images", str(path)
        if uri.strip() and path.exists():
            return ("images" if path.suffix.lower() in IMAGE_SUFFIXES else "video"), str(path)
    raise CaptureError(f"expected {ACCEPTED}; got {uri!r}, which is none of them")


def gives_states(uri: str) -> bool:
    """Whether an address is that of a stream of face states, not of pictures.

    Raises:
        CaptureError: as `resolve`.
    """
    return resolve(uri)[0] in STATE_SOURCES.names()


def device_of(uri: str) -> tuple[str, str]:
    """As `resolve`, but the same for all addresses of one local camera, and of one port.

    Raises:
        CaptureError: as `resolve`.
    """
    name, target = resolve(uri)
    if name == "camera":
        number = target.removeprefix("/dev/video")
        target = str(int(number)) if number.isascii() and number.isdigit() else target
    elif name == "remote":
        target = target.rpartition(":")[2]
    return name, target


def found_cameras() -> tuple[str, ...]:
    """Addresses of the cameras that the system lists, without opening any.

    Only Linux lists them; elsewhere the first camera is named, whether or not it is there.
    """
    if sys.platform != "linux":
        return ("camera:0",)
    numbers = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return tuple(f"camera:{number}" for number in sorted(int(n) for n in numbers if n.isdigit()))


def open_source(config: SourceConfig, clock: Clock) -> Source:
    """Open the source of pictures that a configuration asks for, mirrored where it says so.

    Raises:
        CaptureError: the address means nothing, or what it means cannot be opened.
    """
    name, target = resolve(config.uri)
    if name in STATE_SOURCES.names():
        raise CaptureError(f"expected pictures, got {config.uri}, which only `run` can translate")
    source = SOURCES.create(name, target, config, clock)
    return MirroredSource(source) if config.mirror else source


def open_states(config: SourceConfig, clock: Clock) -> StateSource:
    """Open the stream of face states that a configuration asks for.

    Raises:
        CaptureError: it cannot be opened, or is asked to do what is done to pictures.
    """
    name, target = resolve(config.uri)
    if config.mirror:
        raise CaptureError(f"expected --mirror with a source of pictures, got {config.uri}")
    return STATE_SOURCES.create(name, target, clock)
