"""The five-layer CNN of paper 003."""

from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.convolution import ConvNorm

SIZE = 48
_WIDTHS = (16, 32, 64, 128, 256)
_POOLS = (7, 5, 3, 3, 3)
_NARROW, _SIDE = 64, 5  # 64 * 5 * 5 = 1600


class DeepCnn5(EmotionNet):
    """Grey (B, 1, 48, 48) → logits.

    *Facial emotion recognition*, paper 003, section IV.B: 3x3 convolutions of 16, 32, 64, 128
    and 256 kernels, each with ReLU and max pooling of 7, 5, 3, 3 and 3 with stride 2, and a
    vector of 1600 before the softmax. No input size gives 1600 after those pools: here a 1x1
    convolution to 64 channels and an adaptive 5x5 pool do. At 48 px the last map is 2x2 and is
    enlarged to 5x5 by repetition: the pool itself, whose middle row and column would be means, has
    no form that ONNX can write there. Batch norm after each convolution.

    Args:
        dropout: share of the 1600 that is dropped in training; the paper gives none.
    """

    size = SIZE
    channels = 1

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = self.channels
        for width, pool in zip(_WIDTHS, _POOLS, strict=True):
            layers += [ConvNorm(inputs, width), nn.MaxPool2d(pool, 2, pool // 2)]
            inputs = width
        self.features = nn.Sequential(*layers[:-1])  # (B, 256, 3, 3)
        self.focus = nn.Identity()
        self.pool = layers[-1]  # (B, 256, 2, 2)
        self.narrow = nn.Conv2d(inputs, _NARROW, 1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(_NARROW * _SIDE**2, CLASSES)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        maps = self.narrow(self.pool(self.focus(self.features(image))))  # (B, 64, 2, 2)
        spread = nn.functional.interpolate(maps, size=(_SIDE, _SIDE), mode="nearest")
        return (self.fc(self.dropout(spread.flatten(1))),)


def create(dropout: float = 0.2) -> DeepCnn5:
    """The net with random weights."""
    return DeepCnn5(dropout)
