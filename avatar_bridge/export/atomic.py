"""A file that is there whole or not at all."""

import contextlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from avatar_bridge.errors import SinkError


class AtomicFile:
    """Writes beside the target and takes its place when committed.

    Args:
        path: the target; an older file stays untouched until then.

    Raises:
        SinkError: the folder is missing or cannot be written, or the target is a folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        try:
            if path.is_dir():
                raise SinkError(f"expected a file name to write to, got the folder {path}")
            if not path.parent.is_dir():
                raise SinkError(f"expected an existing folder at {path.parent}, got none")
            self._file = self._part.open("xb")
        except OSError as error:
            raise self._failure(error) from error

    def write(self, data: str | bytes) -> None:
        """Add bytes, or text in UTF-8, its line endings as they are.

        Raises:
            SinkError: no room, or the disk fails; the target is then as it was before.
        """
        try:
            self._file.write(data.encode() if isinstance(data, str) else data)
        except OSError as error:
            self.abort()
            raise self._failure(error) from error

    def commit(self) -> None:
        """Put the file in place; once is enough, and after `abort` nothing happens.

        Raises:
            SinkError: no room, or the disk fails; the target is then as it was before.
        """
        if self._file.closed:
            return
        try:
            self._file.close()
            self._part.replace(self.path)
        except OSError as error:
            self.abort()
            raise self._failure(error) from error

    def abort(self) -> None:
        """Leave the target as it was before; after `commit` nothing happens."""
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _failure(self, error: OSError) -> SinkError:
        return SinkError(f"expected to write {self.path}, got: {error.strerror or error}")


def write_whole(path: Path, parts: Iterable[str | bytes]) -> None:
    """Write a file at once.

    Args:
        path: the target; an older file stays untouched until all is written.
        parts: what it is made of, in order.

    Raises:
        SinkError: it cannot be written.
    """
    file = AtomicFile(path)
    try:
        for part in parts:
            file.write(part)
        file.commit()
    finally:
        file.abort()
