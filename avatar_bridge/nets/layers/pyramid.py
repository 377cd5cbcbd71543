"""One map that sees coarse and fine."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.nets.layers.convolution import ConvNorm


class MultiScale(nn.Module):
    """Stage maps through a 1x1 to one width, brought to one resolution, added step by step.

    *Facial expression recognition by IMMTCNN and SE-ResNet50-GCN*, figure 6: the global
    multi-scale feature map.

    Args:
        inputs: channels of each stage's map, fine to coarse.
        width: channels of the result.
        side: of the result in cells, whatever the size of the picture.
    """

    def __init__(self, inputs: Sequence[int], width: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(count, width, 1, bias=False), nn.BatchNorm2d(width))
            for count in inputs
        )
        self.smooth = ConvNorm(width, width)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """The stages' maps → (B, width, side, side)."""
        total: Tensor | None = None
        for lateral, features in zip(reversed(self.laterals), reversed(maps), strict=True):
            narrow = lateral(features)
            if narrow.shape[-1] != self.side:
                # Down by two this is the mean of four cells.
                narrow = F.interpolate(
                    narrow, size=(self.side, self.side), mode="bilinear", align_corners=False
                )
            total = narrow if total is None else F.relu(total) + narrow
        assert total is not None
        output: Tensor = self.smooth(F.relu(total))
        return output
