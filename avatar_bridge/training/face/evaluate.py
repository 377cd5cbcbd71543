"""How good a net is on faces that taught it nothing."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.training.classification import accuracy, macro_f1
from avatar_bridge.training.datasets.clips import grey_frames, load_clip
from avatar_bridge.training.datasets.faces import plain_crops
from avatar_bridge.training.datasets.negatives import negative
from avatar_bridge.training.datasets.source import TEST, FaceSource
from avatar_bridge.training.face.build import SOURCES, crop_spec
from avatar_bridge.training.face.judge import Reader, Reading
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.metrics import normalised_mean_error, pearson
from avatar_bridge.training.task import Scores
from avatar_bridge.types import Float32, Image

CLIPS = "clips"
_SQUARES_PER_FRAME = 4


def evaluate(recipe: FaceRecipe, reader: Reader, root: Path) -> Scores:
    """Judge on the test rows of the recipe's sources and on its clips.

    Args:
        recipe: of the net.
        reader: runs the net.
        root: folder of data sets.
    """
    scores = Scores()
    for part in recipe.data:
        own_labels = "label_mix" in part.options  # beside the votes
        votes = part.options | ({"label_mix": 0.0} if own_labels else {})
        source = SOURCES.create(part.kind, root, **votes, only=TEST)
        if not len(source.crops):
            continue
        reading = _judge_source(scores, recipe, reader, source)
        _judge_emotions(scores, f"{source.name}_emotion", reading, source.emotions)
        if own_labels:
            own = SOURCES.create(part.kind, root, **part.options | {"label_mix": 1.0}, only=TEST)
            _judge_emotions(scores, f"{source.name}_own_label", reading, own.emotions)
    if recipe.evaluation.clips:
        _judge_clips(scores, recipe, reader, root / CLIPS)
    if recipe.evaluation.faceless:
        crops = list(_squares(root / CLIPS, recipe.evaluation.faceless, recipe.input.size))
        empty = reader(np.stack(crops)).presence < 0.5
        scores.summary["faceless_clip_presence"] = round(float(empty.mean()), 4)
    return scores


def _judge_source(
    scores: Scores, recipe: FaceRecipe, reader: Reader, source: FaceSource
) -> Reading:
    spec = crop_spec(recipe)
    crops, points = plain_crops(source, np.arange(len(source.crops)), spec)
    reading = reader(crops)
    _note_units(scores, recipe, source.name, reading.action_units, source.units)
    error = normalised_mean_error(reading.landmarks, points)
    scores.summary[f"{source.name}_nme"] = round(error, 4)
    rng = np.random.default_rng(0)
    no_patches = np.empty((0, *source.crops.shape[1:]), np.uint8)
    others = [negative(rng, crop, no_patches, spec.margin, spec.size) for crop in source.crops]
    right = [*(reading.presence >= 0.5), *(reader(np.stack(others)).presence < 0.5)]
    scores.summary[f"{source.name}_presence"] = round(float(np.mean(right)), 4)
    return reading


def _judge_emotions(scores: Scores, name: str, reading: Reading, target: Float32) -> None:
    known = np.isfinite(target).all(axis=1)
    said, true = reading.emotions[known].argmax(axis=1), target[known].argmax(axis=1)
    scores.summary[f"{name}_accuracy"] = round(accuracy(said, true), 4)
    scores.summary[f"{name}_macro_f1"] = round(macro_f1(said, true, len(EMOTIONS)), 4)


def _judge_clips(scores: Scores, recipe: FaceRecipe, reader: Reader, folder: Path) -> None:
    means, errors = [], []
    for name in recipe.evaluation.clips:
        clip = load_clip(folder, name, crop_spec(recipe))
        reading = reader(clip.crops)
        means.append(_note_units(scores, recipe, name, reading.action_units, clip.units))
        errors.append(normalised_mean_error(reading.landmarks, clip.points))
    scores.summary["clips_r"] = round(float(np.mean(means)), 4)
    scores.summary["clips_nme"] = round(float(np.mean(errors)), 4)


def _note_units(
    scores: Scores, recipe: FaceRecipe, name: str, said: Float32, target: Float32
) -> float:
    columns = [ACTION_UNIT_INDEX[unit] for unit in recipe.action_units]
    r = pearson(said, target[:, columns])
    scores.nodes[name] = {
        unit: round(float(value), 4)
        for unit, value in zip(recipe.action_units, r, strict=True)
        if np.isfinite(value)
    }
    mean = float(np.nanmean(r))
    scores.summary[f"{name}_r"] = round(mean, 4)
    return mean


def _squares(folder: Path, names: Iterable[str], size: int) -> Iterable[Image]:
    """Random squares of clips that show nobody."""
    rng = np.random.default_rng(0)
    for name in names:
        for frame in grey_frames(folder, name):
            for _ in range(_SQUARES_PER_FRAME):
                side = int(rng.uniform(0.2, 0.9) * min(frame.shape))
                x = rng.integers(0, frame.shape[1] - side)
                y = rng.integers(0, frame.shape[0] - side)
                part = frame[y : y + side, x : x + side]
                yield np.asarray(cv2.resize(part, (size, size)), np.uint8)
