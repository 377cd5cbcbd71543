"""From a trained emotion net to the file that ships: int8 where that costs next to nothing."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from avatar_bridge.errors import ModelError
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.emotion.judge import Reader, judge_rows, onnx_reader, standardise
from avatar_bridge.training.quantise import quantise
from avatar_bridge.types import Image

logger = logging.getLogger(__name__)
MOST_LOSS = 0.005  # of accuracy that making a net smaller may cost, on any label set
_CALIBRATION_ROWS = 256


def calibration_tiles(source: EmotionSource) -> Image:
    """A few training pictures, evenly spread."""
    rows = source.rows(TRAIN)
    step = max(1, len(rows) // _CALIBRATION_ROWS)
    return source.images[rows[::step][:_CALIBRATION_ROWS]]


def held_out_accuracy(reader: Reader, sources: Sequence[EmotionSource]) -> dict[str, float]:
    """Accuracy on the held-out training rows by set and label set; never on test rows."""
    figures: dict[str, float] = {}
    for source in sources:
        rows = source.rows(VALIDATION)
        if len(rows):
            judged = judge_rows(reader(source.images[rows]), source, rows)
            figures |= {f"{source.name} {name}": r.accuracy for name, r in judged.items()}
    return figures


def loss_of(whole: dict[str, float], small: dict[str, float]) -> float:
    """The largest fall between two results of `held_out_accuracy`."""
    return max((whole[name] - small[name] for name in whole), default=0.0)


def ship(
    whole: Reader, path: Path, spec: InputSpec, sources: Sequence[EmotionSource], try_int8: bool
) -> bool:
    """Put the int8 form of an exported net in its place, if that costs at most `MOST_LOSS`.

    Args:
        whole: the trained net in torch, before anything was made smaller.
        path: its float32 ONNX file; replaced.
        spec: the picture it takes.
        sources: sets with training and held-out rows.
        try_int8: whether int8 is wanted at all.

    Returns:
        Whether the file is int8 now.

    Raises:
        ModelError: the float32 file itself has lost too much (its `rank` is too low).
    """
    truth = held_out_accuracy(whole, sources)
    fall = loss_of(truth, held_out_accuracy(onnx_reader(path, spec), sources))
    if fall > MOST_LOSS:
        raise ModelError(
            f"{path}: expected at most {MOST_LOSS:.1%} less accuracy than the trained net's, got "
            f"{fall:.1%}: raise rank in the recipe's [export]"
        )
    if not try_int8:
        return False
    if not truth:
        logger.warning("%s stays float32: no held-out rows to say what int8 costs", path.name)
        return False
    small = path.with_suffix(".int8.onnx")
    images = [standardise(calibration_tiles(source), spec) for source in sources]
    quantise(path, small, np.concatenate(images))
    fall = loss_of(truth, held_out_accuracy(onnx_reader(small, spec), sources))
    logger.info("int8 costs %.2f points of held-out accuracy", 100 * fall)
    if fall > MOST_LOSS:
        small.unlink()
        return False
    small.replace(path)
    return True
