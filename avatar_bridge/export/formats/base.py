"""What a format is.

A format's module exposes `create() -> Format`. Formats share a suffix (`.csv`): `recognise` then
tells from a file's first bytes whose it is, and a file to be written goes to the longest suffix
that its name has (`take.facs.csv`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.export.curves import Stage
from avatar_bridge.take import Take

Reader = Callable[[Path], Take]
Writer = Callable[[Path, Take, Stage], None]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file.

    Attributes:
        title: what it is, for people.
        suffix: how its files' names end, in lower case.
        read: a file as a take; raises TakeError, in one line, for a file that is not whole.
            None where takes go in but not out.
        write: a take as a file; raises SinkError where it cannot be written, and ConfigError where
            the take or the stage lacks what the format is made of. None where it is only read.
        animates: whether it moves an avatar's own shapes, and so heeds all of the stage.
        needs_avatar: whether there has to be an avatar's file on the stage, which it becomes.
        recognise: whether a file that begins with these bytes is one; None asks the suffix alone.
    """

    title: str
    suffix: str
    read: Reader | None = None
    write: Writer | None = None
    animates: bool = False
    needs_avatar: bool = False
    recognise: Callable[[bytes], bool] | None = None
