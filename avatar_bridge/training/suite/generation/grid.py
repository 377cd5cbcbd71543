"""One picture of what the painters make: a row a painter, a group of columns a face."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.training.suite.generation.faces import SHOWN, Sitter
from avatar_bridge.training.suite.generation.painter import Painter, Palette, Sitting
from avatar_bridge.types import Image

CELL = 128  # px
LEFT, TOP = 120, 24  # px, for the words before the rows and above the columns
MOST_BYTES = 400_000  # of the file, which lies beside the documentation
_APART = 8  # px between two faces
_QUALITIES = range(90, 20, -5)  # of a JPEG, in percent; the first that is small enough
_AS_IT_IS = "as it is"
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_grid(
    painters: Sequence[Painter], sitters: Sequence[Sitter], palette: Palette, path: Path
) -> None:
    """Leave the picture in a file; of each face the first column shows it as it is.

    An expression that a painter cannot show is left blank.

    Args:
        painters: the rows.
        sitters: the faces, beside each other.
        palette: what they shall show, each at full intensity.
        path: of a JPEG.

    Raises:
        ConfigError: it cannot be written.
    """
    group = (1 + len(SHOWN)) * CELL + _APART
    drawn = np.full((TOP + len(painters) * CELL, LEFT + len(sitters) * group), 255, np.uint8)
    for row, painter in enumerate(painters):
        _write(drawn, painter.name[:16], 3, TOP + row * CELL + CELL // 2)
    for place, sitter in enumerate(sitters):
        left = LEFT + place * group
        for column, word in enumerate((_AS_IT_IS, *SHOWN)):
            _write(drawn, word, left + column * CELL + 3, TOP - 8)
        for row, painter in enumerate(painters):
            sitting = Sitting(sitter, painter.spec)
            cells: list[Image | None] = [sitting.plane]
            for name in SHOWN:
                able = name in painter.emotions
                made = painter.paint(sitting.plane, palette.of(name, 1.0)) if able else None
                cells.append(made.plane if made else None)
            top = TOP + row * CELL
            for column, cell in enumerate(cells):
                if cell is not None:
                    x = left + column * CELL
                    drawn[top : top + CELL, x : x + CELL] = _fit(cell)
    _save(drawn, path)


def _save(drawn: Image, path: Path) -> None:
    for quality in _QUALITIES:
        whole, data = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if whole and len(data) <= MOST_BYTES:
            break
    if not whole:
        raise ConfigError(f"expected to draw {path}, got a picture of {drawn.shape[1]} pixels")
    path.write_bytes(np.asarray(data, np.uint8).tobytes())


def _fit(plane: Image) -> Image:
    smaller = plane.shape[0] > CELL
    way = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, (CELL, CELL), interpolation=way), np.uint8)


def _write(image: Image, word: str, x: int, y: int) -> None:
    cv2.putText(image, word, (x, y), _FONT, 0.42, 0, 1, cv2.LINE_AA)
