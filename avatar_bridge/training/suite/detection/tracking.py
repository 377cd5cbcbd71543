"""Faces followed through films by the pipeline as the runtime builds it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.build import PipelineFactory
from avatar_bridge.clock import NS_PER_MS, NS_PER_S, SystemClock
from avatar_bridge.config import Config, SourceConfig, TrackConfig
from avatar_bridge.telemetry import Telemetry
from avatar_bridge.training.suite.detection.films import COUPLE, LOST_AND_FOUND, Film
from avatar_bridge.training.suite.detection.follow import Followed, Following, judge_following
from avatar_bridge.training.suite.detection.overlay import drawn_into
from avatar_bridge.training.suite.table import Cell, Measure
from avatar_bridge.types import Frame, Image

TRACKERS = ("landmarks", "kcf")
DETECTORS = ("haar", "mtcnn", "immtcnn")
_PERCENT = 100.0
_BESIDE = ("detect", "track")  # stages that find and follow; the others read the face


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A tracker with a detector: one column."""

    tracker: str
    detector: str

    @property
    def name(self) -> str:
        """Its heading."""
        return f"{self.tracker}, {self.detector}"


class Meter(Telemetry):
    """Adds up what each stage took, in nanoseconds."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.total: Counter[str] = Counter()

    def record(self, name: str, duration_ns: int) -> None:
        super().record(name, duration_ns)
        self.total[name] += duration_ns


@dataclass(slots=True)
class Tally:
    """What one way did in all films.

    Attributes:
        films: by name.
        frames: looked at, of the clips that always show a face.
        total: nanoseconds by stage, of the same clips.
    """

    films: dict[str, Following] = field(default_factory=dict)
    frames: int = 0
    total: Counter[str] = field(default_factory=Counter)

    def clips(self) -> Following:
        """All films of one person together."""
        return sum((f for name, f in self.films.items() if name != COUPLE), Following())

    def worst(self) -> tuple[str, float]:
        """The clip of which least is held, and the share."""
        shares = [(f.share, n) for n, f in self.films.items() if n != COUPLE and f.faces]
        share, name = min(shares)
        return name, share


def follow_film(
    way: Way, film: Film, meter: Telemetry
) -> Iterator[tuple[Image, tuple[Followed, ...]]]:
    """Each frame, and what the pipeline publishes of it as seen.

    Raises:
        ConfigError: no such tracker or detector.
        ModelError: a model is not installed.
    """
    config = Config(
        source=SourceConfig(realtime=False),
        track=TrackConfig(
            detector=way.detector, tracker=way.tracker, max_faces=film.truth.shape[1]
        ),
    )
    pipeline = PipelineFactory(config).make(meter)
    for index, image in enumerate(film.frames()):
        states = pipeline.process(Frame(image, index, round(index * NS_PER_S / film.fps)))
        yield image, tuple(Followed(s.face_id, s.box) for s in states if s.tracked)


def measure_tracking(
    ways: Sequence[Way], films: Sequence[Film], console: Console, out: Path | None = None
) -> dict[str, Tally]:
    """Follow every film in every way.

    Args:
        ways: columns; their models are installed.
        films: what to follow.
        console: for progress.
        out: folder for a video of each, with what was seen drawn in; None for none.
    """
    tallies = {}
    for way in ways:
        tally = tallies[way.name] = Tally()
        for film in track(films, way.name, console=console):
            meter = Meter()
            seen = follow_film(way, film, meter)
            if out is not None:
                path = out / f"{film.name}_{way.tracker}_{way.detector}.mp4"
                seen = drawn_into(path, film, seen)
            published = [faces for _, faces in seen]
            tally.films[film.name] = judge_following(
                film.truth[: len(published)], published, film.fps
            )
            if film.name not in (COUPLE, *LOST_AND_FOUND):
                tally.frames += len(published)
                tally.total += meter.total
    return tallies


def tracking_rows(tallies: dict[str, Tally]) -> list[Measure]:
    """The second table: a row a measure, a column a way."""
    clips = {name: tally.clips() for name, tally in tallies.items()}
    couples = {name: tally.films.get(COUPLE, Following()) for name, tally in tallies.items()}
    worst = {name: tally.worst() for name, tally in tallies.items()}
    some = next(iter(clips.values()))
    on = f"{some.faces} frames with a face of the teacher's, all clips"
    changes = "whenever the face comes, all clips"
    always = "mean over the clips that always show a face"
    both = "two drawn people who pass each other; one leaves and comes back"
    return [
        Measure("followed, IoU 0.6", "%", on, _cells(clips, lambda f: _PERCENT * f.share), 99,
                digits=2),
        Measure("followed, worst clip", "%", "each clip",
                {n: Cell(_PERCENT * share, clip) for n, (clip, share) in worst.items()}, digits=2),
        Measure("drift, median", "box sides", on, _cells(clips, lambda f: _drift(f, 50)),
                more_is_better=False),
        Measure("drift, p95", "box sides", on, _cells(clips, lambda f: _drift(f, 95)),
                more_is_better=False),
        Measure("found, worst", "frames", changes,
                _cells(clips, lambda f: max(f.recoveries, default=0)), 5, False, 0),
        Measure("ghosts", "boxes", "no face of the teacher's for a second or more",
                _cells(clips, lambda f: f.ghosts), 0, False, 0),
        Measure("two people, followed", "%", both,
                _cells(couples, lambda f: _PERCENT * f.share), digits=1),
        Measure("two people, switches", "", both, _cells(couples, lambda f: f.switches), 0,
                False, 0),
        Measure("two people, ghosts", "boxes", both, _cells(couples, lambda f: f.ghosts), 0,
                False, 0),
        Measure("two people, found, worst", "frames", both,
                _cells(couples, lambda f: max(f.recoveries, default=0)), None, False, 0),
        Measure("beside the face net", "ms a frame", always,
                {n: _cost(t, _BESIDE) for n, t in tallies.items()}, 1.5, False, 2),
        *(Measure(f"of it, {stage}", "ms a frame", always,
                  {n: _cost(t, (stage,)) for n, t in tallies.items()}, None, False, 2)
          for stage in _BESIDE),
    ]  # fmt: skip


def _cells(
    followings: Mapping[str, Following], figure: Callable[[Following], float]
) -> dict[str, Cell]:
    return {name: Cell(figure(f)) for name, f in followings.items() if f.faces}


def _drift(following: Following, percent: float) -> float:
    return float(np.percentile(following.drifts, percent)) if following.drifts else float("nan")


def _cost(tally: Tally, stages: Sequence[str]) -> Cell:
    """Milliseconds a frame of some stages."""
    taken = sum(tally.total[stage] for stage in stages)
    return Cell(taken / NS_PER_MS / max(tally.frames, 1))
