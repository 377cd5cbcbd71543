"""P-Net of IMMTCNN: MTCNN's, its first convolution in two thin ones."""

from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.nets.detection.base import MapHeads, WindowNet
from avatar_bridge.nets.detection.mtcnn_pnet import SIZE
from avatar_bridge.nets.layers.convolution import ConvPrelu

_FILTERS = 12
_LOW = _FILTERS // 2  # of them in the low band of the octave form


def _pair(inputs: int, outputs: int) -> nn.Sequential:
    """3x1 and, in each of its channels, 1x3; nothing between: together a 3x3 kernel."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, (3, 1)),
        nn.Conv2d(outputs, outputs, (1, 3), groups=outputs),
    )


class PairStem(nn.Sequential):
    """The pair, a pool and a 3x3 convolution: (B, 1, H, W) → (B, 16, h, w)."""

    def __init__(self, channels: int) -> None:
        super().__init__(
            _pair(channels, _FILTERS),
            nn.MaxPool2d(2),
            nn.PReLU(_FILTERS),
            ConvPrelu(_FILTERS, 16),
        )


class OctaveStem(nn.Module):
    """The same as an octave: half of the 12 filters see the picture at half its size.

    The low band meets the high one where the pool has halved that too, so nothing is scaled up
    again; and nothing is padded. Otherwise places of odd number would see another grid than the
    windows that taught the net.

    (B, 1, H, W) → (B, 16, h, w), of the same places as `PairStem`.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.high = _pair(channels, _FILTERS - _LOW)
        self.low = nn.Conv2d(channels, _LOW, 3)
        self.high_slopes, self.low_slopes = nn.PReLU(_FILTERS - _LOW), nn.PReLU(_LOW)
        self.high_to_high = nn.Conv2d(_FILTERS - _LOW, 16, 3)
        # Two cells of the low band reach as far as three of the high one.
        self.low_to_high = nn.Conv2d(_LOW, 16, 2)
        self.slopes = nn.PReLU(16)

    def forward(self, image: Tensor) -> Tensor:
        high = self.high_slopes(F.max_pool2d(self.high(image), 2))
        low = self.low_slopes(self.low(F.avg_pool2d(image, 2)))
        total: Tensor = self.slopes(self.high_to_high(high) + self.low_to_high(low))
        return total


class PairPNet(WindowNet):
    """Grey (B, 1, H, W) → answers for 12x12 windows two pixels apart.

    Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced
    MTCNN with HR-PCN and GCN* (Informatica 49, 2025), section 3.1 and figure 2: 12 filters first,
    by "a pair of separable convolutions that together simulate a 3x3 kernel while reducing
    computational complexity", then MTCNN's 16 and 32. Readings: the second of the pair does not mix
    channels, or it would cost more than a 3x3 kernel; "a 3x3 convolution, resulting in 5x5x12" is
    the pair and its pool in one; "a convolution with a stride of 4" fits no printed size and is
    left out. The text has octave convolutions in P-Net once, and in R-Net and O-Net alone once.

    Args:
        octave: whether the first two layers are an octave.
    """

    def __init__(self, octave: bool = False) -> None:
        stem = OctaveStem if octave else PairStem
        features = nn.Sequential(stem(self.channels), ConvPrelu(16, 32))
        super().__init__(SIZE, features, MapHeads(32))


def create(octave: bool = False) -> PairPNet:
    """The net with random weights."""
    return PairPNet(octave)
