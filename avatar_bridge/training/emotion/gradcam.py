"""Grad-CAM++: where an emotion net sees what speaks for a label.

Chattopadhay, Sarkar, Howlader and Balasubramanian, *Grad-CAM++: Generalized Gradient-based Visual
Explanations for Deep Convolutional Networks* (2018). https://arxiv.org/abs/1710.11063
"""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from avatar_bridge.errors import ConfigError
from avatar_bridge.nets.emotion.base import EmotionNet, split_labels
from avatar_bridge.training.emotion.report import label_names
from avatar_bridge.types import Float32

_NOISES = 4  # pictures of noise that show where a net's cells look


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a net sees in one picture.

    Attributes:
        heat: (S, S) in [0, 1]; see `heat`.
        shares: probability of each label of the set.
        label: the one that the heat is for.
    """

    heat: Float32
    shares: dict[str, float]
    label: str


def heat(
    net: EmotionNet, image: Tensor, label_set: str = "emotions", label: str | None = None
) -> Float32:
    """How much each place speaks for a label.

    With A^k the maps of `net.focus`, S the label's logit and Y = exp(S), section 3 of the paper
    comes to

        alpha_ij^k = g^2 / (2 g^2 + sum_ab(A_ab^k) g^3),  g = dS / dA_ij^k
        w_k = sum_ij(alpha_ij^k relu(dY / dA_ij^k)),  dY / dA_ij^k = exp(S) g
        L_ij = relu(sum_k(w_k A_ij^k))

    Only places with g > 0 add to w_k: there alpha = 1 / (2 + sum_ab(A_ab^k) g). exp(S) is one
    factor of the whole map, and the map is divided by its largest value: it is left out. The
    paper's maps come out of a ReLU; those of mini-Xception do not, and their negative parts are
    left out of the sum, lest it reach the pole at -2.

    Two things are done against a bias of padded strides (Alsallakh et al., *Mind the Pad*, 2020,
    https://arxiv.org/abs/2010.02178), which else drives every face's heat to the lower right:

    - A map is laid where its cells look, not edge on edge: a convolution of stride 2 looks at
      the top left of its cell, and four of them in a row move the map by 7.5 pixels.
    - It is the mean with the mirrored picture's, turned back: an expression survives a mirror.

    Args:
        net: is run in evaluation mode and left in the mode that it had.
        image: (channels, S, S) normalised pixels.
        label_set: name in `LABEL_SETS`.
        label: one of its labels; None for the likeliest.

    Returns:
        (S, S) float32 in [0, 1], the hottest place 1; all 0 where nothing speaks for the label.

    Raises:
        ConfigError: unknown label set or label; the message lists the choices.
    """
    return look(net, image, label_set, label).heat


def look(
    net: EmotionNet, image: Tensor, label_set: str = "emotions", label: str | None = None
) -> Look:
    """The heat and all probabilities; arguments and errors as for `heat`."""
    names = label_names(label_set)
    if label is not None and label not in names:
        raise ConfigError(f"unknown label {label!r}; expected one of: {', '.join(names)}")
    pixels = image[None].detach().to(next(net.parameters()).device)
    with torch.enable_grad():
        logits = _watch(net, pixels, label_set)[1][0]
        index = int(logits.argmax()) if label is None else names.index(label)
        weight, own = _one_way(net, pixels, label_set, index)
        _, mirrored = _one_way(net, pixels.flip(-1), label_set, index)
        offset = _offset(net, weight, pixels.shape)
    drawn = [_spread(cells, net.size, offset) for cells in (own, mirrored)]
    shares = torch.softmax(logits.detach().float(), dim=0).tolist()
    warm = _to_one(drawn[0] + drawn[1][:, ::-1])
    return Look(warm, dict(zip(names, shares, strict=True)), names[index])


def _one_way(net: EmotionNet, pixels: Tensor, label_set: str, index: int) -> tuple[Tensor, Float32]:
    """The weights (1, K, 1, 1) and L (H, W) of a picture (1, channels, S, S) as it is."""
    maps, logits = _watch(net, pixels.clone().requires_grad_(), label_set)
    (slope,) = torch.autograd.grad(logits[0, index], maps)
    maps = maps.detach()
    total = maps.clamp_min(0).sum(dim=(2, 3), keepdim=True)
    slope = slope.clamp_min(0)
    weight = (slope / (2 + total * slope)).sum(dim=(2, 3), keepdim=True)
    warm = (weight * maps).sum(dim=1)[0].clamp_min(0)
    return weight, np.asarray(warm.float().cpu().numpy(), np.float32)


def _watch(net: EmotionNet, pixels: Tensor, label_set: str = "emotions") -> tuple[Tensor, Tensor]:
    """Maps (B, K, H, W) of a net's focus, and the label set's logits (B, classes) off them."""
    kept: list[Tensor] = []

    def keep(module: nn.Module, given: object, output: Tensor) -> Tensor:
        kept.append(output)
        return output.clone()  # what follows may work in place

    mode, hook = net.training, net.focus.register_forward_hook(keep)
    try:
        branches = net.eval()(pixels)
    finally:
        hook.remove()
        net.train(mode)
    return kept[-1], split_labels(branches[0])[label_set]


def _offset(net: EmotionNet, weight: Tensor, shape: torch.Size) -> NDArray[np.floating]:
    """(2,) pixels x, y by which a net's cells look past their places in an even grid.

    Measured in the middle, where the edges cut off least: there the squares of the slopes on the
    picture have their centre where the cell looks. On noise, since a picture may leave the cells
    in its middle without a slope.

    Args:
        net: see `heat`.
        weight: (1, K, 1, 1) of each map.
        shape: (1, channels, S, S) of a picture.
    """
    chance = torch.Generator().manual_seed(0)
    noise = torch.randn(_NOISES, *shape[1:], generator=chance).to(weight.device).requires_grad_()
    warm = (weight * _watch(net, noise)[0]).sum(dim=(0, 1))  # (H, W)
    height, width = warm.shape
    cell = net.size / np.array([width, height])
    places = torch.arange(net.size, device=noise.device) + 0.5
    found = []
    for row, column in {((height - 1) // 2, (width - 1) // 2), (height // 2, width // 2)}:
        (slope,) = torch.autograd.grad(warm[row, column], noise, retain_graph=True)
        square = slope.square().sum(dim=(0, 1))  # (S, S)
        mass = square.sum()
        if mass > 0:
            centre = [float((square.sum(dim=axis) * places).sum() / mass) for axis in (0, 1)]
            found.append(centre - cell * (np.array([column, row]) + 0.5))
    mean = np.mean(found, axis=0) if found else np.zeros(2)
    return np.asarray(np.clip(mean, -cell / 2, cell / 2))


def _spread(warm: Float32, size: int, offset: NDArray[np.floating]) -> Float32:
    """Cells (H, W) → (size, size) in [0, 1], moved by an offset x, y in pixels."""
    scale = np.array([warm.shape[1], warm.shape[0]]) / size
    # From pixel indices to cell indices; both count from the middle of the first.
    move = (0.5 - offset) * scale - 0.5
    matrix = np.array([[scale[0], 0, move[0]], [0, scale[1], move[1]]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    wide = cv2.warpAffine(warm, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    wide = np.maximum(wide, 0)  # cubics swing below what they join
    return _to_one(np.asarray(wide, np.float32))


def _to_one(warm: Float32) -> Float32:
    """Divided by its largest value, unless that is 0."""
    peak = float(warm.max())
    return np.asarray(warm / peak, np.float32) if peak > 0 else warm
