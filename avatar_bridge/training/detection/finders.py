"""Detectors made of nets in torch, as they run while nets are taught and judged."""

from collections.abc import Callable, Sequence
from typing import cast

import cv2
import numpy as np
import torch
from torch import nn

from avatar_bridge.detect.cascade import (
    FACE_OVERLAP,
    MOST_JUDGED,
    MOST_REFINED,
    STAGE_OVERLAP,
    Candidates,
    Cascade,
)
from avatar_bridge.detect.nets import DetectionNet
from avatar_bridge.detect.ssd import MOST, OVERLAP, PAD, STEP
from avatar_bridge.detect.suppress import suppress
from avatar_bridge.inference.card import InputSpec
from avatar_bridge.types import Float32, Image

Finder = Callable[[Image], Candidates]
_SSD_LEAST = 0.02
_CHUNK = 512  # windows that are looked at together
_WINDOW_OUTPUTS = ("face", "box", "points")
_LOOKED_AT = (MOST_REFINED, MOST_JUDGED)  # windows, by R-Net and by O-Net


class TorchNet:
    """What `detect.nets.DetectionNet` is of an exported net, of one that is being taught.

    Args:
        net: its exported graph.
        spec: the picture it takes.
        threshold: score from which it lets a window through.
    """

    def __init__(self, net: nn.Module, spec: InputSpec, threshold: float) -> None:
        self._net, self._spec = net.eval(), spec
        self.size, self.threshold = spec.size, threshold

    def run(self, pictures: Image) -> dict[str, Float32]:
        """Look at pictures (N, H, W) uint8; outputs by name."""
        parts = [self._look(pictures[i : i + _CHUNK]) for i in range(0, len(pictures), _CHUNK)]
        return {name: np.concatenate([part[name] for part in parts]) for name in _WINDOW_OUTPUTS}

    def look(self, pictures: Image) -> tuple[Float32, ...]:
        """The outputs of the graph for pictures (N, H, W) uint8."""
        device = next(self._net.parameters()).device
        image = torch.from_numpy(np.ascontiguousarray(pictures))[:, None].to(device).float() / 255
        with torch.inference_mode():
            said = self._net((image - self._spec.mean) / self._spec.std)
        return tuple(part.cpu().numpy() for part in said)

    def _look(self, pictures: Image) -> dict[str, Float32]:
        return dict(zip(_WINDOW_OUTPUTS, self.look(pictures), strict=False))


class Stages:
    """One, two or three nets of a cascade, by the runtime's own steps.

    Args:
        nets: P-Net first.
        smallest: side in pixels of the smallest face.
    """

    def __init__(self, nets: Sequence[TorchNet], smallest: float) -> None:
        self._nets = [cast(DetectionNet, net) for net in nets]
        pnet = self._nets[0]
        self._cascade = Cascade(pnet, pnet, pnet, max(int(smallest), 1))

    def __call__(self, grey: Image) -> Candidates:
        """What the last net lets through of a picture (H, W)."""
        found = self._cascade.propose(grey)
        for net, most in zip(self._nets[1:], _LOOKED_AT, strict=False):
            found = self._cascade.refine(net, grey, found[:most])
            if most == MOST_REFINED:
                kept = suppress(found.boxes, found.scores, STAGE_OVERLAP)
            else:
                kept = suppress(found.boxes, found.scores, FACE_OVERLAP, of="smaller")
            found = found[kept]
        return found


class SingleShot:
    """The SSD net; what it says of a picture, padded to whole steps.

    Args:
        net: its exported graph.
    """

    def __init__(self, net: TorchNet) -> None:
        self._net = net

    def __call__(self, grey: Image) -> Candidates:
        height, width = grey.shape
        padded = cv2.copyMakeBorder(
            grey, 0, -height % STEP, 0, -width % STEP, cv2.BORDER_CONSTANT, value=PAD
        )
        face, box = (part[0] for part in self._net.look(np.asarray(padded, np.uint8)[None]))
        sure = np.flatnonzero(face >= _SSD_LEAST)
        sure = sure[np.argsort(-face[sure], kind="stable")[:MOST]]
        found = Candidates(box[sure], face[sure], np.full((len(sure), 5, 2), np.nan, np.float32))
        return found[suppress(found.boxes, found.scores, OVERLAP)]
