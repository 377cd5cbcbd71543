"""mini-Xception: residual depthwise-separable blocks and no dense layer."""

from collections.abc import Sequence

from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.convolution import ConvNorm
from avatar_bridge.nets.layers.separable import SeparableNorm

SIZE = 48
_STEM = 8
GENDERS = 2


class Block(nn.Module):
    """Two separable convolutions and a pool, beside a 1x1 of stride 2; added.

    Args:
        inputs: channels in.
        outputs: channels out.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.path = nn.Sequential(
            SeparableNorm(inputs, outputs),
            nn.ReLU(inplace=True),
            SeparableNorm(outputs, outputs),
            nn.MaxPool2d(3, 2, 1),
        )
        self.shortcut = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, 2, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, H, W) → (B, outputs, H / 2, W / 2)."""
        total: Tensor = self.path(features) + self.shortcut(features)
        return total


class MiniXception(EmotionNet):
    """Grey (B, 1, 48, 48) → logits.

    Arriaga, Valdenegro-Toro and Plöger, *Real-time Convolutional Neural Networks for Emotion and
    Gender Classification* (2017), section 3: two plain convolutions, four residual separable
    blocks, a convolution with one channel a class, global average pooling.
    https://arxiv.org/abs/1710.07557
    Papers 001 (section III, "depthwise separable") and 003 (section IV) use it.

    Args:
        widths: channels of each block.
        gender: paper 001's parallel gender branch, as a further convolution with two channels.
            Off: there is no data for it here, and it is a sensitive trait. Its logits are in
            the attribute `gender_logits` after a run.
    """

    size = SIZE
    channels = 1

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 128), gender: bool = False) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        inputs = _STEM
        for width in widths:
            blocks.append(Block(inputs, width))
            inputs = width
        self.stem = nn.Sequential(ConvNorm(self.channels, _STEM), ConvNorm(_STEM, _STEM))
        self.blocks = nn.Sequential(*blocks)  # (B, 128, 3, 3)
        self.focus = nn.Identity()
        self.head = nn.Conv2d(inputs, CLASSES, 3, padding=1)
        self.gender = nn.Conv2d(inputs, GENDERS, 3, padding=1) if gender else None
        self.gender_logits: Tensor | None = None

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        maps = self.focus(self.blocks(self.stem(image)))
        if self.gender is not None:
            self.gender_logits = self.gender(maps).mean(dim=(2, 3))  # (B, 2)
        return (self.head(maps).mean(dim=(2, 3)),)


def create(widths: Sequence[int] = (16, 32, 64, 128), gender: bool = False) -> MiniXception:
    """The net with random weights."""
    return MiniXception(widths, gender)
