"""A small residual net that reads points, action units, emotion and presence off a grey crop."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import POINTS
from avatar_bridge.nets.action_units.base import FaceNet, FaceOutput
from avatar_bridge.nets.layers.convolution import ConvNorm, Residual
from avatar_bridge.nets.layers.dense import dense, narrow
from avatar_bridge.nets.layers.separable import Separable

SIZE = 112
_FINE, _COARSE = 14, 7  # sides of the two maps that the heads look at


class Student(FaceNet):
    """Grey (B, 1, 112, 112) → `FaceOutput`.

    Points need to know where, so their head flattens a 14x14 and a 7x7 map through narrow 1x1
    convolutions instead of pooling them, as PFLD does at several scales (Guo et al., 2019,
    section 3.3, https://arxiv.org/abs/1902.10859). The action units see the predicted points
    as well as pooled features: most of what a blendshape says is geometry.

    Args:
        action_units: (K,) names of the nodes to read.
        width: channels of the map at 28x28; the deeper maps are 2 and 10/3 times as wide.
        dropout: share of the features that the emotion head misses in training.
    """

    one_size = True

    def __init__(self, action_units: Sequence[str], width: int = 48, dropout: float = 0.3) -> None:
        super().__init__(action_units, SIZE)
        fine, coarse = 2 * width, 10 * width // 3
        stem = width // 3
        self.to_fine = nn.Sequential(
            ConvNorm(1, stem, stride=2),  # (B, width / 3, 56, 56)
            ConvNorm(stem, stem),
            ConvNorm(stem, width, stride=2),  # (B, width, 28, 28)
            Residual(width),
            ConvNorm(width, fine, stride=2),  # (B, fine, 14, 14)
            Residual(fine),
        )
        self.to_coarse = nn.Sequential(
            ConvNorm(fine, coarse, stride=2),  # (B, coarse, 7, 7)
            Residual(coarse),
            Separable(coarse, coarse),
        )
        narrow_fine, narrow_coarse, place, expression = 24, 16, 160, 192
        self.narrow_fine = narrow(fine, narrow_fine)
        self.narrow_coarse = narrow(coarse, narrow_coarse)
        flat = narrow_fine * _FINE**2 + narrow_coarse * _COARSE**2
        self.place = dense(flat, place)
        self.landmarks = nn.Linear(place, 2 * POINTS)
        self.expression = dense(place + coarse + 2 * POINTS, expression)
        self.units = nn.Linear(expression, len(self.action_units))
        self.emotions = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(expression + coarse, len(EMOTIONS))
        )
        self.presence = nn.Linear(coarse, 1)
        self.gaze = nn.Linear(expression, 4)

    @property
    def unit_bias(self) -> Tensor:
        return self.units.bias

    def features(self, image: Tensor) -> Sequence[Tensor]:
        fine = self.to_fine(image)
        return fine, self.to_coarse(fine)

    def heads(self, features: Sequence[Tensor]) -> FaceOutput:
        fine, coarse = (part.float() for part in features)
        pooled = coarse.mean(dim=(2, 3))  # (B, coarse)
        flat = torch.cat(
            [self.narrow_fine(fine).flatten(1), self.narrow_coarse(coarse).flatten(1)], dim=1
        )
        place = self.place(flat)
        deviation = self.landmarks(place)  # (B, 140) in spreads of the training points
        expression = self.expression(torch.cat([place, pooled, deviation], dim=1))
        return FaceOutput(
            presence=self.presence(pooled),
            landmarks=self.place_points(deviation),
            action_units=self.units(expression),
            emotions=self.emotions(torch.cat([expression, pooled], dim=1)),
            gaze=self.gaze(expression).reshape(-1, 2, 2),
        )


def create(action_units: Sequence[str], width: int = 48, dropout: float = 0.3) -> Student:
    """Build the net with random weights."""
    return Student(action_units, width, dropout)
