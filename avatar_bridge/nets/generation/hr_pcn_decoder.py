"""HR-PCN's features, decoded to a picture that shows another expression."""

import torch
from torch import Tensor, nn

from avatar_bridge.nets.generation.base import GenerationNet, Mover, with_maps
from avatar_bridge.nets.generation.blocks import ResidualBlock, Up, in_reach, moved
from avatar_bridge.nets.generation.discriminator import PatchDiscriminator
from avatar_bridge.nets.layers.convolution import ConvNorm
from avatar_bridge.nets.layers.high_resolution import Concatenate, HighResolution

_QUIET = 0.002
_STRIDE = 4


class HighResolutionDecoder(Mover):
    """The trunk of `nets.emotion.hr_pcn`, and convolutions that paint what it sees.

    Zhou, *Facial Expression Recognition and Generation for Virtual Characters Using an Enhanced
    MTCNN with HR-PCN and GCN* (Informatica 49, 2025), figure 3: the "final stage decodes into a
    generated expression image". The paper says no more; read here as: the concatenated scales
    join the label maps, residual blocks and two transposed convolutions paint the change, and
    it is added to the picture, moved as in `mma_gan`'s `warp`. The maps join before each block:
    what is everywhere the same, an instance norm takes out again.

    Args:
        conditions: N.
        size: side of the picture in pixels; this one is fixed by the trunk.
        width: channels of the trunk's finest stream.
        decoder: channels of the decoder at a quarter of the side.
        blocks: residual ones of the decoder.
    """

    moves = True

    def __init__(self, conditions: int, size: int, width: int, decoder: int, blocks: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            ConvNorm(1, width, stride=2), ConvNorm(width, width), nn.MaxPool2d(3, 2, 1)
        )
        side = -(-size // _STRIDE)
        self.trunk = HighResolution(width, side, width)
        self.focus = Concatenate(side)
        given = [sum(self.trunk.channels), *[decoder] * (blocks - 1)]
        self.told = nn.ModuleList(nn.Conv2d(inputs + conditions, decoder, 1) for inputs in given)
        self.blocks = nn.ModuleList(ResidualBlock(decoder) for _ in range(blocks))
        self.up = nn.Sequential(Up(decoder, decoder // 2), Up(decoder // 2, decoder // 4))
        self.paint = nn.Conv2d(decoder // 4, 3, 5, 1, 2)
        nn.init.normal_(self.paint.weight, 0.0, _QUIET)

    def with_flow(self, image: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """See `Mover`; S is `size`."""
        features = self.focus(self.trunk(self.stem(image)))
        for told, block in zip(self.told, self.blocks, strict=True):
            features = block(torch.relu(told(with_maps(features, condition))))
        painted = self.paint(self.up(features)).float()  # places need more than bfloat16
        flow = in_reach(painted[:, 1:])
        return torch.clamp(moved(image, flow) + painted[:, :1], -1.0, 1.0), flow


def create(
    conditions: int = 7,
    size: int = 64,
    width: int = 16,
    decoder: int = 64,
    blocks: int = 3,
    critic: int = 24,
) -> GenerationNet:
    """Build both players with random weights; see `HighResolutionDecoder`."""
    generator = HighResolutionDecoder(conditions, size, width, decoder, blocks)
    return GenerationNet(generator, PatchDiscriminator(conditions, critic), conditions)
