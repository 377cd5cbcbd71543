"""What the SSD net is taught: batches of whole scenes."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from avatar_bridge.nets.detection.ssd import ExportedSsd
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.detection.finders import SingleShot, TorchNet
from avatar_bridge.training.detection.judge import (
    average_precision,
    best_f1,
    join,
    match,
    summarise,
)
from avatar_bridge.training.detection.multibox import multibox_loss
from avatar_bridge.training.detection.recipe import DetectionRecipe
from avatar_bridge.training.detection.scenes.composer import Composer, FaceSizes
from avatar_bridge.training.task import Batch, Judgement

_SET = "scenes"


class SceneLesson:
    """Scenes of the net's own size, composed as they are needed.

    Batch number n is a function of the seed and n alone: each picture is drawn of the recipe's
    `scenes.train`, mirrored or not.

    Args:
        recipe: what to do.
        materials: the recipe's data.
    """

    def __init__(self, recipe: DetectionRecipe, materials: Sequence[Material]) -> None:
        self._recipe, self._materials = recipe, materials
        sizes = FaceSizes(recipe.scenes.smallest, recipe.scenes.largest)
        shape = (recipe.input.size, recipe.input.size)
        self._composer = Composer(materials, TRAIN, sizes, recipe.seed, shape)
        held_out = Composer(materials, VALIDATION, sizes, recipe.seed, shape)
        self._held_out = [held_out[number] for number in range(recipe.scenes.held_out)]

    @property
    def faces(self) -> int:
        return sum(len(material.tiles) for material in self._materials)

    def start(self, net: nn.Module) -> None:
        """The net begins from its own random weights."""

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng([self._recipe.seed, step])
        count, size = self._recipe.optim.batch, self._recipe.input.size
        images = np.empty((count, size, size), np.uint8)
        faces = []
        for row, number in enumerate(rng.integers(self._recipe.scenes.train, size=count)):
            scene = self._composer[int(number)]
            image, own = scene.image, scene.boxes.copy()
            if rng.random() < 0.5:
                image = image[:, ::-1]
                own[:, [0, 2]] = size - own[:, [2, 0]]
            images[row] = image
            faces.append(own)
        boxes = np.full((count, max(1, *map(len, faces)), 4), np.nan, np.float32)
        for filled, own in zip(boxes, faces, strict=True):
            filled[: len(own)] = own
        return {"image": torch.from_numpy(images[:, None]), "boxes": torch.from_numpy(boxes)}

    def losses(self, net: nn.Module, batch: Batch) -> dict[str, Tensor]:
        spec = self._recipe.input
        image = (batch["image"].float() / 255 - spec.mean) / spec.std
        losses = multibox_loss(net(image), batch["boxes"])
        return losses._asdict()

    def judge(self, net: nn.Module) -> Judgement:
        finder = SingleShot(TorchNet(ExportedSsd(net), self._recipe.input, 0.0))  # type: ignore[arg-type]
        found = join(match(scene, finder(scene.image)) for scene in self._held_out)
        figures = summarise(found, best_f1(found), self._held_out)
        recalled = float((found.faces > 0).mean()) if len(found.faces) else 0.0
        figures["average_precision"] = recalled * average_precision(found.scores, found.hits)
        return {_SET: figures}

    def merit(self, judgement: Judgement) -> float:
        return judgement[_SET]["average_precision"]
