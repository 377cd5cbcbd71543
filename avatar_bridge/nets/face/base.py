"""What every face net gives, in training and exported."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

INPUT_NAME = "image"
OUTPUT_NAMES = ("presence", "landmarks", "action_units", "emotions")


class FaceOutput(NamedTuple):
    """What a face net says of a batch, before the squashing that losses do better themselves.

    Attributes:
        presence: (B, 1) logit that the crop shows a face.
        landmarks: (B, 70, 2) x and y in sides of the crop, 0 left or top, 1 right or bottom;
            points outside the crop exceed that range.
        action_units: (B, K) logits of intensities in [0, 1].
        emotions: (B, 7) logits of a softmax, in the order of `facs.emotions`.
    """

    presence: Tensor
    landmarks: Tensor
    action_units: Tensor
    emotions: Tensor


class FaceNet(nn.Module):
    """Contract of a face net: features first, heads second.

    The two halves are apart so that training can run the features in bfloat16 and the heads,
    which must tell hundredths of a pixel, in float32.

    Attributes:
        action_units: (K,) node names in the order of that output.
        size: side of the input in pixels.
        channels: 1 for grey, 3 for RGB.
    """

    action_units: tuple[str, ...]
    size: int
    channels: int

    def start_at(self, shape: Tensor, spread: Tensor, units: Tensor) -> None:
        """Begin training from a mean face instead of from nothing.

        Args:
            shape: (70, 2) mean of the training points in crop sides.
            spread: (70, 2) their standard deviation in crop sides.
            units: (K,) mean of the action units.
        """
        raise NotImplementedError

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
    [0, 1] and emotions (B, 7) that sum to 1.
    """

    def __init__(self, net: FaceNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        output = self.net(image)
        return (
            torch.sigmoid(output.presence),
            output.landmarks,
            torch.sigmoid(output.action_units),
            torch.softmax(output.emotions, dim=1),
        )
