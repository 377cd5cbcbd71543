"""Run a net over rows of a source and say how good it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.nets.action_units.base import ExportedFace, FaceNet
from avatar_bridge.training.datasets.faces import plain_crops
from avatar_bridge.training.datasets.source import FaceSource
from avatar_bridge.training.face.build import crop_spec, normalise
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.metrics import normalised_mean_error, pearson
from avatar_bridge.types import Float32, Image

_CHUNK = 64


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a net says of N crops.

    Attributes:
        presence: (N, 1) in [0, 1].
        landmarks: (N, 70, 2) in crop sides.
        action_units: (N, K) in [0, 1], in the order of the recipe.
        emotions: (N, 7) that sum to 1.
        gaze: (N, 2, 2) left and right eye, yaw and pitch in radians.
    """

    presence: Float32
    landmarks: Float32
    action_units: Float32
    emotions: Float32
    gaze: Float32


Reader = Callable[[Image], Reading]


def torch_reader(recipe: FaceRecipe, net: FaceNet) -> Reader:
    """Read (N, S, S) uint8 crops with a net in torch."""
    exported = ExportedFace(net)
    device = next(net.parameters()).device

    def read(crops: Image) -> Reading:
        exported.eval()
        parts: list[list[NDArray]] = []
        with torch.inference_mode():
            for start in range(0, len(crops), _CHUNK):
                image = torch.from_numpy(crops[start : start + _CHUNK])[:, None].to(device)
                outputs = exported(normalise(recipe, image))
                parts.append([out.cpu().numpy() for out in outputs])
        return Reading(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    return read


def agreement(
    reader: Reader, recipe: FaceRecipe, source: FaceSource, rows: NDArray[np.int64]
) -> dict[str, float]:
    """Agreement with what the source knows of some rows.

    Returns:
        `r`, the mean Pearson r of the action units that move; `nme` in eye distances;
        `emotion`, the share of rows whose likeliest emotion is right; `presence`, the share of
        faces that are seen.
    """
    crops, points = plain_crops(source, rows, crop_spec(recipe))
    reading = reader(crops)
    columns = [ACTION_UNIT_INDEX[name] for name in recipe.action_units]
    r = pearson(reading.action_units, source.units[rows][:, columns])
    emotions = source.emotions[rows]
    known = np.isfinite(emotions).all(axis=1)
    right = reading.emotions[known].argmax(axis=1) == emotions[known].argmax(axis=1)
    return {
        "r": float(np.nanmean(r)) if np.isfinite(r).any() else 0.0,
        "nme": normalised_mean_error(reading.landmarks, points),
        "emotion": float(right.mean()) if len(right) else 0.0,
        "presence": float((reading.presence >= 0.5).mean()),
    }
