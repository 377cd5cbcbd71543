"""Emotion nets of ours that tell a generator what its pictures look like. Not the paper's."""

from collections.abc import Sequence
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

    def forward(self, image: Tensor, moves: Tensor | None = None) -> Tensor:
        """Read pictures.

        Args:
            image: (B, 1, S, S) in [-1, 1].
            moves: (B, 2, 3) added to the way in which each is cut; None for none.

        Returns:
            (B, 7) logits, order of `facs.emotions.EMOTIONS`.
        """
        if image.shape[-1] >= 2 * self.own.size:
            image = F.avg_pool2d(image, 2)
        shape = [len(image), 1, self.own.size, self.own.size]
        window = self.window.expand(len(image), 2, 3)
        window = window if moves is None else window + moves
        grid = F.affine_grid(window, shape, align_corners=False)
        seen = F.grid_sample(image, grid, padding_mode="border", align_corners=False)
        logits: Tensor = self.net(((seen + 1) / 2 - self.own.mean) / self.own.std)[0]
        return split_labels(logits)["emotions"][:, : len(EMOTIONS)]


class Guides(nn.Module):
    """Several of them.

    Args:
        guides: at least one.
        jitter: see `recipe.GuidePart`.
    """

    def __init__(self, guides: Sequence[Guide], jitter: float) -> None:
        super().__init__()
        self._guides, self._jitter = nn.ModuleList(guides), jitter

    def forward(self, image: Tensor) -> Tensor:
        """(B, 1, S, S) in [-1, 1] → (B, 7) the mean of what they find likely."""
        return torch.stack([guide(image).softmax(1) for guide in self._guides]).mean(0)

    def ask(self, image: Tensor, step: int) -> Tensor:
        """Logits of the one whose turn it is, which sees the pictures a little askew.

        Args:
            image: (B, 1, S, S) in [-1, 1].
            step: says whose turn it is, and decides how askew.
        """
        chance = torch.Generator().manual_seed(step)
        turn, scale, right, down = self._jitter * (
            2 * torch.rand((4, len(image)), generator=chance) - 1
        )
        moves = torch.stack([scale, -turn, right, turn, scale, down], dim=1).view(-1, 2, 3)
        guide = self._guides[step % len(self._guides)]
        logits: Tensor = guide(image, moves.to(image.device))
        return logits


def load_guide(name: str, models: Path, given: InputSpec, pictures: Tensor) -> Guide:
    """The guide of a recipe's name.

    Args:
        name: of an emotion net's recipe.
        models: folder of its `.onnx`, with its card beside it.
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
    start_from(
        str(models / f"{name}.onnx"), net, Path(), lambda: ((small + 1) / 2 - spec.mean) / spec.std
    )
    return Guide(net, spec, given)
