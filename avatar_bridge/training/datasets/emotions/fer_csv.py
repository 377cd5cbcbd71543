"""FER-2013 and FER+ in their public form: two csv files with one row a picture.

`fer2013.csv` has the columns emotion, pixels and Usage. `fer2013new.csv`, which may lie beside
it, has the votes of FER+ on the same rows in the same order; it calls rows that show no face by
no name, and they are left out. Without it only FER-2013's own labels are known.
Goodfellow et al., *Challenges in Representation Learning: A report on three machine learning
contests* (2013). https://arxiv.org/abs/1307.0414. For FER+ see `fer`.
"""

import csv
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.datasets.arrays import first_rows
from avatar_bridge.training.datasets.duplicates import keep_apart
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.emotions.fer import ALIKE, FERPLUS, own_shares, vote_shares
from avatar_bridge.training.datasets.source import TEST, TRAIN, VALIDATION, held_out
from avatar_bridge.training.datasets.teacher import unseen
from avatar_bridge.types import Image

logger = logging.getLogger(__name__)

SIDE = 48  # px
TRAINING, TESTS = "Training", ("PublicTest", "PrivateTest")
_USAGES = (TRAINING, *TESTS)


def create(
    root: Path,
    folder: str = "fer2013",
    test: str = "PublicTest",
    validation: float = 0.04,
    weight: float = 1.0,
    trust: float = 1.0,
    limit: int | None = None,
) -> EmotionSource:
    """Read the whole set into memory.

    A training row whose picture is in either test part is left out, whichever is the test, and
    pictures that training rows repeat are kept once (see `datasets.duplicates`).

    Args:
        root: folder of data sets.
        folder: name of the folder in it that holds the csv files.
        test: which part is the test; the other one is not read for anything but its pictures.
        validation: share of the training rows that is held out.
        weight: see `EmotionSource`.
        trust: see `EmotionSource`.
        limit: rows per split, for trying things out.

    Raises:
        ConfigError: a file is missing or broken, they do not fit each other, or a split is empty.
    """
    if test not in TESTS:
        raise ConfigError(f"{folder}: expected test to be {' or '.join(TESTS)}, got {test!r}")
    path = root / folder / "fer2013.csv"
    labels, images, usages = _read_pictures(path)
    beside = path.with_name("fer2013new.csv")
    votes, named = None, np.ones(len(labels), bool)
    if beside.is_file():
        votes, named = _read_votes(beside, usages)
    else:
        logger.info("%s: no fer2013new.csv beside it, so only its own labels are known", path)
    splits = np.where(usages == TRAINING, TRAIN, TEST).astype(np.uint8)
    kept = np.flatnonzero(named)
    kept = kept[keep_apart(folder, images[kept], splits[kept], ALIKE)]
    held = held_out([str(row) for row in kept], validation)
    splits[kept[held & (splits[kept] == TRAIN)]] = VALIDATION
    kept = kept[(splits[kept] != TEST) | (usages[kept] == test)]
    rows = kept[first_rows(splits[kept], limit)]
    shares = {"fer2013": own_shares(labels[rows])}
    if votes is not None:
        shares["emotions"] = vote_shares(votes[rows])
    yaw, points = unseen(len(rows))
    return EmotionSource(
        name=folder,
        images=images[rows],
        labels=shares,
        splits=splits[rows],
        keys=np.array([f"csv row {row}" for row in rows]),
        yaw=yaw,
        points=points,
        weight=weight,
        trust=trust,
    ).need(TRAIN, TEST)


def _read_pictures(path: Path) -> tuple[NDArray[np.int64], Image, NDArray[np.str_]]:
    """Labels (N,), pictures (N, 48, 48) and usages (N,) of `fer2013.csv`."""
    labels: list[int] = []
    images: list[Image] = []
    usages: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # see `_picture`
        for place, (label, pixels, usage) in _table(path, ("emotion", "pixels", "Usage")):
            labels.append(_number(place, "emotion", label, len(EMOTIONS) - 1))
            images.append(_picture(place, pixels))
            if usage not in _USAGES:
                choices = ", ".join(_USAGES)
                raise ConfigError(f"{place}: expected Usage to be one of {choices}, got {usage!r}")
            usages.append(usage)
    stacked = np.array(images, np.uint8).reshape(-1, SIDE, SIDE)
    return np.array(labels, np.int64), stacked, np.array(usages, np.str_)


def _picture(place: str, text: str) -> Image:
    """(48, 48) from numbers with blanks between them."""
    try:
        # Six times as fast as `int` a number. Of text that is no number NumPy only warns as yet.
        pixels = np.fromstring(text, np.int64, sep=" ")
    except (ValueError, DeprecationWarning) as error:
        raise ConfigError(f"{place}: expected pixels from 0 to 255, got other text") from error
    if len(pixels) != SIDE**2:
        raise ConfigError(f"{place}: expected {SIDE**2} pixels, got {len(pixels)}")
    if pixels.min() < 0 or pixels.max() > 255:
        raise ConfigError(
            f"{place}: expected pixels from 0 to 255, got {pixels.min()} to {pixels.max()}"
        )
    return pixels.astype(np.uint8).reshape(SIDE, SIDE)


def _read_votes(
    path: Path, usages: NDArray[np.str_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Votes (N, 10) of `fer2013new.csv`, and which rows (N,) have a name, thus a face."""
    votes: list[list[int]] = []
    named: list[bool] = []
    for place, (usage, name, *counts) in _table(path, ("Usage", "Image name", *FERPLUS)):
        wanted = usages[len(named)] if len(named) < len(usages) else usage
        if usage != wanted:
            raise ConfigError(f"{place}: expected Usage {wanted} as in fer2013.csv, got {usage!r}")
        named.append(bool(name))
        votes.append([_number(place, *pair, 255) for pair in zip(FERPLUS, counts, strict=True)])
    if len(named) != len(usages):
        raise ConfigError(
            f"{path}: expected {len(usages)} rows as in fer2013.csv, got {len(named)}"
        )
    return np.array(votes, np.int64).reshape(-1, len(FERPLUS)), np.array(named, bool)


def _table(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Where each row of a csv file is, for messages, and its texts in some columns."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            for name in columns:
                if name not in header:
                    got = ", ".join(header) or "an empty file"
                    raise ConfigError(f"{path}: expected the column {name!r}, got: {got[:200]}")
            wanted = [header.index(name) for name in columns]
            for row in reader:
                place = f"{path} line {reader.line_num}"
                if len(row) != len(header):
                    raise ConfigError(f"{place}: expected {len(header)} columns, got {len(row)}")
                yield place, [row[column].strip() for column in wanted]
    except OSError as error:
        raise ConfigError(f"expected a csv file at {path}, got: {error.strerror}") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"expected a csv file at {path}, got: {error}") from error


def _number(place: str, name: str, text: str, largest: int) -> int:
    """A whole number from 0 to `largest`."""
    if not text.isdecimal() or int(text) > largest:
        raise ConfigError(f"{place}: expected {name} from 0 to {largest}, got {text!r}")
    return int(text)
