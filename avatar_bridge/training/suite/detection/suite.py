"""The whole suite for detectors and trackers: two tables, a column a detector or a way to follow.

Every detector runs as the runtime runs it, with the threshold that it has there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track

from avatar_bridge.build import build_detector
from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.inference.store import ModelStore
from avatar_bridge.training.suite.clips import FOLDER as CLIPS
from avatar_bridge.training.suite.detection import drawn, groups, photos, portraits, yunet
from avatar_bridge.training.suite.detection.candidate import Candidate, find_candidates
from avatar_bridge.training.suite.detection.drawn import compose_scenes
from avatar_bridge.training.suite.detection.films import NAMES as CLIP_NAMES
from avatar_bridge.training.suite.detection.films import load_clip, pick_couple, two_people
from avatar_bridge.training.suite.detection.heads import Head, draw_heads
from avatar_bridge.training.suite.detection.judge import (
    Verdict,
    average_precision,
    judge,
    point_errors,
    precision,
    recall,
)
from avatar_bridge.training.suite.detection.overlay import draw_sheet, worst_first
from avatar_bridge.training.suite.detection.photos import load_photos
from avatar_bridge.training.suite.detection.portraits import load_portraits
from avatar_bridge.training.suite.detection.scene import SceneSet
from avatar_bridge.training.suite.detection.time import MIN_FACE as TIMED_FACE
from avatar_bridge.training.suite.detection.time import Times, measure_time
from avatar_bridge.training.suite.detection.tracking import (
    DETECTORS,
    TRACKERS,
    Way,
    measure_tracking,
    tracking_rows,
)
from avatar_bridge.training.suite.detection.witness import Witness
from avatar_bridge.training.suite.synthetic import MESH
from avatar_bridge.training.suite.table import Cell, Measure, SuiteTable, show, write

TARGETS: Mapping[tuple[str, str | int], float] = {
    ("recall", groups.FOLDER): 95,
    ("recall", portraits.FOLDER): 97,
    ("precision", portraits.FOLDER): 95,
    ("five points, RMSE", portraits.FOLDER): 0.06,
    ("median", 640): 12,
}
_NEEDED = (groups.FOLDER, portraits.FOLDER, photos.FOLDER, CLIPS, MESH, yunet.FILE)
_CACHE = "cache"
_PERCENT = 100.0
_NOT_THERE = "not installed"
_SHOWN = 16  # pictures of each set on a sheet


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured; None is everything."""

    pictures: int | None = None
    heads: int = 40
    scenes: int = 160
    runs: int = 18
    frames: int | None = None
    couple: int = 300


QUICK = Amount(pictures=24, heads=6, scenes=12, runs=12, frames=100, couple=60)


@dataclass(frozen=True, slots=True, eq=False)
class DetectionTables:
    """What was measured: of single pictures, and of films."""

    detection: SuiteTable
    tracking: SuiteTable

    def show(self, console: Console) -> None:
        """Print both."""
        show(self.detection, console)
        show(self.tracking, console)

    def write(self, out: Path) -> None:
        """Leave `detection` and `tracking` as `.csv`, `.md` and `.png` in a folder."""
        write(self.detection, out, "detection")
        write(self.tracking, out, "tracking")


def run_suite(
    names: Sequence[str],
    store: ModelStore,
    root: Path,
    out: Path,
    console: Console,
    quick: bool = False,
    films: bool = False,
) -> DetectionTables:
    """Measure detectors and trackers; sheets of what was found are left in the folder.

    Args:
        names: of detectors; all where there are none.
        store: the installed models.
        root: folder of data sets (`dlib_faces`, `afw`, `photos`, `clips`, `ict_facekit`, `peers`).
        out: folder of the suite; what is drawn and labelled is kept in its `cache`.
        console: for progress.
        quick: a small part of everything, for trying things out; its figures are no scores.
        films: also leave a video of each film and way, in `films`.

    Raises:
        ConfigError: no detector of such a name, missing data, or no OpenGL to draw with.
        ModelError: a face net that tracking needs is not installed.
    """
    candidates = find_candidates(names, store, root)
    for needed in _NEEDED:
        if not (root / needed).exists():
            raise ConfigError(f"the suite needs {needed} in the data folder {root}, got none")
    amount = QUICK if quick else Amount()
    out.mkdir(parents=True, exist_ok=True)
    for candidate in candidates:
        if candidate.missing:
            console.print(f"{candidate.name}: {candidate.missing}", highlight=False, soft_wrap=True)
    heads = draw_heads(out / _CACHE, root, amount.heads, console)
    measures, sheets = _measure_sets(candidates, heads, root, out, console, amount)
    for name, verdicts in sheets.items():
        draw_sheet(verdicts, out / f"detection_{name}.png")
    ready = [candidate for candidate in candidates if not candidate.missing]
    measures += _time_rows(measure_time(ready, root, console, amount.runs))
    absent = {c.name: Cell(note=_NOT_THERE) for c in candidates if c.missing}
    told = tuple(replace(row, cells={**row.cells, **absent}) for row in measures)
    detection = SuiteTable(tuple(candidate.name for candidate in candidates), told)
    video = out / "films" if films else None
    return DetectionTables(
        detection, _measure_films(candidates, heads, root, console, amount, video)
    )


def _measure_sets(
    candidates: Sequence[Candidate],
    heads: Sequence[Head],
    root: Path,
    out: Path,
    console: Console,
    amount: Amount,
) -> tuple[list[Measure], dict[str, list[Verdict]]]:
    """The rows of all sets, and for each detector the pictures of its sheet."""
    own, ours = groups.load_groups(root, amount.pictures)
    sets = [own, ours, load_portraits(root, amount.pictures)]
    try:
        sets.append(load_photos(out / _CACHE, root, console, amount.pictures))
    except ConfigError as error:
        console.print(f"no rows for {photos.FOLDER}: {error}", highlight=False, soft_wrap=True)
    sets.append(compose_scenes(heads, amount.scenes))
    witness = Witness(root / yunet.FILE)
    measures: list[Measure] = []
    sheets: dict[str, list[Verdict]] = {}
    for scenes in sets:
        found = find_faces(candidates, scenes, witness, console)
        measures += set_rows(scenes, found)
        for name, verdicts in found.items():
            if scenes is not ours:  # the same pictures again
                sheets.setdefault(name, []).extend(worst_first(verdicts, _SHOWN))
    return measures, sheets


def find_faces(
    candidates: Sequence[Candidate], scenes: SceneSet, witness: Witness, console: Console
) -> dict[str, list[Verdict]]:
    """What every detector that can run makes of every picture of a set, by its name."""
    detectors = {c.name: c.open(scenes.min_face, 1) for c in candidates if not c.missing}
    verdicts: dict[str, list[Verdict]] = {name: [] for name in detectors}
    for scene in track(scenes.scenes, scenes.name, console=console):
        image = scene.read()
        known = scene if scenes.complete else witness.told(scene, image)
        for name, detector in detectors.items():
            verdicts[name].append(judge(known, detector.detect(image)))
    return verdicts


def set_rows(scenes: SceneSet, found: Mapping[str, Sequence[Verdict]]) -> list[Measure]:
    """The rows of one set: all of it, and then each group of faces."""

    def row(
        what: str, unit: str, figure: Callable[[Sequence[Verdict]], Cell], digits: int = 1
    ) -> Measure:
        cells = {name: figure(verdicts) for name, verdicts in found.items()}
        return Measure(
            f"{what}, {scenes.name}", unit, scenes.on, cells,
            TARGETS.get((what, scenes.name)), unit == "%", digits,
        )  # fmt: skip

    rows = [
        row("recall", "%", lambda v: _percent(recall(v)[0])),
        _witnessed(row("precision", "%", lambda v: _percent(precision(v))), scenes),
        row("average precision", "%", lambda v: _percent(average_precision(v))),
    ]
    if any(scene.points is not None for scene in scenes.scenes):
        rows.append(row("five points, RMSE", "eye distances", _points_cell, 4))
    asked = {group for scene in scenes.scenes for face in scene.groups for group in face}
    for group in (group for group in drawn.GROUPS if group in asked):
        pairs = {name: recall(verdicts, group) for name, verdicts in found.items()}
        faces = max((count for _, count in pairs.values()), default=0)
        cells = {name: _percent(share) for name, (share, _) in pairs.items()}
        name = f"recall, {scenes.name}, {group}"
        rows.append(Measure(name, "%", f"{faces} faces", cells, digits=1))
    return rows


def _witnessed(row: Measure, scenes: SceneSet) -> Measure:
    """The row, which says whose own word the false alarms are judged by."""
    if scenes.complete or yunet.NAME not in row.cells:
        return row
    own = replace(row.cells[yunet.NAME], note="is the witness")
    return replace(row, cells={**row.cells, yunet.NAME: own})


def _percent(share: float) -> Cell:
    return Cell(note="nothing found") if np.isnan(share) else Cell(_PERCENT * share)


def _points_cell(verdicts: Sequence[Verdict]) -> Cell:
    """Over all points of all faces that were found; the median face beside it."""
    errors = point_errors(verdicts)
    if not len(errors):
        return Cell(note="no points")
    return Cell(float(np.sqrt(np.mean(errors**2))), f"median face {np.median(errors):.3f}")


def _time_rows(times: Times) -> list[Measure]:
    rows = []
    for (size, threads), found in times.items():
        many = f"{size[0]}x{size[1]}, {threads} thread{'s' * (threads > 1)}"
        on = f"{groups.FOLDER}, smallest face {TIMED_FACE} px, in turns"
        for which, title in enumerate(("median", "p95")):
            cells = {name: pair[which] for name, pair in found.items()}
            target = TARGETS.get((title, size[0]))
            rows.append(Measure(f"{title}, {many}", "ms", on, cells, target, False, 1))
    return rows


def _measure_films(
    candidates: Sequence[Candidate],
    heads: Sequence[Head],
    root: Path,
    console: Console,
    amount: Amount,
    video: Path | None,
) -> SuiteTable:
    """The table of trackers, each with each detector that the runtime itself can open."""
    asked = {candidate.name for candidate in candidates}
    ways = [Way(t, d) for t in TRACKERS for d in DETECTORS if d in asked]
    ready = [way for way in ways if _opens(way.detector)]
    films = [load_clip(root, name, amount.frames) for name in CLIP_NAMES]
    films.append(two_people(*pick_couple(heads), amount.couple))
    rows = tracking_rows(measure_tracking(ready, films, console, video)) if ready else []
    absent = {way.name: Cell(note=_NOT_THERE) for way in ways if way not in ready}
    told = tuple(replace(row, cells={**row.cells, **absent}) for row in rows)
    return SuiteTable(tuple(way.name for way in ways), told)


def _opens(detector: str) -> bool:
    try:
        build_detector(detector, TIMED_FACE)
    except ModelError:
        return False
    return True
