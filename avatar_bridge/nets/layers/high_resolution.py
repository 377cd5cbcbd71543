"""The high-resolution parallel convolution network (HR-PCN) of IMMTCNN.

Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced MTCNN
with HR-PCN and GCN* (Informatica 49, 2025), section 3.1 and figure 3. What that leaves open is
filled from the net it stands on: Wang et al., *Deep High-Resolution Representation Learning for
Visual Recognition* (2019), section 3. https://arxiv.org/abs/1908.07919
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from avatar_bridge.nets.layers.convolution import ConvNorm

STAGES = 4
# "Two parallel branches with 3 and 5 convolutional layers": deeper overfits, shallower loses
# landmarks.
BRANCHES = (3, 5)


class Parallel(nn.Module):
    """Branches of plain 3x3 convolutions side by side, added to an identity path.

    Args:
        channels: in and out.
        branches: convolutions of each branch.
    """

    def __init__(self, channels: int, branches: Sequence[int] = BRANCHES) -> None:
        super().__init__()
        self.branches = nn.ModuleList(_branch(channels, depth) for depth in branches)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        total = features
        for branch in self.branches:
            total = total + branch(features)
        output: Tensor = self.relu(total)
        return output


def _branch(channels: int, depth: int) -> nn.Sequential:
    last = ConvNorm(channels, channels, active=False)
    # The branch starts silent, which lets a large learning rate in from step one.
    norm = last[1]
    assert isinstance(norm, nn.BatchNorm2d)
    nn.init.zeros_(norm.weight)
    return nn.Sequential(*(ConvNorm(channels, channels) for _ in range(depth - 1)), last)


class Fuse(nn.Module):
    """Brings every stream to one stream's size and channels, and adds them.

    Down by 3x3 convolutions of stride 2, up by a 1x1 convolution and the nearest pixel, level by
    the identity (Wang et al., section 3.2).

    Args:
        channels: of each stream, finest first; two or more.
        sides: of each stream's map in pixels.
        target: index of the stream to write.
    """

    def __init__(self, channels: Sequence[int], sides: Sequence[int], target: int) -> None:
        super().__init__()
        self.paths = nn.ModuleList(
            _path(channels, sides, source, target) for source in range(len(channels))
        )
        self.relu = nn.ReLU(inplace=True)

    def forward(self, streams: Sequence[Tensor]) -> Tensor:
        """One map of each stream → (B, channels[target], sides[target], sides[target])."""
        parts = [path(stream) for path, stream in zip(self.paths, streams, strict=True)]
        # Not sum(): it starts at the number 0, which the exported graph would keep as a node.
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        output: Tensor = self.relu(total)
        return output


def _path(channels: Sequence[int], sides: Sequence[int], source: int, target: int) -> nn.Module:
    if source == target:
        return nn.Identity()
    inputs, outputs = channels[source], channels[target]
    if source > target:
        return nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            _upsample(sides[source], sides[target]),
        )
    steps = target - source
    return nn.Sequential(
        *(ConvNorm(inputs, inputs, stride=2) for _ in range(steps - 1)),
        ConvNorm(inputs, outputs, stride=2, active=False),
    )


def _upsample(source: int, target: int) -> nn.Upsample:
    if target % source:
        return nn.Upsample(size=(target, target))
    # The same, but ONNX Runtime is faster at factors than at sizes.
    return nn.Upsample(scale_factor=target // source)


class Stage(nn.Module):
    """One `Parallel` unit in each stream, then each stream fused from all where there are more.

    Args:
        channels: of each stream, finest first.
        sides: of each stream's map in pixels.
    """

    def __init__(self, channels: Sequence[int], sides: Sequence[int]) -> None:
        super().__init__()
        self.units = nn.ModuleList(Parallel(width) for width in channels)
        targets = range(len(channels)) if len(channels) > 1 else ()
        self.fuses = nn.ModuleList(Fuse(channels, sides, target) for target in targets)

    def forward(self, streams: Sequence[Tensor]) -> list[Tensor]:
        """One map of each stream → the same shapes."""
        streams = [unit(stream) for unit, stream in zip(self.units, streams, strict=True)]
        return [fuse(streams) for fuse in self.fuses] or streams


class HighResolution(nn.Module):
    """Four stages; the finest stream goes through all, and each further stage adds a coarser one.

    Readings where the paper is silent or says two things:

    - Section 4's "two parallel branches with 3 and 5 convolutional layers" cannot be two streams,
      for figure 3 has more of them in stages 3 and 4: it is the unit of every stream in every
      stage.
    - A stream has half the side and twice the channels of the one above it.
    - A new stream is a 3x3 convolution of stride 2 on the coarsest one so far.
    - Streams are fused at the end of each stage from the second on.
    - Figure 3's decoding to a picture belongs to generation and is not part of the trunk.

    Args:
        inputs: channels in.
        side: of the map in, in pixels; the finest stream keeps it.
        width: channels of the finest stream.

    Attributes:
        channels: (4,) of each stream, finest first.
        sides: (4,) of each stream's map in pixels.
    """

    def __init__(self, inputs: int, side: int, width: int) -> None:
        super().__init__()
        self.channels = tuple(width * 2**level for level in range(STAGES))
        # A convolution of stride 2 rounds an odd side up.
        self.sides = tuple(-(-side // 2**level) for level in range(STAGES))
        self.entry = ConvNorm(inputs, width)
        self.transitions = nn.ModuleList(
            ConvNorm(above, below, stride=2)
            for above, below in zip(self.channels, self.channels[1:], strict=False)
        )
        self.stages = nn.ModuleList(
            Stage(self.channels[:count], self.sides[:count]) for count in range(1, STAGES + 1)
        )

    def forward(self, features: Tensor) -> list[Tensor]:
        """(B, inputs, side, side) → maps of the four streams, finest first."""
        streams: list[Tensor] = self.stages[0]([self.entry(features)])
        for transition, stage in zip(self.transitions, self.stages[1:], strict=True):
            streams = stage([*streams, transition(streams[-1])])
        return streams


class Concatenate(nn.Module):
    """Puts the streams on one another at the finest size, so that one map holds all scales.

    Args:
        side: of the finest stream in pixels.
    """

    def __init__(self, side: int) -> None:
        super().__init__()
        self.upsample = nn.Upsample(size=(side, side))

    def forward(self, streams: Sequence[Tensor]) -> Tensor:
        """One map of each stream → (B, sum of channels, side, side)."""
        finest, *coarser = streams
        return torch.cat([finest, *(self.upsample(stream) for stream in coarser)], dim=1)
