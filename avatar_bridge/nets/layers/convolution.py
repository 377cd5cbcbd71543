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


class ConvPrelu(nn.Sequential):
    """Convolution without padding, pool if there is one, PReLU.

    The pool comes first: where no slope is negative the order makes no difference, and ONNX Runtime
    needs less than half the time.

    Args:
        inputs: channels in.
        outputs: channels out.
        kernel: side of the convolution.
        pool: of the map.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, pool: nn.Module | None = None
    ) -> None:
        layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel)]
        if pool is not None:
            layers.append(pool)
        super().__init__(*layers, nn.PReLU(outputs))


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


def he_normal(net: nn.Module) -> None:
    """Start every convolution so that a signal keeps its size through PReLU.

    He et al., *Delving Deep into Rectifiers* (2015), section 2.2. https://arxiv.org/abs/1502.01852
    """
    slope = nn.PReLU(device="cpu").weight.item()
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, slope, nonlinearity="leaky_relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
