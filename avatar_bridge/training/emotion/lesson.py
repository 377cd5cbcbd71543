"""What an emotion net is taught: batches of augmented faces with shares of labels."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import LABEL_SETS
from avatar_bridge.training.datasets.emotions.base import EmotionSource
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.emotion.augment import Augment, mix
from avatar_bridge.training.emotion.judge import judge_rows, torch_reader
from avatar_bridge.training.emotion.losses import EmotionLoss, class_lift
from avatar_bridge.training.emotion.recipe import EmotionRecipe
from avatar_bridge.training.task import Batch, Judgement

_IMAGE, _TRUST = "image", "trust"


class EmotionLesson:
    """The training rows of some sources; on a GPU they lie and are augmented there.

    Batch number n is a function of the seed and n alone: a run that is killed and resumed sees
    the same pictures.

    Args:
        recipe: what to do with them.
        sources: the recipe's data.
        device: where the batches are made.
    """

    def __init__(
        self, recipe: EmotionRecipe, sources: Sequence[EmotionSource], device: torch.device
    ) -> None:
        self._recipe, self._sources, self._device = recipe, tuple(sources), device
        self._augment = replace(Augment(), **recipe.augment)
        rows = [source.rows(TRAIN) for source in sources]
        # Sets of one size lie in one tensor; a row's chance follows from its set's weight.
        self._images = [
            torch.from_numpy(s.images[r])[:, None].to(device)
            for s, r in zip(sources, rows, strict=True)
        ]
        self._labels = [
            {name: _labels(s, name, r).to(device) for name in LABEL_SETS}
            for s, r in zip(sources, rows, strict=True)
        ]
        weights = np.array([source.weight for source in sources])
        self._shares = weights / weights.sum()
        self._loss = EmotionLoss(recipe.loss, self._lifts())

    @property
    def faces(self) -> int:
        return sum(len(source.images) for source in self._sources)

    def start(self, net: nn.Module) -> None:
        """Emotion nets begin from their own random weights."""

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng([self._recipe.seed, step])
        counts = rng.multinomial(self._recipe.optim.batch, self._shares)
        images, labels, trust = [], [], []
        chance = torch.Generator().manual_seed(int(rng.integers(2**62)))
        for which, count in enumerate(counts):
            if not count:  # a set of little weight is not in every batch
                continue
            chosen = torch.from_numpy(rng.integers(len(self._images[which]), size=count))
            chosen = chosen.to(self._device)
            tiles = self._images[which][chosen].float() / 255
            images.append(self._augment.place(tiles, self._recipe.input.size, chance))
            labels.append({n: v[chosen] for n, v in self._labels[which].items()})
            trust.append(torch.full((int(count),), self._sources[which].trust))
        image = self._augment.paint(torch.cat(images), chance)
        told = {name: torch.cat([part[name] for part in labels]) for name in LABEL_SETS}
        image, told = mix(image, told, self._augment.mixup, chance)
        spec = self._recipe.input
        return {_IMAGE: (image - spec.mean) / spec.std, _TRUST: torch.cat(trust), **told}

    def losses(self, net: nn.Module, batch: Batch) -> dict[str, Tensor]:
        image = batch[_IMAGE].contiguous(memory_format=torch.channels_last)
        with torch.autocast(image.device.type, torch.bfloat16, self._recipe.optim.bfloat16):
            branches = net(image)
        return self._loss(branches, {n: batch[n] for n in LABEL_SETS}, batch[_TRUST])

    def judge(self, net: nn.Module) -> Judgement:
        reader = torch_reader(self._recipe.input, net)
        judgement: Judgement = {}
        for source in self._sources:
            rows = source.rows(VALIDATION)
            if len(rows):
                judged = judge_rows(reader(source.images[rows]), source, rows)
                judgement[source.name] = {name: part.accuracy for name, part in judged.items()}
        return judgement

    def merit(self, judgement: Judgement) -> float:
        """Mean accuracy over the sets and the label sets that are taught."""
        figures = [
            value
            for judged in judgement.values()
            for name, value in judged.items()
            if name in self._recipe.loss.sets
        ]
        return sum(figures) / max(len(figures), 1)

    def _lifts(self) -> dict[str, Tensor]:
        return {
            name: class_lift(
                torch.cat([labels[name] for labels in self._labels]), self._recipe.loss.balance
            )
            for name in LABEL_SETS
        }


def _labels(source: EmotionSource, name: str, rows: np.ndarray) -> Tensor:
    """(R, classes) shares of some rows; all NaN where the source has no such labels."""
    if name in source.labels:
        return torch.from_numpy(source.labels[name][rows])
    return torch.full((len(rows), LABEL_SETS[name]), torch.nan)
