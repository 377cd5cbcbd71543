"""What a batch has done, so that a killed one goes on where it was.

One line of JSON for each job that ended, appended and handed to the disk at once. A line that was
cut off by a crash is left out, and its job is done again.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from avatar_bridge import __version__
from avatar_bridge.batch.job import Job, Outcome
from avatar_bridge.config import Config
from avatar_bridge.errors import SinkError

NAME = "batch.jsonl"


def fingerprint(settings: Config, format_name: str) -> str:
    """What takes depend on beside their videos: settings, format and release, as 16 digits."""
    told = settings.model_dump(mode="json", exclude={"source": {"uri"}, "wire": True})
    text = json.dumps([__version__, format_name, told], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Mark:
    """What tells whether a job would give the same again."""

    size: int
    modified_ns: int
    settings: str
    output: str


class Manifest:
    """The record of one folder of takes; used by one thread.

    Args:
        folder: of the takes; it exists.
        settings: as `fingerprint` gives it.

    Raises:
        SinkError: the record cannot be read or written.
    """

    def __init__(self, folder: Path, settings: str) -> None:
        self._path = folder / NAME
        self._settings = settings
        self._done: dict[str, _Mark] = {}
        self._makers: dict[str, str] = {}  # the video that a take was last made of
        try:
            self._read()
            self._file = self._path.open("a", encoding="utf-8", errors="surrogateescape")
            if self._path.stat().st_size and not self._path.read_bytes().endswith(b"\n"):
                self._file.write("\n")  # ends the line that a crash cut off
        except OSError as error:
            raise SinkError(f"expected to write {self._path}, got: {error.strerror}") from error

    def _read(self) -> None:
        if not self._path.exists():
            return
        for line in self._path.read_text("utf-8", errors="surrogateescape").splitlines():
            try:
                row = json.loads(line)
                output, settings = str(row["output"]), str(row["settings"])
                mark = _Mark(int(row["size"]), int(row["modified_ns"]), settings, output)
                source, error = str(row["source"]), row["error"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            if error:
                self._done.pop(source, None)
            else:
                self._done[source] = mark
                self._makers[output] = source

    def has(self, job: Job) -> bool:
        """Whether a job's take is there, made of this file with these settings."""
        source = str(job.source)
        mark = self._done.get(source)
        mine = self._makers.get(str(job.output)) == source
        return mark is not None and mark == self._mark(job) and mine and job.output.is_file()

    def add(self, outcome: Outcome) -> None:
        """Note how a job ended.

        Raises:
            SinkError: the record cannot be written.
        """
        job, mark = outcome.job, self._mark(outcome.job)
        row: dict[str, Any] = {
            "source": str(job.source),
            "size": mark.size if mark else -1,
            "modified_ns": mark.modified_ns if mark else -1,
            "settings": self._settings,
            "output": str(job.output),
            "frames": outcome.frames,
            "tracked": outcome.tracked,
            "seconds": round(outcome.seconds, 3),
            "error": outcome.error,
        }
        try:
            self._file.write(json.dumps(row) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise SinkError(f"expected to write {self._path}, got: {error.strerror}") from error

    def close(self) -> None:
        """Let the file go; may be called again."""
        self._file.close()

    def _mark(self, job: Job) -> _Mark | None:
        try:
            told = job.source.stat()
        except OSError:
            return None
        return _Mark(told.st_size, told.st_mtime_ns, self._settings, str(job.output))
