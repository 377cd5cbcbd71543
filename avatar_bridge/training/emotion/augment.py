"""Random changes that an expression survives, on whole batches at once."""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Augment:
    """How strong each change is.

    Attributes:
        rotate: standard deviation of the turn in degrees.
        scale: standard deviation of the logarithm of the size.
        shift: farthest that the crop moves in each axis, in sides of the picture.
        mirror: chance of a flip.
        contrast: standard deviation of the logarithm of the contrast.
        light: standard deviation of the brightness, white being 1.
        noise: largest standard deviation of sensor noise, white being 1.
        blur: chance to lose detail.
        cutout: chance of a grey square in front of the face.
        mixup: both parameters of the beta distribution that two pictures are mixed by; 0 for
            never (Zhang et al., *mixup*, 2018, https://arxiv.org/abs/1710.09412).
    """

    rotate: float = 10.0
    scale: float = 0.1
    shift: float = 0.1
    mirror: float = 0.5
    contrast: float = 0.25
    light: float = 0.1
    noise: float = 0.05
    blur: float = 0.1
    cutout: float = 0.5
    mixup: float = 0.0

    @classmethod
    def none(cls) -> "Augment":
        """No change."""
        return cls(**dict.fromkeys(cls.__slots__, 0.0))

    def place(self, images: Tensor, size: int, chance: torch.Generator) -> Tensor:
        """Cut (B, 1, size, size) out of (B, 1, T, T): turned, scaled, shifted, flipped."""
        count, device = len(images), images.device
        turn = math.radians(self.rotate) * torch.randn(count, generator=chance)
        zoom = torch.exp(self.scale * torch.randn(count, generator=chance).clamp(-2, 2))
        shift = 2 * self.shift * (2 * torch.rand(count, 2, generator=chance) - 1)
        flip = 1 - 2 * (torch.rand(count, generator=chance) < self.mirror).float()
        cos, sin = zoom * torch.cos(turn), zoom * torch.sin(turn)
        matrix = torch.stack(
            [flip * cos, -sin, shift[:, 0], flip * sin, cos, shift[:, 1]], dim=1
        ).reshape(count, 2, 3)
        return sample(images, matrix.to(device), size)

    def paint(self, images: Tensor, chance: torch.Generator) -> Tensor:
        """Change the pixels of (B, 1, S, S) in [0, 1]."""
        count, side = len(images), images.shape[-1]
        draws = torch.rand(count, 6, generator=chance)
        gains = torch.randn(count, 2, generator=chance)
        images = torch.where(_each(draws[:, 0] < self.blur, images), _soften(images), images)
        contrast = _each(torch.exp(self.contrast * gains[:, 0]), images)
        mean = images.mean(dim=(1, 2, 3), keepdim=True)
        images = (images - mean) * contrast + mean + _each(self.light * gains[:, 1], images)
        if self.noise:
            seed = int(torch.randint(2**31, (), generator=chance))
            local = torch.Generator(images.device).manual_seed(seed)
            grain = torch.randn(images.shape, generator=local, device=images.device)
            images = images + _each(self.noise * draws[:, 1] ** 2, images) * grain
        if self.cutout:
            hidden = _squares(draws[:, 2:], side) & (draws[:, 2] < self.cutout)[:, None, None]
            images = torch.where(hidden[:, None].to(images.device), mean, images)
        return images.clamp(0, 1)


def sample(images: Tensor, matrix: Tensor, size: int) -> Tensor:
    """Look at pictures through affine maps.

    Args:
        images: (B, 1, T, T).
        matrix: (B, 2, 3), from places in the result to places in the pictures; both run from -1
            at the left or top edge to 1 at the right or bottom one.
        size: side of the result in pixels.

    Returns:
        (B, 1, size, size); what lies outside a picture repeats its edge.
    """
    grid = F.affine_grid(matrix, [len(images), 1, size, size], align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def mix(
    images: Tensor, labels: dict[str, Tensor], strength: float, chance: torch.Generator
) -> tuple[Tensor, dict[str, Tensor]]:
    """Lay every picture of a batch over the next one, and its labels over the next one's.

    Args:
        images: (B, 1, S, S).
        labels: label set → (B, classes); NaN wherever either is.
        strength: see `Augment.mixup`.
        chance: what decides.
    """
    if not strength:
        return images, labels
    seed = int(torch.randint(2**31, (), generator=chance))
    share = _beta(strength, seed)
    mixed = {name: share * own + (1 - share) * own.roll(1, 0) for name, own in labels.items()}
    return share * images + (1 - share) * images.roll(1, 0), mixed


def _beta(strength: float, seed: int) -> float:
    return float(np.random.default_rng(seed).beta(strength, strength))


def _each(values: Tensor, images: Tensor) -> Tensor:
    """(B,) → (B, 1, 1, 1) where the pictures are."""
    return values.to(images.device)[:, None, None, None]


def _soften(images: Tensor) -> Tensor:
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    return F.avg_pool2d(padded, 3, stride=1)


def _squares(draws: Tensor, side: int) -> Tensor:
    """(B, side, side) bool of one random square each; draws are (B, 4) in [0, 1]."""
    width = (0.15 + 0.3 * draws[:, 1]) * side
    left, top = draws[:, 2] * (side - width), draws[:, 3] * (side - width)
    place = torch.arange(side)[None]
    across = (place >= left[:, None]) & (place < (left + width)[:, None])
    down = (place >= top[:, None]) & (place < (top + width)[:, None])
    return down[:, :, None] & across[:, None, :]
