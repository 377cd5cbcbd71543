"""An emotion net of ours that tells a generator what its pictures look like. Not the paper's."""

from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.nets.emotion.base import EmotionNet, split_labels
from avatar_bridge.nets.registry import nets
from avatar_bridge.training.recipe import Recipe, parse_recipe, read_recipe
from avatar_bridge.training.start import start_from


class Guide(nn.Module):
    """A frozen emotion net on the part of an aligned face that it was taught on.

    Args:
        net: gives logits.
        own: the picture that it takes.
        given: the picture that it is given, in [-1, 1].
    """

    def __init__(self, net: EmotionNet, own: InputSpec, given: InputSpec) -> None:
        super().__init__()
        self.net = net.eval().requires_grad_(False)
        self.own = own
        scale = own.margin / given.margin
        drop = 2 * (given.lift - own.lift) / given.margin  # of the middle, in half sides
        self.window: Tensor
        self.register_buffer("window", torch.tensor([[scale, 0.0, 0.0], [0.0, scale, drop]]))

    def forward(self, image: Tensor) -> Tensor:
        """(B, 1, S, S) in [-1, 1] → (B, 7) logits, order of `facs.emotions.EMOTIONS`."""
        if image.shape[-1] >= 2 * self.own.size:
            image = F.avg_pool2d(image, 2)
        shape = [len(image), 1, self.own.size, self.own.size]
        grid = F.affine_grid(self.window.expand(len(image), 2, 3), shape, align_corners=False)
        seen = F.grid_sample(image, grid, padding_mode="border", align_corners=False)
        logits: Tensor = self.net(((seen + 1) / 2 - self.own.mean) / self.own.std)[0]
        return split_labels(logits)["emotions"][:, : len(EMOTIONS)]


def load_guide(name: str, model: Path, given: InputSpec, pictures: Tensor) -> Guide:
    """The guide of a recipe's name and an exported file.

    Args:
        name: of an emotion net's recipe.
        model: its `.onnx`, with its card beside it.
        given: the picture that the guide will be given.
        pictures: (B, 1, S, S) in [-1, 1] of those, to see how large the activations are.

    Raises:
        ConfigError: no such recipe or file.
    """
    path, values = read_recipe(name)
    known = {key: values[key] for key in Recipe.model_fields if key in values}
    recipe = parse_recipe(Recipe, path, known)
    net = cast(EmotionNet, nets("emotion").create(recipe.net.name, **recipe.net.options))
    spec = recipe.input
    small = F.interpolate(pictures, (spec.size, spec.size), mode="area")
    start_from(str(model), net, Path(), lambda: ((small + 1) / 2 - spec.mean) / spec.std)
    return Guide(net, spec, given)
