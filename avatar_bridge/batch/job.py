"""What is to be done, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from avatar_bridge.errors import ConfigError

VIDEO_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".mkv", ".avi", ".webm", ".mpg", ".mpeg"})
GIVE_UP_S = 300.0  # without a sign of a worker: more than it takes to write the longest take
_MAGIC = frozenset("*?[")


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


def given_up(seconds: float) -> str:
    """What is said of a video whose worker hung on it."""
    return f"given up: its worker gave no sign for {seconds:g} s"


def find_videos(patterns: Iterable[str]) -> tuple[Path, ...]:
    """Files that patterns name, each once, sorted.

    Args:
        patterns: paths, folders (videos anywhere in them), or patterns with `*`, `?` and `**`.
            What is hidden is left out; links to folders are not followed below a folder or `**`.

    Raises:
        ConfigError: a pattern names nothing.
    """
    found: set[Path] = set()
    for pattern in patterns:
        wanted = f"expected a video, a folder of videos or a pattern, got {pattern!r}"
        try:
            files = [path for path in _named(Path(pattern).expanduser()) if path.is_file()]
        except (OSError, ValueError, RuntimeError) as error:  # too long, `**.mp4`, nobody's home
            raise ConfigError(f"{wanted}: {error}") from error
        if not files:
            raise ConfigError(wanted)
        found.update(path.resolve() for path in files)
    return tuple(sorted(found))


def _named(pattern: Path) -> Iterator[Path]:
    """What may be a video: the path itself, what lies in its folder, or what it is a pattern of."""
    if pattern.is_file():  # a name may hold brackets of its own
        yield pattern
    elif pattern.is_dir():
        for path in _below(pattern, "**/*"):
            if path.suffix.lower() in VIDEO_SUFFIXES:
                yield path
    else:
        parts = pattern.parts
        first = next((i for i, part in enumerate(parts) if _MAGIC & set(part)), len(parts))
        if first == len(parts):
            return
        # Not `glob.glob`: its `**` walks links that lead in a circle again and again.
        for path in _below(Path(*parts[:first]), str(Path(*parts[first:]))):
            if path.is_dir() and "**" not in parts:
                yield from _named(path)
            else:
                yield path


def _below(folder: Path, pattern: str) -> Iterator[Path]:
    for path in folder.glob(pattern):
        parts = path.relative_to(folder).parts
        if not any(part.startswith(".") and part != ".." for part in parts):
            yield path


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
    whole = set(paths)  # `a.mp4.mov` beside `a.mp4` keeps its suffix, too
    jobs = []
    for path in paths:
        stem = path.with_suffix("")
        alone = stems[stem] == 1 and stem not in whole
        name = path.stem if alone else path.name
        jobs.append(Job(path, out / path.parent.relative_to(shared) / f"{name}{suffix}"))
    return tuple(jobs)


def _shared_folder(paths: tuple[Path, ...]) -> Path:
    parents = [path.parent for path in paths]
    shared = parents[0] if parents else Path()
    while not all(parent.is_relative_to(shared) for parent in parents):
        shared = shared.parent
    return shared
