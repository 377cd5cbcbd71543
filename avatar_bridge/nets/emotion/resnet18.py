"""ResNet-18 on faces of 48 px, as in paper 001."""

from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.convolution import gaussian
from avatar_bridge.nets.layers.resnet import STAGE_CHANNELS, STEM_CHANNELS, Stem, stage


class ResNet18(EmotionNet):
    """Grey (B, 1, 48, 48) → logits.

    *Facial Expression Recognition Based on MTCNN and KCF*, section III, "ResNet": 7x7 stem,
    3x3 pooling, four times two residual units of 64 to 512 channels, global pooling.
    Convolutions start from N(0, 0.04), section IV.B.

    Args:
        dropout: share of the pooled features that is dropped in training; not in the paper.
        size: side of the input in pixels; the paper's is 48.
    """

    channels = 1

    def __init__(self, dropout: float = 0.0, size: int = 48) -> None:
        super().__init__()
        self.size = size
        self.stem = Stem(self.channels)  # (B, 64, 12, 12)
        first, second, third, fourth = STAGE_CHANNELS
        self.layer1 = stage(STEM_CHANNELS, first, 1)
        self.layer2 = stage(first, second, 2)  # (B, 128, 6, 6)
        self.layer3 = stage(second, third, 2)
        self.layer4 = stage(third, fourth, 2)  # (B, 512, 2, 2)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(fourth, CLASSES)
        # Of the paper's size the last map is 2x2: the one before it still knows where.
        self.focus = nn.Identity()
        gaussian(self)

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        maps = self.focus(self.layer3(self.layer2(self.layer1(self.stem(image)))))
        maps = self.layer4(maps)
        return (self.fc(self.dropout(maps.mean(dim=(2, 3)))),)


def create(dropout: float = 0.0, size: int = 48) -> ResNet18:
    """The net with random weights."""
    return ResNet18(dropout, size)
