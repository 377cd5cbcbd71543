"""Small parts of heads."""

from torch import nn


def narrow(inputs: int, outputs: int) -> nn.Sequential:
    """1x1 convolution that keeps place: (B, inputs, H, W) → (B, outputs, H, W)."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def dense(inputs: int, outputs: int) -> nn.Sequential:
    """Fully connected layer (B, inputs) → (B, outputs).

    Without the batch norm most of its units die early.
    """
    return nn.Sequential(
        nn.Linear(inputs, outputs, bias=False),
        nn.BatchNorm1d(outputs),
        nn.ReLU(inplace=True),
    )
