"""O-Net of IMMTCNN: box, points and expression off features that keep a fine map."""

import torch
from torch import Tensor, nn

from avatar_bridge.nets.detection.base import DenseHeads, WindowNet
from avatar_bridge.nets.detection.octave_trunk import OctaveTrunk
from avatar_bridge.nets.layers.high_resolution import HighResolution

SIZE = 48
_STEM = 32  # channels; those of MTCNN's first convolution
_SIDE = SIZE // 4  # of the finest map


class HrPcnFeatures(nn.Module):
    """An octave stem, the HR-PCN, and its four scales side by side.

    Args:
        channels: of the picture.
        alpha: share of the stem's low band.
        width: channels of the finest scale; those below have 2, 4 and 8 times as many.

    Attributes:
        outputs: how many features come out.
    """

    def __init__(self, channels: int, alpha: float, width: int) -> None:
        super().__init__()
        pools = [nn.MaxPool2d(3, 2, 1) for _ in range(2)]
        self.stem = OctaveTrunk(channels, (_STEM, _STEM), pools, alpha)
        self.streams = HighResolution(_STEM, _SIDE, width)
        self.outputs = width * _SIDE**2 + sum(self.streams.channels[1:])

    def forward(self, image: Tensor) -> Tensor:
        """(B, channels, 48, 48) → (B, outputs)."""
        finest, *coarser = self.streams(self.stem(image))
        means = [scale.mean(dim=(2, 3)) for scale in coarser]
        return torch.cat([finest.flatten(1), *means], dim=1)


class HrPcnONet(WindowNet):
    """Grey (B, 1, 48, 48) → answers for as many windows, expressions among them.

    Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced
    MTCNN with HR-PCN and GCN* (Informatica 49, 2025), section 3.1 and figure 3. How the streams are
    read is told at `HighResolution`; of the rest:

    - Octave convolution and HR-PCN both divide a map by frequency. O-Net "applies" the one and
      "incorporates" the other: the stem is of octave convolutions, and the streams, which are
      bands already, are of plain ones.
    - "The fused multi-scale features are concatenated and passed to a classifier head": the finest
      scale, into which the last stage has added all others, keeps its places, since points need
      them; the coarser ones give their means. MTCNN's 256 dense units read both, for all heads.
    - Section 4 gives 96x96 to expressions alone; a window of the cascade stays 48x48.

    Args:
        alpha: share of the low band (section 4); 0 leaves plain convolutions.
        width: channels of the finest scale.
    """

    def __init__(self, alpha: float = 0.5, width: int = 8) -> None:
        features = HrPcnFeatures(self.channels, alpha, width)
        super().__init__(SIZE, features, DenseHeads(features.outputs, 256, expressive=True))


class OctaveONet(WindowNet):
    """The same without the HR-PCN: MTCNN's O-Net of octave convolutions.

    Readings: all four are 3x3 and padded, since bands must keep their sizes; a fourth pool then
    leaves MTCNN's 3x3 cells of 128 channels.

    Args:
        alpha: share of the low band; 0 leaves plain convolutions.
    """

    def __init__(self, alpha: float = 0.5) -> None:
        pools = [nn.MaxPool2d(3, 2, 1) for _ in range(4)]
        features = OctaveTrunk(self.channels, (32, 64, 64, 128), pools, alpha)  # (B, 128, 3, 3)
        super().__init__(SIZE, features, DenseHeads(128 * 3 * 3, 256, expressive=True))


def create(alpha: float = 0.5, hr_pcn: bool = True, width: int = 8) -> WindowNet:
    """The net with random weights; `width` is of no use without `hr_pcn`."""
    return HrPcnONet(alpha, width) if hr_pcn else OctaveONet(alpha)
