"""Depthwise-separable convolutions."""

from torch import Tensor, nn


class Separable(nn.Module):
    """A 3x3 convolution per channel, then a 1x1 across channels; residual where shapes allow.

    Howard et al., *MobileNets* (2017), section 3.1. https://arxiv.org/abs/1704.04861
    Batch norm and ReLU only, so that int8 kernels fuse. It saves weights and multiplications,
    not always time: on a CPU the depthwise half is bound by memory, so use it on small maps.

    Args:
        inputs: channels in.
        outputs: channels out.
        stride: 1 keeps the map's size, 2 halves it.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Sequential(
            nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
            nn.BatchNorm2d(inputs),
            nn.ReLU(inplace=True),
        )
        self.pointwise = nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        self.relu = nn.ReLU(inplace=True)
        self.residual = inputs == outputs and stride == 1

    def forward(self, features: Tensor) -> Tensor:
        """(B, inputs, H, W) → (B, outputs, H / stride, W / stride)."""
        output = self.pointwise(self.depthwise(features))
        if self.residual:
            output = output + features
        result: Tensor = self.relu(output)
        return result


class SeparableNorm(nn.Sequential):
    """Xception's form: depthwise 3x3 and pointwise 1x1 with nothing between, then batch norm.

    (B, inputs, H, W) → (B, outputs, H, W).
    Chollet, *Xception* (2017), section 3. https://arxiv.org/abs/1610.02357

    Args:
        inputs: channels in.
        outputs: channels out.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(
            nn.Conv2d(inputs, inputs, 3, 1, 1, groups=inputs, bias=False),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
