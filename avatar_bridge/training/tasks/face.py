"""The task `face`: one net gives presence, landmarks, action units and emotions."""

from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.card import ModelCard
from avatar_bridge.nets.action_units.base import OUTPUT_NAMES, ExportedFace, FaceNet
from avatar_bridge.training.datasets.faces import FaceBatch
from avatar_bridge.training.datasets.source import VALIDATION, FaceSource
from avatar_bridge.training.face.build import (
    first_batches,
    load_sources,
    make_net,
    make_stream,
    mean_shape,
    normalise,
    twin_count,
    unit_spread,
)
from avatar_bridge.training.face.co_activation import co_activation, draw_adjacency
from avatar_bridge.training.face.distil import distil
from avatar_bridge.training.face.evaluate import evaluate
from avatar_bridge.training.face.judge import agreement, torch_reader
from avatar_bridge.training.face.losses import FaceLoss
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.face.ship import onnx_reader, ship
from avatar_bridge.training.recipe import parse_recipe
from avatar_bridge.training.task import Batch, Judgement, Scores, make_card

_COMPARED = ("clips_r", "muxspace_r", "fer2013_r")


class FaceLesson:
    """Faces with points, action units and emotions.

    Args:
        recipe: what to do with them.
        sources: the recipe's data.
    """

    def __init__(self, recipe: FaceRecipe, sources: tuple[FaceSource, ...]) -> None:
        self._recipe, self._sources = recipe, sources
        self._stream = make_stream(recipe, sources)
        self._mean, spread = unit_spread(recipe, sources)
        self._loss = FaceLoss(recipe.loss, recipe.action_units, spread, twin_count(recipe))

    @property
    def faces(self) -> int:
        return sum(len(source.crops) for source in self._sources)

    def start(self, net: nn.Module) -> None:
        face_net = cast(FaceNet, net)
        face_net.start_at(*mean_shape(first_batches(self._stream)), self._mean)
        face_net.connect(*co_activation(self._recipe, self._sources))

    def batch(self, step: int) -> Batch:
        return cast(Batch, self._stream[step])

    def losses(self, net: nn.Module, batch: Batch) -> dict[str, Tensor]:
        face_net = cast(FaceNet, net)
        image = normalise(self._recipe, batch["image"]).contiguous(
            memory_format=torch.channels_last
        )
        # The heads, which must tell hundredths of a pixel, stay in float32.
        with torch.autocast(image.device.type, torch.bfloat16, self._recipe.optim.bfloat16):
            features = face_net.features(image)
        return self._loss(face_net.heads(features), cast(FaceBatch, batch))._asdict()

    def judge(self, net: nn.Module) -> Judgement:
        reader = torch_reader(self._recipe, cast(FaceNet, net))
        return {
            source.name: agreement(reader, self._recipe, source, source.rows(VALIDATION))
            for source in self._sources
            if len(source.rows(VALIDATION))
        }

    def merit(self, judgement: Judgement) -> float:
        return sum(figures["r"] for figures in judgement.values()) / max(len(judgement), 1)


class FaceTask:
    """A recipe whose net reads a whole face."""

    outputs = OUTPUT_NAMES

    def __init__(self, recipe: FaceRecipe) -> None:
        self.recipe = recipe

    def make_net(self) -> nn.Module:
        return make_net(self.recipe)

    def exported(self, net: nn.Module) -> nn.Module:
        return ExportedFace(cast(FaceNet, net))

    def load(self, root: Path, limit: int | None = None, folder: Path | None = None) -> FaceLesson:
        sources = load_sources(self.recipe, root, limit)
        if self.recipe.distil.model:
            sources = distil(self.recipe.distil, sources)
        return FaceLesson(self.recipe, sources)

    def evaluate(self, net: nn.Module, root: Path, folder: Path) -> Scores:
        face_net = cast(FaceNet, net)
        adjacency = face_net.adjacency()
        if adjacency is not None:
            path = folder / f"{self.recipe.name}.adjacency.png"
            draw_adjacency(adjacency.numpy(), self.recipe.action_units, path)
        return evaluate(self.recipe, torch_reader(self.recipe, face_net), root)

    def ship(self, net: nn.Module, path: Path, root: Path, scores: Scores) -> ModelCard:
        sources = load_sources(self.recipe, root)
        int8 = ship(self.recipe, path, sources)
        if int8 and scores.summary:  # the figures of the file that ships, and what int8 cost
            whole = {f"float_{k}": v for k, v in scores.summary.items() if k in _COMPARED}
            scores = evaluate(self.recipe, onnx_reader(self.recipe.input, path), root)
            scores.summary.update(whole)
        return make_card(
            self.recipe,
            net,
            scores,
            task="face",
            action_units=self.recipe.action_units,
            emotions=EMOTIONS,
            unread=self.recipe.unread,
            gaze=self.recipe.gaze,
            precision="int8" if int8 else "float32",
        )


def create(path: Path, values: dict[str, Any]) -> FaceTask:
    """The task of a recipe's values; `path` is for messages."""
    return FaceTask(parse_recipe(FaceRecipe, path, values))
