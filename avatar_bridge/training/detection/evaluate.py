"""A detector on held-out scenes: its figures, its threshold, and a picture of what it found."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from rich.progress import track

from avatar_bridge.detect.cascade import Candidates
from avatar_bridge.training.detection.finders import Finder
from avatar_bridge.training.detection.judge import (
    HIT,
    Matched,
    best_f1,
    join,
    match,
    score_that_keeps,
    summarise,
)
from avatar_bridge.training.detection.recipe import ThresholdPart
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.detection.windows import overlaps
from avatar_bridge.types import Image

_LEAST, _MOST = 0.01, 0.99  # of a threshold
_CELL = (480, 360)  # px
_COLUMNS, _SHOWN = 4, 12
_FOUND, _MISSED, _FALSE, _DOUBTFUL = (80, 220, 80), (60, 60, 255), (0, 200, 255), (128, 128, 128)


def evaluate(
    finder: Finder, scenes: Sequence[Scene], part: ThresholdPart, picture: Path | None
) -> tuple[float, dict[str, float]]:
    """Judge a detector.

    Args:
        finder: gives boxes with their scores down to a low one.
        scenes: held out.
        part: how the threshold is chosen.
        picture: where to show some of the scenes; None for nowhere.

    Returns:
        The threshold, and figures at it.
    """
    found = [finder(scene.image) for scene in track(scenes, "held-out scenes")]
    matched = join(match(scene, own) for scene, own in zip(scenes, found, strict=True))
    threshold = choose(matched, part)
    if picture is not None:
        draw(scenes, found, threshold, picture)
    return threshold, summarise(matched, threshold, scenes)


def choose(matched: Matched, part: ThresholdPart) -> float:
    """The score from which a detector says that there is a face."""
    score = best_f1(matched) if part.by == "f1" else score_that_keeps(matched, part.kept)
    return round(float(np.clip(score, _LEAST, _MOST)), 4)


def draw(scenes: Sequence[Scene], found: Sequence[Candidates], least: float, path: Path) -> None:
    """Show what was found (green), missed (red) and seen where nothing is (yellow)."""
    shown = list(zip(scenes, found, strict=True))[:_SHOWN]
    cells = [_cell(scene, own[np.flatnonzero(own.scores >= least)]) for scene, own in shown]
    while len(cells) % _COLUMNS:
        cells.append(np.zeros_like(cells[0]))
    rows = [np.hstack(cells[i : i + _COLUMNS]) for i in range(0, len(cells), _COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows))


def _cell(scene: Scene, found: Candidates) -> Image:
    image = np.asarray(cv2.cvtColor(scene.image, cv2.COLOR_GRAY2BGR), np.uint8)
    shares = overlaps(found.boxes, scene.boxes)
    for box, share, doubtful in zip(scene.boxes, shares.T, scene.doubtful, strict=True):
        seen = (share >= HIT).any()
        colour = _FOUND if seen else _DOUBTFUL if doubtful else _MISSED
        _frame(image, box, colour)
    for box, points, share in zip(found.boxes, found.points, shares, strict=True):
        if not (share >= HIT).any():
            _frame(image, box, _FALSE)
        for x, y in points[np.isfinite(points).all(axis=1)]:
            cv2.circle(image, (round(float(x)), round(float(y))), 1, _FALSE, -1)
    height, width = image.shape[:2]
    zoom = min(_CELL[0] / width, _CELL[1] / height)
    small = cv2.resize(image, (int(zoom * width), int(zoom * height)))
    below, right = _CELL[1] - small.shape[0], _CELL[0] - small.shape[1]
    return np.asarray(cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT), np.uint8)


def _frame(image: Image, box: np.ndarray, colour: tuple[int, int, int]) -> None:
    x0, y0, x1, y1 = (int(v) for v in np.clip(box, -9999, 9999))
    cv2.rectangle(image, (x0, y0), (x1, y1), colour, 1)
