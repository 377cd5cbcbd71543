"""Lessons from a larger net: what it says of the training faces, mixed into their labels.

Hinton, Vinyals and Dean, *Distilling the Knowledge in a Neural Network* (2015),
https://arxiv.org/abs/1503.02531, with intensities in place of class probabilities. The teacher
looks at every face once, centred and clean; the student then has to say the same of shifted,
noisy and badly lit crops. Where nobody knows a label, the teacher's word is all there is.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.inference.card import ModelCard, load_card
from avatar_bridge.training.datasets.faces import CropSpec, plain_crops
from avatar_bridge.training.datasets.source import TRAIN, FaceSource
from avatar_bridge.training.face.judge import Reader
from avatar_bridge.training.face.recipe import DistilPart
from avatar_bridge.training.face.ship import onnx_reader

_CHUNK = 512


def distil(part: DistilPart, sources: Sequence[FaceSource]) -> tuple[FaceSource, ...]:
    """The same faces, labelled by a larger net too.

    Args:
        part: which net, and how much it counts.
        sources: with training rows.

    Raises:
        ConfigError: no such net, one that reads no action units, or a set that grows.
    """
    path = Path(part.model)
    if not path.is_file():
        raise ConfigError(f"[distil] model: expected an exported net, got no file {path}")
    card = load_card(path.with_suffix(".toml"))
    if not card.action_units:
        raise ConfigError(f"[distil] model: expected a net that reads action units, got {path}")
    reader = onnx_reader(card.input, path)
    return tuple(_relabel(source, card, reader, part.share) for source in sources)


def _relabel(source: FaceSource, card: ModelCard, reader: Reader, share: float) -> FaceSource:
    if source.grown is not None:
        raise ConfigError(f"[distil]: expected sets that stay as they are, got {source.name}")
    columns = np.array([ACTION_UNIT_INDEX[name] for name in card.action_units])
    spec = CropSpec(card.input.margin, card.input.size)
    units, rows = source.units.copy(), source.rows(TRAIN)
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        said = reader(plain_crops(source, part, spec)[0]).action_units
        place = np.ix_(part, columns)
        units[place] = mix(units[place], said, share)
    return replace(source, units=units)


def mix(known: np.ndarray, said: np.ndarray, share: float) -> np.ndarray:
    """Labels with a teacher's share in them; its word alone where a label is NaN."""
    return np.where(np.isnan(known), said, (1 - share) * known + share * said)
