"""PCNN: a net for the whole face and one for each of its parts, registered and fused."""

from collections import OrderedDict
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from avatar_bridge.errors import ConfigError, ModelError
from avatar_bridge.nets.emotion.base import CLASSES, EmotionNet
from avatar_bridge.nets.layers.affine import AffineSampler
from avatar_bridge.nets.layers.regions import Stitch, face_regions
from avatar_bridge.nets.layers.resnet import STAGE_CHANNELS, STEM_CHANNELS, Stem, stage

_STRIDE = 16  # of a front
_LEAST = 64  # pixels; below it a part would be no pixel high in the stitched map
_MULTIPLE = 32  # pixels; halves of the face then are whole pixels of its map
_KNOWS_WHERE = 128  # px of input from which layer 4 gives 4x4 cells or more
_IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class Front(nn.Sequential):
    """ResNet-18 through layer 3, under the names that the whole net gives its parts.

    (B, channels, H, W) → (B, 256, H / 16, W / 16), rounded up.

    Args:
        channels: of the picture.
    """

    def __init__(self, channels: int) -> None:
        first, second, third, _ = STAGE_CHANNELS
        super().__init__(
            OrderedDict(
                stem=Stem(channels),
                layer1=stage(STEM_CHANNELS, first, 1),
                layer2=stage(first, second, 2),
                layer3=stage(second, third, 2),
            )
        )


class Pcnn(EmotionNet):
    """(B, channels, size, size) → logits of the fused features, then of the local ones.

    Tian et al., *A Perception CNN for Facial Expression Recognition*, section III and figure 2.
    https://github.com/helloxiaotian/PCNN

    GFIEB is a front on the whole face; LFSIEB is one front on each of five crops, stitched
    (equations 2 and 3, whose left side is a misprint for O_LFSIEB). MDIM (equation 4) registers
    the local features by a spatial transformer and adds the global ones. GPN and LPN are the heads
    of the two branches; the paper's loss is 12 and 8 times their cross-entropies (equation 5).

    Readings where the paper is silent:

    - The "4-layer residual network" of MDIM is "the last four layers of ResNet18" (section IV.C):
      layer 4 with its four convolutions, then a mean and a layer that starts at the identity.
    - Equation 4's multiplication is the sampling of the local features on the generated grid.
    - The heads pool by the largest value, as section III.D says, over the whole map.

    As written it has 33.5 M parameters; the paper's table counts 51.0 M.

    Args:
        size: side of the input in pixels: a multiple of 32, 64 or more.
        channels: 1 for grey, 3 for RGB.
        overlap: whether the cheeks' crops reach into the mouth's; see `face_regions`.
    """

    def __init__(self, size: int = 224, channels: int = 1, overlap: bool = True) -> None:
        super().__init__()
        if size < _LEAST or size % _MULTIPLE:
            raise ConfigError(
                f"size: expected a multiple of {_MULTIPLE} that is {_LEAST} or more, got {size}"
            )
        self.size = size
        self.channels = channels
        self.regions = face_regions(overlap)
        local, deep = STAGE_CHANNELS[2:]
        side = size // _STRIDE
        self.whole = Front(channels)
        self.parts = nn.ModuleDict({region.name: Front(channels) for region in self.regions})
        self.stitch = Stitch(self.regions, side)
        self.refine = stage(local, deep, 2)
        self.transform = nn.Linear(deep, len(_IDENTITY))
        self.sample = AffineSampler(side)
        self.layer4 = stage(local, deep, 2)
        # Figure 12 draws Grad-CAM++ from layer 4; where that map is too small to know where, from
        # the fusion before it. A module of its own, lest layer 4 have two names.
        self.focus = nn.Identity()
        self._late = size >= _KNOWS_WHERE
        self.fc = nn.Linear(deep, CLASSES)
        self.local_fc = nn.Linear(local, CLASSES)
        with torch.no_grad():
            self.transform.weight.zero_()
            self.transform.bias.copy_(torch.tensor(_IDENTITY))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(B, channels, size, size) → (B, CLASSES) of the fusion and of the local features."""
        local = self.local_features(image)
        fused = self.register(local) + self.whole(image)  # (B, 256, size / 16, size / 16)
        refined = self.layer4(fused if self._late else self.focus(fused))
        if self._late:
            refined = self.focus(refined)  # (B, 512, size / 32, size / 32)
        return self.fc(refined.amax(dim=(2, 3))), self.local_fc(local.amax(dim=(2, 3)))

    def local_features(self, image: Tensor) -> Tensor:
        """(B, channels, size, size) → (B, 256, size / 16, size / 16), LFSIEB's output."""
        maps = []
        for region in self.regions:
            rows, columns = region.box(self.size)
            maps.append(self.parts[region.name](image[:, :, rows, columns]))
        return self.stitch(maps)

    def register(self, local: Tensor) -> Tensor:
        """(B, 256, H, W) → the same, moved by the affine transform that it asks for itself."""
        pooled = self.refine(local).mean(dim=(2, 3))  # (B, 512)
        return self.sample(local, self.transform(pooled).reshape(-1, 2, 3))

    def load_fronts(self, state: Mapping[str, Tensor]) -> None:
        """Start all six fronts and GPN's layer 4 from a trained ResNet-18.

        Args:
            state: the emotion net `resnet18`'s, with the same channels; its `fc` is not used.

        Raises:
            ModelError: a weight is missing or of another shape.
        """
        for front in (self.whole, *self.parts.values()):
            _load(front, state, "")
        _load(self.layer4, state, "layer4.")


def _load(module: nn.Module, state: Mapping[str, Tensor], prefix: str) -> None:
    wanted = module.state_dict()
    for name, own in wanted.items():
        found = state.get(prefix + name)
        if found is None or found.shape != own.shape:
            shape = "none" if found is None else tuple(found.shape)
            raise ModelError(f"{prefix}{name}: expected {tuple(own.shape)}, got {shape}")
    module.load_state_dict({name: state[prefix + name] for name in wanted})


def create(size: int = 224, channels: int = 1, overlap: bool = True) -> Pcnn:
    """Build the net with random weights."""
    return Pcnn(size, channels, overlap)
