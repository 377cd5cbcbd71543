"""O-Net of MTCNN: the last word on a window, and its five points."""

from torch import nn

from avatar_bridge.nets.detection.base import DenseHeads, WindowNet
from avatar_bridge.nets.layers.convolution import ConvPrelu

SIZE = 48


class ONet(WindowNet):
    """Grey (B, 1, 48, 48) → answers for as many windows.

    Zhang et al., *Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
    Networks* (2016), section II.B and figure 2, https://arxiv.org/abs/1604.02878: convolutions of
    32, 64, 64 and 128 filters, pools of stride 2 after the first three, 256 dense units.
    """

    def __init__(self) -> None:
        features = nn.Sequential(
            ConvPrelu(self.channels, 32, pool=nn.MaxPool2d(3, 2, ceil_mode=True)),
            ConvPrelu(32, 64, pool=nn.MaxPool2d(3, 2, ceil_mode=True)),
            ConvPrelu(64, 64, pool=nn.MaxPool2d(2)),
            ConvPrelu(64, 128, kernel=2),  # (B, 128, 3, 3)
        )
        super().__init__(SIZE, features, DenseHeads(128 * 3 * 3, 256))


def create() -> ONet:
    """The net with random weights."""
    return ONet()
