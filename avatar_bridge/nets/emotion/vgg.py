"""The VGG of paper 001: three blocks of convolutions and five fully connected layers."""

from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.convolution import ConvNorm, gaussian

SIZE = 48
_BLOCKS = ((2, 32), (3, 64), (3, 128))  # convolutions and channels of each
_FLAT = _BLOCKS[-1][1] * (SIZE // 2 ** len(_BLOCKS)) ** 2


class Vgg(EmotionNet):
    """Grey (B, 1, 48, 48) → logits.

    *Facial Expression Recognition Based on MTCNN and KCF*, section III, "VGG": blocks of two 3x3
    convolutions of 32 channels, three of 64 and three of 128, batch norm and ReLU in each, 2x2
    pooling after each block; dropout 0.5, then layers of 4096, 4096, 1024 and 256. Convolutions
    start from N(0, 0.04), section IV.B.
    """

    size = SIZE
    channels = 1

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = self.channels
        for count, width in _BLOCKS:
            for _ in range(count):
                layers.append(ConvNorm(inputs, width))
                inputs = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers[:-1])  # (B, 128, 12, 12)
        self.focus = nn.Identity()
        self.pool = layers[-1]  # (B, 128, 6, 6)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(_FLAT, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, 1024),
            nn.ReLU(inplace=True),
            nn.Linear(1024, 256),
            nn.ReLU(inplace=True),
            nn.Linear(256, CLASSES),
        )
        gaussian(self.features)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return (self.classifier(self.pool(self.focus(self.features(image)))),)


def create() -> Vgg:
    """The net with random weights."""
    return Vgg()
