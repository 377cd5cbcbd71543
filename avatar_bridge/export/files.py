"""Takes from files and to files: the format follows from the name, or is asked for."""

from pathlib import Path

from avatar_bridge.errors import ConfigError, TakeError
from avatar_bridge.export.curves import Stage
from avatar_bridge.export.formats import FORMATS
from avatar_bridge.export.formats.base import Format
from avatar_bridge.take import Take

_HEAD_BYTES = 64  # that a format is recognised by


def format_names(*, written: bool) -> tuple[str, ...]:
    """Names of the formats that can be written, or of those that can be read."""
    return tuple(name for name in FORMATS.names() if _does(FORMATS.create(name), written))


def is_take(path: Path) -> bool:
    """Whether a file's name is that of a take that can be read."""
    return any(_fits(path, FORMATS.create(name)) for name in format_names(written=False))


def format_of(path: Path, name: str | None = None, *, written: bool) -> Format:
    """The format of a file.

    Args:
        path: its suffix tells; of a file that is read, its first bytes too, where formats share
            one.
        name: of a format; None for the file's own.
        written: whether it is to be written, or else read.

    Raises:
        ConfigError: an unknown name or suffix, or a format that goes the other way only.
    """
    if name is not None:
        chosen = FORMATS.create(name)
        if not _does(chosen, written):
            ways = ", ".join(format_names(written=written))
            deed = "written" if written else "read"
            raise ConfigError(f"expected a format that can be {deed} ({ways}), got {name!r}")
        return chosen
    found = [FORMATS.create(known) for known in format_names(written=written)]
    fitting = sorted((f for f in found if _fits(path, f)), key=lambda f: len(f.suffix))
    if not fitting:
        got = repr(path.suffix) if path.suffix else "none"
        choices = ", ".join(sorted({f.suffix for f in found}))
        raise ConfigError(f"{path}: expected one of {choices} as its suffix, got {got}")
    if not written:
        head = _head(path)
        same = [f for f in found if f.suffix.endswith(fitting[0].suffix)]
        told = [f for f in same if f.recognise is not None and f.recognise(head)]
        fitting = told or fitting
    return fitting[-1]


def read_take(path: Path, name: str | None = None) -> Take:
    """The take in a file.

    Raises:
        ConfigError: as `format_of`.
        TakeError: a file that is broken, or not there.
    """
    read = format_of(path, name, written=False).read
    assert read is not None
    return read(path)


def write_take(path: Path, take: Take, stage: Stage | None = None, name: str | None = None) -> None:
    """Write a take to a file.

    Raises:
        ConfigError: as `format_of`; or the take or the stage lacks what the format is made of.
        SinkError: the file cannot be written.
    """
    write = format_of(path, name, written=True).write
    assert write is not None
    write(path, take, stage or Stage())


def _does(known: Format, written: bool) -> bool:
    return (known.write if written else known.read) is not None


def _fits(path: Path, known: Format) -> bool:
    return path.name.lower().endswith(known.suffix)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        raise TakeError(f"expected a readable take at {path}, got: {error.strerror}") from error
