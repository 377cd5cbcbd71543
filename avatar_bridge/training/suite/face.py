"""The whole suite for face nets: one table, a column a net, MediaPipe beside them.

Every net runs as the runtime runs it: its ONNX file, the analyzer with its solvers, and the
profile `arkit` without what emotions add and without smoothing.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from avatar_bridge.analyze.face import TASK
from avatar_bridge.errors import ConfigError
from avatar_bridge.inference.store import InstalledModel, ModelStore
from avatar_bridge.training.suite import peer as mediapipe
from avatar_bridge.training.suite.activation import measure_activation
from avatar_bridge.training.suite.avatar import AVATAR, measure_avatar
from avatar_bridge.training.suite.clips import FOLDER as CLIPS_FOLDER
from avatar_bridge.training.suite.clips import measure_clips
from avatar_bridge.training.suite.feelings import FOLDER as FER_FOLDER
from avatar_bridge.training.suite.feelings import measure_emotions
from avatar_bridge.training.suite.news import FOLDER as NEWS_FOLDER
from avatar_bridge.training.suite.news import load_news, measure_news, measure_rest
from avatar_bridge.training.suite.points import FOLDER as AFW_FOLDER
from avatar_bridge.training.suite.points import measure_points
from avatar_bridge.training.suite.reader import OurReader, Reader
from avatar_bridge.training.suite.synthetic import (
    MESH,
    draw_faces,
    geometry_alone,
    judge_angles,
    judge_shapes,
    read_faces,
)
from avatar_bridge.training.suite.table import Cell, Measure, SuiteTable, show, write
from avatar_bridge.training.suite.time import THREADS, measure_time

__all__ = ["SuiteTable", "run_suite", "show", "write"]

_NEEDED = (CLIPS_FOLDER, NEWS_FOLDER, FER_FOLDER, AFW_FOLDER, MESH, AVATAR)
_CACHE = "cache"
# Names on a card whose difference int8 cost.
_FLOAT_SCORE, _SHIPPED_SCORE = "float_clips_r", "clips_r"

Shapes = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is measured; None is everything."""

    faces: int = 1500
    heads: int = 24
    rows: int | None = None
    runs: int = 60
    still_faces: int = 4


QUICK = Amount(faces=200, heads=3, rows=60, runs=50, still_faces=1)


def run_suite(
    names: Sequence[str],
    store: ModelStore,
    root: Path,
    out: Path,
    console: Console,
    quick: bool = False,
) -> SuiteTable:
    """Measure face nets.

    Args:
        names: of installed face nets, the columns.
        store: the installed models.
        root: folder of data sets (`clips`, `muxspace`, `fer2013`, `afw`, `ict_facekit`,
            `avatars`, `peers`).
        out: folder of the suite; rendered test faces are kept in its `cache`.
        console: for progress.
        quick: a small part of everything, for trying things out; its figures are no scores.

    Raises:
        ConfigError: no net of such a name, missing data, or no OpenGL to draw with.
        ModelError: a net that is no face net or not what its card says.
    """
    models = _find(names, store)
    for needed in _NEEDED:
        if not (root / needed).exists():
            raise ConfigError(f"the suite needs {needed} in the data folder {root}, got none")
    amount = QUICK if quick else Amount()
    faces = draw_faces(out / _CACHE, root, amount.faces, console)
    with ExitStack() as stack:
        peer = _open_peer(root, console)
        readers: list[Reader] = [OurReader(model) for model in models]
        if peer is not None:
            readers.append(stack.enter_context(peer))
        clips, clip_shapes = measure_clips(readers, root, console, amount.rows)
        news = load_news(root, amount.rows)
        photos, photo_shapes = measure_news(readers, news, console)
        said = read_faces(readers, faces, console)
        drawn, worst, tongue, drawn_shapes = judge_shapes(said, faces)
        heads, gazes = judge_angles(said, faces)
        head_floor, gaze_floor = geometry_alone(faces)
        active, active_tongue, active_shapes = measure_activation(
            readers, out / _CACHE, root, amount.heads, console
        )
        avatar, avatar_shapes = measure_avatar(readers, root, console, quick)
        points = measure_points(readers, root, console, amount.rows)
        own, votes = measure_emotions(readers, root, console, amount.rows)
        rest = measure_rest(readers, news, console, amount.still_faces)
        times = measure_time(models, peer, root, console, amount.runs)

    on_news = f"{len(news.images)} faces of muxspace's test people"
    on_faces = f"{amount.faces} drawn faces of people who taught nothing"
    on_heads = f"{amount.heads} drawn heads, each shape alone"
    measures = [
        Measure("agreement, clips", "mean r", "clips d0 d3 d10 d12 d18", clips, 0.80),
        Measure("agreement, photographs", "mean r", on_news, photos, 0.85),
        Measure("true shapes, 51", "mean r", on_faces, drawn, 0.88),
        Measure("true shapes, worst", "r", on_faces, worst, 0.6),
        Measure("tongue", "r", on_faces, tongue),
        Measure("activation, 51 shapes", "%", on_heads, active, 90, digits=1),
        Measure("activation, tongue", "%", on_heads, active_tongue, digits=1),
        Measure("activation, avatar", "%", f"52 shapes of {AVATAR}", avatar, 60, digits=1),
        Measure("68 points", "% of the eyes' outer corners", "AFW, second look", points, 4.5,
                more_is_better=False, digits=2),
        Measure("head", "degrees", f"{on_faces}; of true points {head_floor:.1f}", heads, 3,
                more_is_better=False, digits=2),
        Measure("gaze", "degrees", f"{on_faces}, open eyes; of true points {gaze_floor:.1f}",
                gazes, 5, more_is_better=False, digits=2),
        Measure("emotion, own labels", "%", "FER-2013 PublicTest, faces the teacher found", own,
                70, digits=1),
        Measure("emotion, FER+ votes", "%", "FER-2013 PublicTest, faces the teacher found", votes,
                digits=1),
        *_time_rows(times),
        Measure("lost by int8", "mean r", "clips, by the card", _lost_by_int8(models),
                more_is_better=False),
        Measure("drawn minus real", "mean r", "shapes that drawn faces and photographs both move",
                gap(drawn_shapes, photo_shapes), more_is_better=False),
        Measure("trembling at rest", "std of a weight", "60 copies of a still face", rest,
                more_is_better=False, digits=4),
    ]  # fmt: skip
    shapes = {
        "clips r": clip_shapes,
        "photographs r": photo_shapes,
        "drawn r": drawn_shapes,
        "activation": active_shapes,
        "avatar": avatar_shapes,
    }
    return SuiteTable(tuple(reader.name for reader in readers), tuple(measures), shapes)


def _find(names: Sequence[str], store: ModelStore) -> list[InstalledModel]:
    known = store.names()
    for name in names:
        if name not in known:
            faces = ", ".join(n for n in known if store.find(n).card.task == TASK)
            raise ConfigError(
                f"unknown face net {name!r}; expected one of: {faces or 'none installed'}"
            )
    if not names:
        raise ConfigError("expected the name of at least one face net, got none")
    return [store.find(name) for name in dict.fromkeys(names)]


def _open_peer(root: Path, console: Console) -> mediapipe.MediaPipeReader | None:
    try:
        return mediapipe.MediaPipeReader(root / mediapipe.TASK)
    except ConfigError as error:
        console.print(f"no column for {mediapipe.NAME}: {error}", highlight=False, soft_wrap=True)
        return None


def _time_rows(times: Mapping[int, Mapping[str, tuple[Cell, Cell]]]) -> list[Measure]:
    rows = []
    for threads in THREADS:
        many = f"{threads} thread{'s' * (threads > 1)}"
        for which, title in enumerate(("median", "p95")):
            cells = {name: pair[which] for name, pair in times[threads].items()}
            on = "a tracked face of a clip, in turns"
            rows.append(
                Measure(
                    f"time, {many}, {title}", "ms a face", on, cells, more_is_better=False, digits=2
                )
            )
    return rows


def _lost_by_int8(models: Sequence[InstalledModel]) -> dict[str, Cell]:
    lost = {}
    for model in models:
        scores = model.card.scores
        if _FLOAT_SCORE in scores and _SHIPPED_SCORE in scores:
            lost[model.card.name] = Cell(scores[_FLOAT_SCORE] - scores[_SHIPPED_SCORE])
    return lost


def gap(drawn: Shapes, real: Shapes) -> dict[str, Cell]:
    """How much better drawn faces are read than photographs, over the shapes both can judge."""
    gaps = {}
    for name in real:
        both = np.isfinite(drawn[name]) & np.isfinite(real[name])
        if both.any():
            lead = float(drawn[name][both].mean() - real[name][both].mean())
            gaps[name] = Cell(lead, f"{int(both.sum())} shapes")
    return gaps
