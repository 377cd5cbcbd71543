"""What writes a whole take to a file.

A writer gets one row a picture, in order, also for pictures without a face: no row is left out.
The file appears under its name when `close` is called; `abort`, or an error inside a `with`,
leaves an older file of that name as it was.
"""

from types import TracebackType
from typing import Protocol, Self

from avatar_bridge.errors import SinkError
from avatar_bridge.export.atomic import AtomicFile
from avatar_bridge.types import FaceState


class TrackWriter(Protocol):
    """One take, row by row."""

    def write(self, state: FaceState | None, time_s: float, name: str | None = None) -> None:
        """Add one row.

        Args:
            state: None, or one that is not tracked, where no face was found: a held or decaying
                state is what a live stream shows, not something that was seen.
            time_s: seconds since the take's first picture, not negative.
            name: the picture's file name, where it has one.

        Raises:
            SinkError: no room, or the disk fails.
        """
        ...

    def close(self) -> None:
        """Put the file in place.

        Raises:
            SinkError: no room, or the disk fails.
        """
        ...

    def abort(self) -> None:
        """Give the take up."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...


class RowWriter:
    """What all writers share: the file, and how it ends.

    Args:
        file: where the rows go.
        tail: text that ends the file.
    """

    def __init__(self, file: AtomicFile, tail: str = "") -> None:
        self._file = file
        self._tail = tail
        self._ended = False

    def close(self) -> None:
        if not self._ended:
            self._ended = True
            self._file.write(self._tail)
            self._file.commit()

    def abort(self) -> None:
        if not self._ended:
            self._ended = True
            self._file.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _add(self, text: str) -> None:
        if self._ended:
            raise SinkError(f"expected an open take at {self._file.path}, got one that has ended")
        self._file.write(text)
