"""The plain CNN of paper 001: three convolutions and four fully connected layers."""

from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.convolution import ConvNorm, gaussian

SIZE = 48
_WIDTHS = (64, 128, 256)
_FLAT = _WIDTHS[-1] * (SIZE // 8) ** 2


class Cnn(EmotionNet):
    """Grey (B, 1, 48, 48) → logits.

    *Facial Expression Recognition Based on MTCNN and KCF*, section III, "CNN": three 3x3
    convolutions of 64, 128 and 256 channels, each with batch norm, ReLU and 2x2 pooling; dropout
    0.2 before the layer of 4096, 0.5 before those of 1024 and 256. Convolutions start from
    N(0, 0.04), section IV.B.
    """

    size = SIZE
    channels = 1

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        inputs = self.channels
        for width in _WIDTHS:
            layers += [ConvNorm(inputs, width), nn.MaxPool2d(2)]
            inputs = width
        self.features = nn.Sequential(*layers[:-1])  # (B, 256, 12, 12)
        self.focus = nn.Identity()
        self.pool = layers[-1]  # (B, 256, 6, 6)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(_FLAT, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(4096, 1024),
            nn.ReLU(inplace=True),
            nn.Dropout(0.5),
            nn.Linear(1024, 256),
            nn.ReLU(inplace=True),
            nn.Linear(256, CLASSES),
        )
        gaussian(self.features)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return (self.classifier(self.pool(self.focus(self.features(image)))),)


def create() -> Cnn:
    """The net with random weights."""
    return Cnn()
