"""Octave convolution: a part of the channels at half the resolution."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Octave = tuple[Tensor, Tensor | None]


class OctaveConv(nn.Module):
    """Four convolutions between a high and a low band.

    Y_high = conv(X_high) + up(conv(X_low)) and Y_low = conv(X_low) + conv(pool(X_high))
    (paper 000, equations 4 and 5; Chen et al., *Drop an Octave*, 2019,
    https://arxiv.org/abs/1904.05049). What goes up is convolved at the low resolution first.
    Odd maps are padded by their edge before pooling, and cut after growing.

    Args:
        inputs: channels in, both bands together.
        outputs: channels out.
        alpha_in: share of the channels in the low band, in; 0 for the first layer of a net.
        alpha_out: the same, out; 0 for the last layer.
        kernel: side of the convolutions, odd; maps keep their size.

    Attributes:
        outputs: channels out of the high and the low band.

    Raises:
        ValueError: a share outside [0, 1), or one that leaves the high band without channels.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        alpha_in: float = 0.5,
        alpha_out: float = 0.5,
        kernel: int = 3,
    ) -> None:
        super().__init__()
        for name, alpha in (("alpha_in", alpha_in), ("alpha_out", alpha_out)):
            if not 0 <= alpha < 1:
                raise ValueError(f"{name}: expected a share in [0, 1), got {alpha}")
        low_in, low_out = round(alpha_in * inputs), round(alpha_out * outputs)
        high_in, high_out = inputs - low_in, outputs - low_out
        for name, count, alpha in (
            ("alpha_in", high_in, alpha_in),
            ("alpha_out", high_out, alpha_out),
        ):
            if not count:
                raise ValueError(f"{name}: expected a share that leaves a high band, got {alpha}")

        self.outputs = (high_out, low_out)

        def convolution(count_in: int, count_out: int) -> nn.Conv2d | None:
            if not count_in or not count_out:
                return None
            return nn.Conv2d(count_in, count_out, kernel, padding=kernel // 2)

        self.high_to_high = convolution(high_in, high_out)
        self.high_to_low = convolution(high_in, low_out)
        self.low_to_high = convolution(low_in, high_out)
        self.low_to_low = convolution(low_in, low_out)

    def forward(self, high: Tensor, low: Tensor | None = None) -> Octave:
        """Both bands → both bands.

        Args:
            high: (B, C_high, H, W).
            low: (B, C_low, ceil(H / 2), ceil(W / 2)), or None where alpha_in is 0.

        Returns:
            The same for the outputs; low is None where alpha_out is 0.
        """
        expected = self.low_to_high is not None
        if (low is not None) != expected:
            raise ValueError(f"expected {'both bands' if expected else 'the high band alone'}")
        assert self.high_to_high is not None
        high_out = self.high_to_high(high)
        low_out: Tensor | None = None
        if self.high_to_low is not None:
            low_out = self.high_to_low(_halve(high))
        if low is not None:
            if self.low_to_high is not None:
                up = F.interpolate(self.low_to_high(low), scale_factor=2.0, mode="nearest")
                rows, columns = high.shape[2:]
                # Only where it cuts something: ONNX Runtime runs faster without the node.
                if up.shape[2:] != (rows, columns):
                    up = up[:, :, :rows, :columns]
                high_out = high_out + up
            if self.low_to_low is not None:
                own = self.low_to_low(low)
                low_out = own if low_out is None else low_out + own
        return high_out, low_out


class OctaveBlock(nn.Module):
    """Octave convolution, then a pool and PReLU in either band; `ConvPrelu` tells of that order.

    Args:
        inputs: channels in, both bands together.
        outputs: channels out.
        alpha_in: see `OctaveConv`.
        alpha_out: see `OctaveConv`.
        pool: halves a map, rounding up, and has no weights.
    """

    def __init__(
        self, inputs: int, outputs: int, alpha_in: float, alpha_out: float, pool: nn.Module
    ) -> None:
        super().__init__()
        self.convolution = OctaveConv(inputs, outputs, alpha_in, alpha_out)
        self.pool = pool
        high, low = self.convolution.outputs
        self.high_slopes = nn.PReLU(high)
        self.low_slopes = nn.PReLU(low) if low else None

    def forward(self, high: Tensor, low: Tensor | None = None) -> Octave:
        """Both bands → both bands, at half the size."""
        high, low = self.convolution(high, low)
        high = self.high_slopes(self.pool(high))
        if low is None or self.low_slopes is None:
            return high, None
        return high, self.low_slopes(self.pool(low))


def _halve(features: Tensor) -> Tensor:
    """Mean of 2x2 cells; the last row and column of an odd map are doubled first."""
    odd = (features.shape[3] % 2, features.shape[2] % 2)
    if any(odd):
        features = F.pad(features, (0, odd[0], 0, odd[1]), mode="replicate")
    return torch.nn.functional.avg_pool2d(features, 2)
