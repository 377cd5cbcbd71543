"""Pictures beside each other: a face and a head, or one sheet of many expressions with words."""

from collections.abc import Sequence

import cv2
import numpy as np

from avatar_bridge.types import Image

_GAP = 6  # pixels between two pictures
_GROUND = (32, 32, 32)
_INK = (235, 235, 235)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_LETTER = 0.5
_LINE = 26  # pixels, for one line of words
_LEFT = 110  # pixels, for the words before a row
_LEAST = 160  # pixels of a cell's height: smaller ones are drawn larger


def beside(first: Image, second: Image) -> Image:
    """Two pictures in a row, the second brought to the first one's height."""
    height = first.shape[0]
    width = max(round(second.shape[1] * height / second.shape[0]), 1)
    gap = np.full((height, _GAP, 3), _GROUND, np.uint8)
    return np.hstack([first, gap, _fit(second, height, width)])


def sheet(rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[Image]]) -> Image:
    """One picture of many.

    Args:
        rows: words before each row.
        columns: words above each column.
        cells: by row and column, all of one size; those that are too small to be seen well are
            drawn larger.
    """
    height, width = cells[0][0].shape[:2]
    if height < _LEAST:
        height, width = _LEAST, max(round(width * _LEAST / height), 1)
    full = (
        _LINE + len(rows) * (height + _GAP),
        _LEFT + len(columns) * (width + _GAP),
        3,
    )
    drawn = np.full(full, _GROUND, np.uint8)
    for place, word in enumerate(columns):
        _write(drawn, word, _LEFT + place * (width + _GAP) + 4, _LINE - 8)
    for row, word in enumerate(rows):
        top = _LINE + row * (height + _GAP)
        _write(drawn, word, 6, top + height // 2)
        for column, cell in enumerate(cells[row]):
            left = _LEFT + column * (width + _GAP)
            drawn[top : top + height, left : left + width] = _fit(cell, height, width)
    return drawn


def _fit(image: Image, height: int, width: int) -> Image:
    flags = cv2.INTER_AREA if height < image.shape[0] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, (width, height), interpolation=flags), np.uint8)


def _write(image: Image, word: str, x: int, y: int) -> None:
    cv2.putText(image, word, (x, y), _FONT, _LETTER, _INK, 1, cv2.LINE_AA)
