"""HR-PCN: an expression net that keeps one fine map from the stem to the softmax."""

from torch import Tensor, nn

from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.convolution import ConvNorm
from avatar_bridge.nets.layers.high_resolution import Concatenate, HighResolution

_STRIDE = 4  # of the stem's convolution and pool together


class HrPcn(EmotionNet):
    """Grey (B, 1, size, size) → logits off the concatenated scales of `HighResolution`.

    Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced
    MTCNN with HR-PCN and GCN* (Informatica 49, 2025), section 3.1 and figure 3. There it is the
    inside of the last stage of a cascade that finds faces as well; here it reads a face that has
    been found. The trunk's docstring says how the streams are read; of the ends:

    - "An initial convolution module", and "convolution and pooling" in stage 1: two 3x3
      convolutions, the first of stride 2, and a pool. The finest map is a quarter of the picture.
    - "The fused multi-scale features are concatenated and passed to a classifier": brought to the
      finest size and concatenated, which makes one map for Grad-CAM++ to look at, then averaged,
      and one fully connected layer.

    Args:
        size: side of the input in pixels; section 4 gives 96.
        width: channels of the finest stream; the three below have 2, 4 and 8 times as many.
        dropout: share of the features that the last layer misses in training.
        channels: 1 for grey, 3 for RGB.
    """

    def __init__(
        self, size: int = 96, width: int = 16, dropout: float = 0.3, channels: int = 1
    ) -> None:
        super().__init__()
        self.size = size
        self.channels = channels
        self.stem = nn.Sequential(
            ConvNorm(channels, width, stride=2),
            ConvNorm(width, width),
            nn.MaxPool2d(3, 2, 1),
        )
        side = -(-size // _STRIDE)
        self.trunk = HighResolution(width, side, width)
        self.focus = Concatenate(side)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(sum(self.trunk.channels), CLASSES))

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """(B, channels, size, size) → ((B, CLASSES),)."""
        scales = self.focus(self.trunk(self.stem(image)))  # (B, 15 * width, size / 4, size / 4)
        return (self.head(scales.mean(dim=(2, 3))),)


def create(size: int = 96, width: int = 16, dropout: float = 0.3, channels: int = 1) -> HrPcn:
    """Build the net with random weights."""
    return HrPcn(size, width, dropout, channels)
