"""Plain convolution with batch norm, and the residual pair built of it."""

from torch import Tensor, nn


class ConvNorm(nn.Sequential):
    """3x3 convolution, batch norm and, unless `active` is False, ReLU.

    No bias, no squeeze-and-excite, no hard-swish: the three fold into one int8 kernel.

    Args:
        inputs: channels in.
        outputs: channels out.
        stride: 1 keeps the map's size, 2 halves it.
        active: whether ReLU follows.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, active: bool = True) -> None:
        layers: list[nn.Module] = [
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        if active:
            layers.append(nn.ReLU(inplace=True))
        super().__init__(*layers)


class Residual(nn.Module):
    """Two 3x3 convolutions around an identity path.

    He, Zhang, Ren and Sun, *Deep Residual Learning for Image Recognition* (2015), section 3.1.
    https://arxiv.org/abs/1512.03385

    Args:
        channels: in and out.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = ConvNorm(channels, channels, active=False)
        self.relu = nn.ReLU(inplace=True)
        # The pair starts as the identity, which lets a large learning rate in from step one.
        norm = self.second[1]
        assert isinstance(norm, nn.BatchNorm2d)
        nn.init.zeros_(norm.weight)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) → (B, C, H, W)."""
        output: Tensor = self.relu(features + self.second(self.first(features)))
        return output


def gaussian(net: nn.Module, deviation: float = 0.04) -> None:
    """Start every convolution from N(0, deviation).

    Batch norm right after takes the scale out again, so that depth does no harm.
    *Facial Expression Recognition Based on MTCNN and KCF*, section IV.B.
    """
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.normal_(module.weight, 0.0, deviation)
