"""What every emotion net gives, in training and exported."""

import torch
from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTIONS, LABELS

INPUT_NAME = "image"
# The label sets that a net is taught side by side, and how many classes each has. FER-2013's own
# labels and the FER+ votes disagree on a third of the faces, so each has a softmax of its own.
LABEL_SETS: dict[str, int] = {"emotions": len(LABELS), "fer2013": len(EMOTIONS)}
OUTPUT_NAMES = tuple(LABEL_SETS)
CLASSES = sum(LABEL_SETS.values())


class EmotionNet(nn.Module):
    """Contract of an emotion net: `forward` gives one tensor of logits a branch.

    The papers' nets end in one softmax over seven classes. Here the last layer is `CLASSES` wide
    and is split into the softmaxes of `LABEL_SETS`, which share everything before it.

    Attributes:
        size: side of the input in pixels.
        channels: 1 for grey, 3 for RGB.
        focus: the module whose output (B, C, H, W) is the last map that still knows where, for
            Grad-CAM++.
    """

    size: int
    channels: int
    focus: nn.Module

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(B, channels, size, size) normalised pixels → (B, CLASSES) logits of each branch.

        The first branch is the answer; the others only teach.
        """
        raise NotImplementedError


def split_labels(logits: Tensor) -> dict[str, Tensor]:
    """(B, CLASSES) → (B, classes) of each label set by its name."""
    parts = torch.split(logits, list(LABEL_SETS.values()), dim=1)
    return dict(zip(LABEL_SETS, parts, strict=True))


class ExportedEmotion(nn.Module):
    """An emotion net with its first branch squashed: the graph that is exported.

    Gives emotions (B, 8), in the order of `facs.emotions.LABELS`, and fer2013 (B, 7), in that of
    `EMOTIONS`; each sums to 1.
    """

    def __init__(self, net: EmotionNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        parts = split_labels(self.net(image)[0])
        return tuple(torch.softmax(logits, dim=1) for logits in parts.values())
