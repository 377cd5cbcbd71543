"""MMA-GAN: a change of expression, added to the picture, by multi-scale mixed attention."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.generation.base import GenerationNet, Mover, with_maps
from avatar_bridge.nets.generation.blocks import Down, ResidualBlock, Up, in_reach, moved
from avatar_bridge.nets.generation.discriminator import PatchDiscriminator
from avatar_bridge.nets.layers.mixed_attention import MixedAttention

_QUIET = 0.002  # spread of the last layer's weights at first: nearly no change


class MmaGenerator(Mover):
    """Label maps in, convolutions down, mixed-attention modules, up, and the global residual.

    Liu et al., *Facial Expression Generation Based on Multi-scale Mixed Attention*, section III.A
    and figure 2. Readings:

    - "N + 3 input channels" are N + 1 here: pictures are grey. The first convolution halves the
      picture, so that a face is changed within a frame's time on a processor.
    - No instance norm in the first layer: it would take a map that is everywhere the same, which
      is what a label map is, out again. For the same reason the maps join once more before the
      modules.
    - The global residual connection is `clip(input + change)`; without it the last layer paints
      the whole picture through tanh.
    - `half`: the change is made at half the side and brought up, so that a picture of 128 px costs
      what one of 64 px does. The picture itself keeps its detail, since it is added to whole.
    - `warp`: the net also says from where each pixel is taken, and the change is added to the
      picture so moved. The corner of a mouth goes up with the skin round it; by addition alone it
      is painted anew, and what was there shows through.

    Args:
        conditions: N.
        width: channels at half the side; twice as many at a quarter.
        blocks: modules at a quarter of the side.
        mmar: mixed-attention modules; else plain residual blocks.
        grc: whether the change is added to the picture.
        half: whether the change is made at half the side; it takes `grc`.
        warp: whether the picture is moved before the change is added; it takes `grc`.

    Raises:
        ConfigError: `half` or `warp` without `grc`.
    """

    def __init__(
        self,
        conditions: int,
        width: int,
        blocks: int,
        mmar: bool,
        grc: bool,
        half: bool = False,
        warp: bool = False,
    ) -> None:
        super().__init__()
        for name, asked in (("half", half), ("warp", warp)):
            if asked and not grc:
                raise ConfigError(f"{name}: expected grc = true beside it, got false")
        self.grc, self.halved, self.moves = grc, half, warp
        self.stem = nn.Sequential(nn.Conv2d(1 + conditions, width, 4, 2, 1), nn.ReLU(inplace=True))
        self.down = Down(width, 2 * width)
        self.told = nn.Conv2d(2 * width + conditions, 2 * width, 1)
        module = MixedAttention if mmar else ResidualBlock
        self.blocks = nn.Sequential(*(module(2 * width) for _ in range(blocks)))
        self.up = nn.Sequential(Up(2 * width, width), Up(width, width // 2))
        self.paint = nn.Conv2d(width // 2, 3 if warp else 1, 5, 1, 2)
        if grc:
            nn.init.normal_(self.paint.weight, 0.0, _QUIET)
            assert self.paint.bias is not None
            nn.init.zeros_(self.paint.bias)

    def with_flow(self, image: Tensor, condition: Tensor) -> tuple[Tensor, Tensor]:
        """See `Mover`; S is divisible by 16 (32 for `half`)."""
        seen = F.avg_pool2d(image, 2) if self.halved else image
        features = self.down(self.stem(with_maps(seen, condition)))
        features = self.blocks(torch.relu(self.told(with_maps(features, condition))))
        painted = self.paint(self.up(features)).float()  # places need more than bfloat16
        if self.halved:
            painted = F.interpolate(painted, scale_factor=2, mode="bilinear", align_corners=False)
        change, flow = painted[:, :1], in_reach(painted[:, 1:])
        if not self.grc:
            return torch.tanh(change), flow
        if self.moves:
            image = moved(image, flow)
        return torch.clamp(image + change, -1.0, 1.0), flow


def create(
    conditions: int = 7,
    size: int = 128,
    width: int = 32,
    blocks: int = 4,
    critic: int = 24,
    mmar: bool = True,
    grc: bool = True,
    half: bool = False,
    warp: bool = False,
) -> GenerationNet:
    """Build both players with random weights.

    Args:
        conditions: N.
        size: any that is divisible by 16.
        width: see `MmaGenerator`.
        blocks: see there.
        critic: width of the discriminator.
        mmar: see `MmaGenerator`.
        grc: see there.
        half: see there.
        warp: see there.
    """
    generator = MmaGenerator(conditions, width, blocks, mmar, grc, half, warp)
    return GenerationNet(generator, PatchDiscriminator(conditions, critic), conditions)
