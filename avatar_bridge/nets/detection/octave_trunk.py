"""The octave convolutions that R-Net and O-Net of IMMTCNN are made of."""

from collections.abc import Sequence

from torch import Tensor, nn

from avatar_bridge.nets.layers.octave import OctaveBlock


class OctaveTrunk(nn.Module):
    """3x3 octave convolutions in a row, between one map in and one map out.

    Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced
    MTCNN with HR-PCN and GCN* (Informatica 49, 2025), section 3.1, equations 4 and 5. The share of
    the low band is 0 into the first and out of the last, as Chen et al. (2019) begin and end.

    Args:
        inputs: channels in.
        widths: channels of each convolution, both bands together.
        pools: what follows each; it halves a map, rounding up.
        alpha: share of the low band; 0 leaves plain convolutions.
    """

    def __init__(
        self, inputs: int, widths: Sequence[int], pools: Sequence[nn.Module], alpha: float
    ) -> None:
        super().__init__()
        shares = (0.0, *(alpha,) * (len(widths) - 1), 0.0)
        self.blocks = nn.ModuleList()
        for index, (width, pool) in enumerate(zip(widths, pools, strict=True)):
            self.blocks.append(OctaveBlock(inputs, width, shares[index], shares[index + 1], pool))
            inputs = width

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, H, W) → (B, widths[-1], h, w)."""
        high: Tensor = features
        low: Tensor | None = None
        for block in self.blocks:
            high, low = block(high, low)
        return high
