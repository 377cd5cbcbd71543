"""What every face net gives, in training and exported."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from avatar_bridge.facs.landmarks import POINTS

INPUT_NAME = "image"
OUTPUT_NAMES = ("presence", "landmarks", "action_units", "emotions", "gaze")
_LEAST = 1e-3  # mean of an action unit that hardly ever moves


class FaceOutput(NamedTuple):
    """What a face net says of a batch, before the squashing that losses do better themselves.

    Attributes:
        presence: (B, 1) logit that the crop shows a face.
        landmarks: (B, 70, 2) x and y in sides of the crop, 0 left or top, 1 right or bottom;
            points outside the crop exceed that range.
        action_units: (B, K) logits of intensities in [0, 1].
        emotions: (B, 7) logits of a softmax, in the order of `facs.emotions`.
        gaze: (B, 2, 2) left and right eye, yaw and pitch in radians as in `types.Gaze`.
    """

    presence: Tensor
    landmarks: Tensor
    action_units: Tensor
    emotions: Tensor
    gaze: Tensor


class FaceNet(nn.Module):
    """Contract of a face net: features first, heads second.

    The two halves are apart so that training can run the features in bfloat16 and the heads,
    which must tell hundredths of a pixel, in float32.

    Args:
        action_units: (K,) node names in the order of that output.
        size: side of the input in pixels.
        channels: 1 for grey, 3 for RGB.

    Attributes:
        one_size: whether no other size will do.
    """

    one_size = False

    def __init__(self, action_units: Sequence[str], size: int, channels: int = 1) -> None:
        super().__init__()
        self.action_units = tuple(action_units)
        self.size, self.channels = size, channels
        self.mean_shape: Tensor
        self.shape_spread: Tensor
        self.register_buffer("mean_shape", torch.full((2 * POINTS,), 0.5))
        self.register_buffer("shape_spread", torch.full((2 * POINTS,), 0.1))

    def start_at(self, shape: Tensor, spread: Tensor, units: Tensor) -> None:
        """Begin training from a mean face instead of from nothing.

        Args:
            shape: (70, 2) mean of the training points in crop sides.
            spread: (70, 2) their standard deviation in crop sides.
            units: (K,) mean of the action units.
        """
        self.mean_shape.copy_(shape.reshape(-1))
        self.shape_spread.copy_(spread.reshape(-1))
        with torch.no_grad():
            self.unit_bias.copy_(torch.logit(units.clamp(_LEAST, 1 - _LEAST)))

    def connect(self, chance: Tensor, correlation: Tensor) -> None:
        """Take over how action units go together in training; nets without a graph do not care.

        Args:
            chance: (K, K) P(unit j | unit i).
            correlation: (K, K) of their intensities.
        """

    def adjacency(self) -> Tensor | None:
        """(K, K) normalised adjacency of the graph of action units; None without a graph."""
        return None

    @property
    def unit_bias(self) -> Tensor:
        """(K,) what is added last to the action units' logits."""
        raise NotImplementedError

    def place_points(self, deviation: Tensor) -> Tensor:
        """(B, 140) deviations in spreads of the training points → (B, 70, 2) in crop sides."""
        return (self.mean_shape + self.shape_spread * deviation).reshape(-1, POINTS, 2)

    def features(self, image: Tensor) -> Sequence[Tensor]:
        """Feature maps of (B, channels, size, size) normalised pixels."""
        raise NotImplementedError

    def heads(self, features: Sequence[Tensor]) -> FaceOutput:
        """What the feature maps mean."""
        raise NotImplementedError

    def forward(self, image: Tensor) -> FaceOutput:
        return self.heads(self.features(image))


class ExportedFace(nn.Module):
    """A face net with its outputs squashed: the graph that is exported.

    Gives presence (B, 1) in [0, 1], landmarks (B, 70, 2) in crop sides, action units (B, K) in
    [0, 1], emotions (B, 7) that sum to 1 and gaze (B, 2, 2) in radians.
    """

    def __init__(self, net: FaceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        output = self.net(image)
        return (
            torch.sigmoid(output.presence),
            output.landmarks,
            torch.sigmoid(output.action_units),
            torch.softmax(output.emotions, dim=1),
            output.gaze,
        )
