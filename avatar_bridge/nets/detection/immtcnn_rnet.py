"""R-Net of IMMTCNN: MTCNN's, of octave convolutions."""

from torch import nn

from avatar_bridge.nets.detection.base import DenseHeads, WindowNet
from avatar_bridge.nets.detection.octave_trunk import OctaveTrunk

SIZE = 24


class OctaveRNet(WindowNet):
    """Grey (B, 1, 24, 24) → answers for as many windows.

    Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced
    MTCNN with HR-PCN and GCN* (Informatica 49, 2025), section 3.1: MTCNN's R-Net with octave in
    place of standard convolutions. Readings: all three are 3x3 and padded, since bands must keep
    their sizes; a third pool then leaves MTCNN's 3x3 cells of 64 channels.

    Args:
        alpha: share of the low band (section 4); 0 leaves plain convolutions.
    """

    def __init__(self, alpha: float = 0.5) -> None:
        pools = [nn.MaxPool2d(3, 2, 1) for _ in range(3)]
        features = OctaveTrunk(self.channels, (28, 48, 64), pools, alpha)  # (B, 64, 3, 3)
        super().__init__(SIZE, features, DenseHeads(64 * 3 * 3, 128))


def create(alpha: float = 0.5) -> OctaveRNet:
    """The net with random weights."""
    return OctaveRNet(alpha)
