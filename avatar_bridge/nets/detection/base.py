"""What every net of the cascades gives, in training and exported.

**Convention:** a window is a square of pixels. Offsets and points are in sides of the window, from
its upper left corner; x goes right, y down. Offsets are (face box corner - window corner), laid
out left, top, right, bottom. Points are five x, then five y: the eye on the image's left, the eye
on its right, the tip of the nose, the corner of the mouth on its left, the one on its right.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.nets.layers.convolution import he_normal

INPUT_NAME = "image"
OUTPUT_NAMES = ("face", "box", "points")
EXPRESSIONS = "expressions"
_PARTS = [2, 4, 10]


class WindowOutput(NamedTuple):
    """What a net says of windows; "..." is (h, w) for a net that slides, nothing for the others.

    Attributes:
        face: (B, 2, ...) logits of no face and face.
        box: (B, 4, ...) offsets.
        points: (B, 10, ...).
        expressions: (B, 7) logits in the order of `facs.emotions.EMOTIONS`, or None.
    """

    face: Tensor
    box: Tensor
    points: Tensor
    expressions: Tensor | None = None


class MapHeads(nn.Module):
    """A 1x1 convolution: each place of a map answers for one window.

    Args:
        inputs: channels in.
    """

    expressive = False

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.window = nn.Conv2d(inputs, sum(_PARTS), 1)

    def forward(self, features: Tensor) -> WindowOutput:
        """(B, inputs, h, w) → one answer a place."""
        face, box, points = torch.split(self.window(features), _PARTS, dim=1)
        return WindowOutput(face, box, points)


class DenseHeads(nn.Module):
    """A fully connected layer that all heads share, then a linear layer each.

    Args:
        inputs: features of a window, flat.
        hidden: units of the shared layer.
        expressive: whether the expression is read too.
    """

    def __init__(self, inputs: int, hidden: int, expressive: bool = False) -> None:
        super().__init__()
        self.expressive = expressive
        self.shared = nn.Sequential(nn.Flatten(), nn.Linear(inputs, hidden), nn.PReLU(hidden))
        self.window = nn.Linear(hidden, sum(_PARTS))
        self.expressions = nn.Linear(hidden, len(EMOTIONS)) if expressive else None

    def forward(self, features: Tensor) -> WindowOutput:
        """(B, ...) with `inputs` numbers a window → (B, ...)."""
        shared = self.shared(features)  # (B, hidden)
        face, box, points = torch.split(self.window(shared), _PARTS, dim=1)
        expressions = self.expressions(shared) if self.expressions is not None else None
        return WindowOutput(face, box, points, expressions)


class WindowNet(nn.Module):
    """Contract of a net of a cascade: features, then heads.

    Args:
        size: side of its window in pixels.
        features: (B, 1, size, size) normalised grey pixels → features.
        heads: features → `WindowOutput`.
    """

    channels = 1

    def __init__(self, size: int, features: nn.Module, heads: MapHeads | DenseHeads) -> None:
        super().__init__()
        self.size = size
        self.features = features
        self.heads = heads
        he_normal(features)

    @property
    def slides(self) -> bool:
        """Whether it takes a picture of any size and answers for each window in it."""
        return isinstance(self.heads, MapHeads)

    def forward(self, image: Tensor) -> WindowOutput:
        output: WindowOutput = self.heads(self.features(image))
        return output


def face_chance(logits: Tensor, axis: int) -> Tensor:
    """The softmax's share of a face, of logits (no face, face) on one axis, which stays.

    By its equal, a sigmoid, for which ONNX Runtime takes a quarter of the time.
    """
    no_face, face = torch.split(logits, 1, dim=axis)
    return torch.sigmoid(face - no_face)


class ExportedWindow(nn.Module):
    """A window net with its logits squashed: the graph that is exported.

    Gives the chance of a face (B, 1, ...), offsets (B, 4, ...), points (B, 10, ...) and, of a net
    that reads them, expressions (B, 7) that sum to 1.

    Attributes:
        outputs: their names.
        free_axes: see `training.export.export_onnx`.
    """

    def __init__(self, net: WindowNet) -> None:
        super().__init__()
        self.net = net
        self.outputs = (*OUTPUT_NAMES, EXPRESSIONS) if net.heads.expressive else OUTPUT_NAMES
        self.free_axes: dict[str, dict[int, str]] = {}
        if net.slides:
            self.free_axes = {name: {2: "rows", 3: "columns"} for name in self.outputs}
            self.free_axes[INPUT_NAME] = {2: "height", 3: "width"}

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        output = self.net(image)
        squashed = (face_chance(output.face, 1), output.box, output.points)
        if output.expressions is None:
            return squashed
        return (*squashed, torch.softmax(output.expressions, dim=1))
