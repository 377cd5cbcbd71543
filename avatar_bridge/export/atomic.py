"""A text file that is there whole or not at all."""

import contextlib
import secrets
from pathlib import Path

from avatar_bridge.errors import SinkError


class AtomicText:
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
            # One line ending everywhere, as the apps write it.
            self._file = self._part.open("x", encoding="utf-8", newline="\n")
        except OSError as error:
            raise self._failure(error) from error

    def write(self, text: str) -> None:
        """Add text.

        Raises:
            SinkError: no room, or the disk fails; the target is then as it was before.
        """
        try:
            self._file.write(text)
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
