"""FaceRecipe → objects: sources, net, and the statistics both need."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.nets.face.base import FaceNet
from avatar_bridge.nets.registry import nets
from avatar_bridge.registry import Registry
from avatar_bridge.training.datasets.augment import Augment
from avatar_bridge.training.datasets.faces import CropSpec, FaceBatch, FaceStream
from avatar_bridge.training.datasets.source import TRAIN, FaceSource
from avatar_bridge.training.face.recipe import FaceRecipe

_HELPERS = frozenset({
    "source", "labels", "augment", "negatives", "faces", "clips", "arrays", "duplicates", "teacher",
})  # fmt: skip
# Adding a kind of data is adding a module whose `create(root, ..., limit, only)` gives a
# FaceSource of at most `limit` rows, all of the split `only` where that is not None.
SOURCES: Registry[FaceSource] = Registry(
    "data source",
    "avatar_bridge.training.datasets",
    hidden=_HELPERS,
)
_STATISTIC_BATCHES = 8


def load_sources(
    recipe: FaceRecipe, root: Path, limit: int | None = None
) -> tuple[FaceSource, ...]:
    """Read all the recipe's data.

    Args:
        recipe: what to read.
        root: folder of data sets.
        limit: rows per source, for trying things out.
    """
    extra = {} if limit is None else {"limit": limit}
    return tuple(SOURCES.create(part.kind, root, **part.options, **extra) for part in recipe.data)


def crop_spec(recipe: FaceRecipe) -> CropSpec:
    """The crop that the recipe's net looks at."""
    return CropSpec(recipe.input.margin, recipe.input.size)


def make_stream(recipe: FaceRecipe, sources: tuple[FaceSource, ...]) -> FaceStream:
    """The training batches of a recipe."""
    return FaceStream(
        sources,
        recipe.action_units,
        crop_spec(recipe),
        replace(Augment(), **recipe.augment),
        recipe.optim.batch,
        recipe.negatives,
        recipe.optim.steps,
        recipe.seed,
    )


def make_net(recipe: FaceRecipe) -> FaceNet:
    """The recipe's net with random weights."""
    net: nn.Module = nets(recipe.task).create(
        recipe.net.name, recipe.action_units, **recipe.net.options
    )
    return cast(FaceNet, net)


def normalise(recipe: FaceRecipe, image: Tensor) -> Tensor:
    """uint8 pixels → what the net takes."""
    return (image.float() / 255 - recipe.input.mean) / recipe.input.std


def unit_spread(recipe: FaceRecipe, sources: Iterable[FaceSource]) -> tuple[Tensor, Tensor]:
    """(K,) mean and (K,) standard deviation of the action units over all training rows."""
    columns = [ACTION_UNIT_INDEX[name] for name in recipe.action_units]
    rows = np.concatenate([s.units[s.rows(TRAIN)][:, columns] for s in sources])
    known = np.isfinite(rows).any(axis=0)
    mean, spread = np.full(len(columns), 0.1), np.full(len(columns), 0.1)
    mean[known] = np.nanmean(rows[:, known], axis=0)
    spread[known] = np.nanstd(rows[:, known], axis=0)
    return torch.from_numpy(mean).float(), torch.from_numpy(spread).float()


def mean_shape(batches: Iterable[FaceBatch]) -> tuple[Tensor, Tensor]:
    """(70, 2) mean and (70, 2) standard deviation of the points in crop sides."""
    points = torch.cat([batch["landmarks"] for batch in batches])
    points = points[torch.isfinite(points).all(dim=(1, 2))]
    return points.mean(dim=0), points.std(dim=0).clamp_min(1e-3)


def first_batches(stream: FaceStream) -> list[FaceBatch]:
    """A few batches to take statistics from."""
    return [stream[step] for step in range(min(_STATISTIC_BATCHES, len(stream)))]
