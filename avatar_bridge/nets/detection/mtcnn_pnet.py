"""P-Net of MTCNN: slides over a picture and proposes windows."""

from torch import nn

from avatar_bridge.nets.detection.base import MapHeads, WindowNet
from avatar_bridge.nets.layers.convolution import ConvPrelu

SIZE = 12


class PNet(WindowNet):
    """Grey (B, 1, H, W) → answers for 12x12 windows two pixels apart.

    Zhang et al., *Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
    Networks* (2016), section II.B and figure 2, https://arxiv.org/abs/1604.02878: 3x3
    convolutions of 10, 16 and 32 filters, a 2x2 pool after the first. The window of the place
    (i, j) begins at pixel (2 i, 2 j), and all windows lie inside the picture.
    """

    def __init__(self) -> None:
        features = nn.Sequential(
            ConvPrelu(self.channels, 10, pool=nn.MaxPool2d(2)),
            ConvPrelu(10, 16),
            ConvPrelu(16, 32),
        )
        super().__init__(SIZE, features, MapHeads(32))


def create() -> PNet:
    """The net with random weights."""
    return PNet()
