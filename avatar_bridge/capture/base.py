"""What a source is.

A source's module exposes `create(target, config, clock) -> Source`: `target` is what follows the
name in the source's address (`camera:0` → `0`), `config` is the `SourceConfig`. It opens the
device or file there and raises CaptureError, in one line, when it cannot. It leaves
`config.mirror` alone: `address.open_source` mirrors for all of them.

**Freshness:** `read` blocks until a picture is there. A live source gives the newest picture and
lets older ones go; a file played in real time gives each picture when its time has come; a file
played as fast as possible gives every picture. `captured_ns` is when a camera delivered the
picture; for a file it is the moment at which the picture was due (in real time) or the picture's
own time in the file (as fast as possible), so that filters see the file's own pace.
"""

import re
from pathlib import Path
from typing import Protocol

from avatar_bridge.errors import CaptureError
from avatar_bridge.types import Frame

_CREDENTIALS = re.compile(r"//[^/\s]*@")


class Source(Protocol):
    """A stream of pictures, read by one thread."""

    @property
    def label(self) -> str:
        """The source's name for people, such as "camera 0" or a file name."""
        ...

    @property
    def fps(self) -> float:
        """Pictures a second that it aims at; 0 where unknown."""
        ...

    @property
    def frame_count(self) -> int | None:
        """How many pictures it will give in all; None where it does not end or cannot tell."""
        ...

    @property
    def state(self) -> str:
        """One or two words on its health, such as "running" or "reconnecting"."""
        ...

    def read(self) -> Frame | None:
        """The next picture, or None when there will be no more.

        Raises:
            CaptureError: the source broke and will not come back.
        """
        ...

    def close(self) -> None:
        """Release the device or file, also while another thread is in `read`, which then ends."""
        ...


def as_path(target: str) -> Path:
    """A path as a user writes it, `~` included.

    Raises:
        CaptureError: it cannot be one, such as the home of nobody or a name too long.
    """
    try:
        path = Path(target).expanduser()
        path.exists()
    except (OSError, ValueError, RuntimeError) as error:
        raise CaptureError(f"expected a path, got {target[:80]!r}: {error}") from error
    return path


def public(address: str) -> str:
    """An address as logs and clients may see it: without the password that a URL may hold."""
    return _CREDENTIALS.sub("//", address)


def picture_name(source: Source, index: int) -> str | None:
    """The file name of one picture.

    Args:
        source: a folder of images has `names`, in the order of its pictures; others have none.
        index: `Frame.index`.

    Returns:
        None where the source's pictures have no names.
    """
    names: tuple[str, ...] = getattr(source, "names", ())
    return names[index % len(names)] if names else None
