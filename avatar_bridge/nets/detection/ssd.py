"""A small single-shot detector: every face of a picture in one run, as boxes alone."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from avatar_bridge.nets.detection.base import INPUT_NAME, face_chance
from avatar_bridge.nets.detection.priors import decode, grid_priors
from avatar_bridge.nets.layers.convolution import ConvNorm
from avatar_bridge.nets.layers.separable import Separable

SIZE = 320
OUTPUT_NAMES = ("face", "box")
# Sides of the priors in pixels by the stride of their map: from one to the next is half an octave,
# so that a face in the middle of a prior overlaps it by 0.7 or more.
PRIORS: dict[int, tuple[float, ...]] = {
    16: (16.0, 23.0, 32.0, 45.0),
    32: (64.0, 91.0, 128.0, 181.0, 256.0),
}
_PARTS = [2, 4]


class SsdOutput(NamedTuple):
    """What the net says of each of its A priors.

    Attributes:
        face: (B, A, 2) logits of no face and face.
        box: (B, A, 4) offsets as `priors.encode` writes them.
        priors: (A, 3).
    """

    face: Tensor
    box: Tensor
    priors: Tensor


class Ssd(nn.Module):
    """Grey (B, 1, H, W), H and W multiples of 32, → what each prior holds.

    Liu et al., *SSD: Single Shot MultiBox Detector* (2016), section 2.1: a 3x3 convolution on each
    scale gives scores and offsets of all its priors. https://arxiv.org/abs/1512.02325
    Paper 000 compares itself with one and says no more of it. Here the trunk is of MobileNet's
    separable convolutions, there are two scales, and priors are square as faces' boxes are.

    Attributes:
        size: nominal side of the picture in pixels.
    """

    size = SIZE
    channels = 1

    def __init__(self) -> None:
        super().__init__()
        fine = nn.Sequential(
            ConvNorm(self.channels, 16, stride=2),
            Separable(16, 32, stride=2),
            Separable(32, 32),
            Separable(32, 64, stride=2),
            Separable(64, 64),
            Separable(64, 128, stride=2),
            Separable(128, 128),
            Separable(128, 128),
        )
        coarse = nn.Sequential(
            Separable(128, 256, stride=2), Separable(256, 256), Separable(256, 256)
        )
        self.stages = nn.ModuleList([fine, coarse])
        self.heads = nn.ModuleList(
            nn.Conv2d(width, len(sides) * sum(_PARTS), 3, padding=1)
            for width, sides in zip((128, 256), PRIORS.values(), strict=True)
        )

    def forward(self, image: Tensor) -> SsdOutput:
        features, said, priors = image, [], []
        for stage, head, (stride, sides) in zip(
            self.stages, self.heads, PRIORS.items(), strict=True
        ):
            features = stage(features)
            answers = head(features).permute(0, 2, 3, 1)  # (B, h, w, S * 6)
            said.append(answers.reshape(answers.shape[0], -1, sum(_PARTS)))  # (B, h * w * S, 6)
            priors.append(grid_priors(features, stride, sides))
        face, box = torch.split(torch.cat(said, dim=1), _PARTS, dim=2)
        return SsdOutput(face, box, torch.cat(priors))


class ExportedSsd(nn.Module):
    """The net with its logits squashed and its boxes in pixels: the graph that is exported.

    Gives the chance of a face (B, A) and boxes (B, A, 4): left, top, right, bottom in pixels of
    the picture.

    Attributes:
        outputs: their names.
        free_axes: see `training.export.export_onnx`.
    """

    outputs = OUTPUT_NAMES

    def __init__(self, net: Ssd) -> None:
        super().__init__()
        self.net = net
        self.free_axes = {
            INPUT_NAME: {2: "height", 3: "width"},
            **{name: {1: "priors"} for name in OUTPUT_NAMES},
        }

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        output = self.net(image)
        return face_chance(output.face, 2).squeeze(2), decode(output.box, output.priors)


def create() -> Ssd:
    """The net with random weights."""
    return Ssd()
