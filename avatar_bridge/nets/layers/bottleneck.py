"""ResNet-50's trunk, with or without squeeze and excite.

He, Zhang, Ren and Sun, *Deep Residual Learning for Image Recognition* (2015), section 4.1 and
table 1, https://arxiv.org/abs/1512.03385; the block after the last 1x1 of each bottleneck as in
Hu, Shen and Sun, *Squeeze-and-Excitation Networks* (2018), figure 3.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from avatar_bridge.nets.layers.squeeze_excite import SqueezeExcite

RESNET50 = (3, 4, 6, 3)  # bottlenecks in each stage
SHALLOW = (1, 1, 1, 1)
_STEM = 64
_MIDDLES = (64, 128, 256, 512)
_EXPANSION = 4


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolution beside a shortcut.

    Args:
        inputs: channels in.
        middle: channels of the 3x3; four times as many come out.
        stride: of the 3x3: 1 keeps the map's size, 2 halves it.
        squeeze: whether squeeze and excite follows the last 1x1.
    """

    def __init__(self, inputs: int, middle: int, stride: int = 1, squeeze: bool = True) -> None:
        super().__init__()
        outputs = _EXPANSION * middle
        last = nn.BatchNorm2d(outputs)
        self.branch = nn.Sequential(
            nn.Conv2d(inputs, middle, 1, bias=False),
            nn.BatchNorm2d(middle),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, middle, 3, stride, 1, bias=False),
            nn.BatchNorm2d(middle),
            nn.ReLU(inplace=True),
            nn.Conv2d(middle, outputs, 1, bias=False),
            last,
            *([SqueezeExcite(outputs)] if squeeze else []),
        )
        self.shortcut: nn.Module = nn.Identity()
        if inputs != outputs or stride != 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
        self.relu = nn.ReLU(inplace=True)
        # The block starts as its shortcut, which lets a large learning rate in from step one.
        nn.init.zeros_(last.weight)

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, H, W) → (B, 4 * middle, H / stride, W / stride)."""
        total = self.branch(features) + self.shortcut(features)
        output: Tensor = self.relu(total)
        return output


class BottleneckTrunk(nn.Module):
    """The stem and the four stages.

    Args:
        channels: of the picture.
        width: share of ResNet-50's channels; 1 is the paper's net.
        depths: bottlenecks in each stage.
        squeeze: whether the bottlenecks squeeze and excite.

    Attributes:
        outputs: (4,) channels of each stage's map.
    """

    def __init__(
        self,
        channels: int = 1,
        width: float = 1.0,
        depths: Sequence[int] = RESNET50,
        squeeze: bool = True,
    ) -> None:
        super().__init__()
        stem = round(_STEM * width)
        middles = [round(middle * width) for middle in _MIDDLES]
        self.outputs = tuple(_EXPANSION * middle for middle in middles)
        self.stem = nn.Sequential(
            nn.Conv2d(channels, stem, 7, 2, 3, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, 2, 1),
        )
        stages, inputs = [], stem
        for index, (middle, depth) in enumerate(zip(middles, depths, strict=True)):
            blocks = []
            for place in range(depth):
                stride = 2 if index and not place else 1
                blocks.append(Bottleneck(inputs, middle, stride, squeeze))
                inputs = _EXPANSION * middle
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, image: Tensor) -> list[Tensor]:
        """(B, channels, S, S) → the maps of the stages: sides S/4, S/8, S/16, S/32."""
        features = self.stem(image)
        maps = []
        for stage in self.stages:
            features = stage(features)
            maps.append(features)
        return maps
