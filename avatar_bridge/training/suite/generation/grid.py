"""One picture of what the painters make: a row a face, a column a painter and emotion."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.suite.generation.faces import SHOWN, Sitter
from avatar_bridge.training.suite.generation.painter import Painter, Palette, Sitting
from avatar_bridge.types import Image

_CELL = 96  # px
_HEAD = 34  # px, for two lines of words
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_grid(
    painters: Sequence[Painter], sitters: Sequence[Sitter], palette: Palette, path: Path
) -> None:
    """Leave the picture in a file; the first column is the faces as they are.

    Raises:
        ConfigError: it cannot be written.
    """
    columns = [(p, name) for p in painters for name in SHOWN if name in p.emotions]
    width = (1 + len(columns)) * _CELL
    drawn = np.full((_HEAD + len(sitters) * _CELL, width), 255, np.uint8)
    for place, (painter, name) in enumerate(columns, 1):
        _write(drawn, painter.name[:14], place, 12)
        _write(drawn, name, place, 26)
    for row, sitter in enumerate(sitters):
        top = _HEAD + row * _CELL
        for place in range(1 + len(columns)):
            painter, name = columns[max(place - 1, 0)]
            sitting = Sitting(sitter, painter.spec)
            plane = sitting.plane
            if place:
                plane = painter.paint(plane, palette.of(name, 1.0))
            drawn[top : top + _CELL, place * _CELL : (place + 1) * _CELL] = _fit(plane)
    whole, data = cv2.imencode(path.suffix, drawn)
    if not whole:
        raise ConfigError(f"expected to draw {path}, got a kind of picture that is not known")
    path.write_bytes(np.asarray(data, np.uint8).tobytes())


def _fit(plane: Image) -> Image:
    smaller = plane.shape[0] > _CELL
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, (_CELL, _CELL), interpolation=way), np.uint8)


def _write(image: Image, word: str, place: int, y: int) -> None:
    cv2.putText(image, word, (place * _CELL + 3, y), _FONT, 0.36, 0, 1, cv2.LINE_AA)
