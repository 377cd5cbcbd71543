"""R-Net of MTCNN: rejects most of P-Net's windows."""

from torch import nn

from avatar_bridge.nets.detection.base import DenseHeads, WindowNet
from avatar_bridge.nets.layers.convolution import ConvPrelu

SIZE = 24


class RNet(WindowNet):
    """Grey (B, 1, 24, 24) → answers for as many windows.

    Zhang et al., *Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
    Networks* (2016), section II.B and figure 2, https://arxiv.org/abs/1604.02878: convolutions of
    28, 48 and 64 filters, 3x3 pools of stride 2 after the first two, 128 dense units.
    """

    def __init__(self) -> None:
        features = nn.Sequential(
            ConvPrelu(self.channels, 28, pool=nn.MaxPool2d(3, 2, ceil_mode=True)),
            ConvPrelu(28, 48, pool=nn.MaxPool2d(3, 2, ceil_mode=True)),
            ConvPrelu(48, 64, kernel=2),  # (B, 64, 3, 3)
        )
        super().__init__(SIZE, features, DenseHeads(64 * 3 * 3, 128))


def create() -> RNet:
    """The net with random weights."""
    return RNet()
