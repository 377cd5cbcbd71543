"""FaceRecipe → objects: sources, net, and the statistics both need."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.nets.action_units.base import FaceNet
from avatar_bridge.nets.registry import nets
from avatar_bridge.registry import Registry
from avatar_bridge.training.datasets.augment import Augment
from avatar_bridge.training.datasets.faces import CropSpec, FaceBatch, FaceStream
from avatar_bridge.training.datasets.source import TRAIN, FaceSource
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.metrics import STILL

_HELPERS = frozenset({
    "source", "labels", "augment", "negatives", "faces", "clips", "arrays", "duplicates", "teacher",
    "makers",
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
        twin_count(recipe),
    )


def make_net(recipe: FaceRecipe) -> FaceNet:
    """The recipe's net with random weights.

    Raises:
        ConfigError: unknown net, or options or an input that it does not take.
    """
    part, spec = recipe.net, recipe.input
    try:
        made = nets(recipe.task).create(part.name, recipe.action_units, **part.options)
    except (TypeError, ValueError, RuntimeError) as error:  # torch's, of a wrong option
        raise ConfigError(
            f"{recipe.name}: expected options that {part.name} takes, got {part.options}: {error}"
        ) from error
    net = cast(FaceNet, made)
    if net.channels != spec.channels or (net.one_size and net.size != spec.size):
        raise ConfigError(
            f"{recipe.name}: expected the input that {part.name} takes, {net.size} px and "
            f"{net.channels} channels, got {spec.size} px and {spec.channels}"
        )
    return net


def normalise(recipe: FaceRecipe, image: Tensor) -> Tensor:
    """uint8 pixels → what the net takes."""
    return (image.float() / 255 - recipe.input.mean) / recipe.input.std


def unit_spread(recipe: FaceRecipe, sources: Sequence[FaceSource]) -> tuple[Tensor, Tensor]:
    """(K,) mean and (K,) standard deviation of the action units over the training rows.

    The deviation is the geometric mean of the sources': a movement may be ten times as large on
    rendered faces as on real ones, and is to count on both.
    """
    columns = [ACTION_UNIT_INDEX[name] for name in recipe.action_units]
    mean, spread = np.full(len(columns), 0.1), np.full(len(columns), 0.1)
    rows = [source.units[source.rows(TRAIN)][:, columns] for source in sources]
    for column in range(len(columns)):
        known = [part[np.isfinite(part[:, column]), column] for part in rows]
        moving = [float(values.std()) for values in known if len(values) and values.std() > STILL]
        if any(len(values) for values in known):
            mean[column] = np.concatenate(known).mean()
        if moving:
            spread[column] = np.exp(np.mean(np.log(moving)))
    return torch.from_numpy(mean).float(), torch.from_numpy(spread).float()


def twin_count(recipe: FaceRecipe) -> int:
    """How many pictures of a batch are twins; at most half of them."""
    return min(round(recipe.twins * recipe.optim.batch), recipe.optim.batch // 2)


def mean_shape(batches: Iterable[FaceBatch]) -> tuple[Tensor, Tensor]:
    """(70, 2) mean and (70, 2) standard deviation of the points in crop sides."""
    points = torch.cat([batch["landmarks"] for batch in batches])
    points = points[torch.isfinite(points).all(dim=(1, 2))]
    return points.mean(dim=0), points.std(dim=0).clamp_min(1e-3)


def first_batches(stream: FaceStream) -> list[FaceBatch]:
    """A few batches to take statistics from."""
    return [stream[step] for step in range(min(_STATISTIC_BATCHES, len(stream)))]
