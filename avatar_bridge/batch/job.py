"""What is to be done, and what became of it."""

import glob
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.errors import ConfigError

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".avi", ".webm", ".mpg", ".mpeg"})


@dataclass(frozen=True, slots=True)
class Job:
    """One video, and the take that is made of it."""

    source: Path
    output: Path


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes:
        frames: looked at so far.
        total: as many as the file promises; None where it does not.
    """

    job: Job
    frames: int
    total: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended.

    Attributes:
        frames: in the take; 0 where it failed.
        tracked: of these, with a face.
        seconds: that the work took.
        error: one line on why there is no take; empty where there is.
    """

    job: Job
    frames: int = 0
    tracked: int = 0
    seconds: float = 0.0
    error: str = ""


def find_videos(patterns: Iterable[str]) -> tuple[Path, ...]:
    """Files that patterns name, each once, sorted.

    Args:
        patterns: paths, folders (videos anywhere in them), or patterns with `*`, `?` and `**`.

    Raises:
        ConfigError: a pattern names nothing.
    """
    found: set[Path] = set()
    for pattern in patterns:
        named = [Path(name) for name in glob.glob(str(Path(pattern).expanduser()), recursive=True)]
        files = [path for path in named if path.is_file()]
        if Path(pattern).expanduser().is_file():  # a name may hold brackets of its own
            files.append(Path(pattern).expanduser())
        for folder in (path for path in named if path.is_dir() and "**" not in pattern):
            files += [p for p in folder.rglob("*") if p.suffix.lower() in VIDEO_SUFFIXES]
        if not files:
            raise ConfigError(f"expected a video, a folder of videos or a pattern, got {pattern!r}")
        found.update(path.resolve() for path in files)
    return tuple(sorted(found))


def plan(sources: Iterable[Path], out: Path, suffix: str) -> tuple[Job, ...]:
    """A job for each video; takes lie as their videos do, below what all of them share.

    Args:
        sources: absolute paths, each once.
        out: folder of the takes.
        suffix: of a take, such as `.mcap`. Videos of one name but for their suffix keep it.
    """
    paths = tuple(sources)
    shared = _shared_folder(paths)
    stems = Counter(path.with_suffix("") for path in paths)
    jobs = []
    for path in paths:
        name = path.stem if stems[path.with_suffix("")] == 1 else path.name
        jobs.append(Job(path, out / path.parent.relative_to(shared) / f"{name}{suffix}"))
    return tuple(jobs)


def _shared_folder(paths: tuple[Path, ...]) -> Path:
    parents = [path.parent for path in paths]
    shared = parents[0] if parents else Path()
    while not all(parent.is_relative_to(shared) for parent in parents):
        shared = shared.parent
    return shared
