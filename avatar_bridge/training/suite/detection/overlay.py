"""Pictures of what was found: a sheet for each detector, and videos of faces that are followed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.suite.detection.films import Film
from avatar_bridge.training.suite.detection.follow import Followed
from avatar_bridge.training.suite.detection.judge import Verdict
from avatar_bridge.types import Float32, Image

_CELL, _COLUMNS = 240, 8  # pixels of a picture on a sheet, and how many there are in a row
_FOUND, _MISSED, _FALSE, _OTHER = (80, 220, 80), (60, 60, 235), (0, 165, 255), (150, 150, 150)
_TRUE = (235, 200, 80)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_sheet(verdicts: Sequence[Verdict], path: Path) -> None:
    """Pictures with found faces green, missed ones red, false alarms orange, others grey."""
    cells = [_cell(verdict) for verdict in verdicts]
    blank = np.zeros((_CELL, _CELL, 3), np.uint8)
    cells += [blank] * (-len(cells) % _COLUMNS)
    rows = [np.hstack(cells[i : i + _COLUMNS]) for i in range(0, len(cells), _COLUMNS)]
    cv2.imwrite(str(path), np.vstack(rows))


def worst_first(verdicts: Sequence[Verdict], most: int) -> list[Verdict]:
    """The pictures with most misses and false alarms, and then the first of the others."""
    wrong = sorted(verdicts, key=lambda v: -(len(v.missed) + v.false_alarms))
    return wrong[:most]


def _cell(verdict: Verdict) -> Image:
    image = verdict.scene.read()
    zoom = _CELL / max(image.shape[:2])
    small = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    cell = np.zeros((_CELL, _CELL, 3), np.uint8)
    cell[: small.shape[0], : small.shape[1]] = small[:_CELL, :_CELL]
    for box in verdict.scene.others:
        _frame(cell, box * zoom, _OTHER)
    for face in verdict.missed:
        _frame(cell, verdict.scene.boxes[face] * zoom, _MISSED)
    for detection, face in zip(verdict.found, verdict.face_of, strict=True):
        _frame(cell, detection.box * zoom, _FALSE if face < 0 else _FOUND)
        for x, y in () if detection.points is None else detection.points * zoom:
            cv2.circle(cell, (round(float(x)), round(float(y))), 1, _FOUND, -1)
    cv2.putText(cell, verdict.scene.name, (4, _CELL - 6), _FONT, 0.35, (255, 255, 255), 1)
    return cell


def drawn_into(
    path: Path, film: Film, seen: Iterator[tuple[Image, tuple[Followed, ...]]]
) -> Iterator[tuple[Image, tuple[Followed, ...]]]:
    """Pass on what was seen, and leave a video: true faces blue, followed ones green and numbered.

    Raises:
        ConfigError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer: cv2.VideoWriter | None = None
    try:
        for row, (image, faces) in enumerate(seen):
            if writer is None:
                codec = cv2.VideoWriter.fourcc(*"mp4v")
                writer = cv2.VideoWriter(str(path), codec, film.fps, image.shape[1::-1])
                if not writer.isOpened():
                    raise ConfigError(f"expected a video to write at {path}, got no such file")
            canvas = image.copy()
            for box in film.truth[row]:
                if np.isfinite(box).all():
                    _frame(canvas, box, _TRUE)
            for face in faces:
                _frame(canvas, face.box, _FOUND, 2)
                place = (int(face.box[0]), int(face.box[1]) - 4)
                cv2.putText(canvas, str(face.face_id), place, _FONT, 0.7, _FOUND, 2)
            cv2.putText(canvas, str(row), (6, 20), _FONT, 0.5, (255, 255, 255), 1)
            writer.write(canvas)
            yield image, faces
    finally:
        if writer is not None:
            writer.release()


def _frame(canvas: Image, box: Float32, colour: tuple[int, int, int], width: int = 1) -> None:
    x0, y0, x1, y1 = (round(float(v)) for v in box)
    cv2.rectangle(canvas, (x0, y0), (x1, y1), colour, width)
