"""What the players of a generation net are punished for.

Equation numbers are those of Liu et al., *Facial Expression Generation Based on Multi-scale Mixed
Attention* (MMA-GAN), section III.C. Signs are such that every player brings its own total down.
Of the functions under "not the paper's" each says so.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from avatar_bridge.nets.generation.base import Verdict

_LEAST = 0.2  # px: how far a moved picture goes on from one pixel to the next, at least
_WINDOW = 7  # px across, of SSIM
_C1, _C2 = (0.01 * 2) ** 2, (0.03 * 2) ** 2  # for a range of 2
# The ellipse inside which a face may change, in sides of the crop: middle, radii.
_MIDDLE, _RADII = (0.5, 0.54), (0.40, 0.46)


def critic_loss(real: Tensor, made: Tensor) -> Tensor:
    """Equation 1 for the discriminator, -L_adv: E[D_src(G(x, z))] - E[D_src(x)]."""
    return made.mean() - real.mean()


def fooling_loss(made: Tensor) -> Tensor:
    """Equation 1 for the generator: -E[D_src(G(x, z))], the part of L_adv that depends on it.

    Equation 7 adds L_adv itself, which a generator brings down by *raising* D_src of what it made.
    """
    return -made.mean()


def critic_squares(real: Tensor, made: Tensor) -> Tensor:
    """Least squares for the discriminator: (D_src(x) - 1)² and D_src(G)², halved.

    Zhu et al., *CycleGAN* (2017), section 4; in place of equation 1.
    """
    return 0.5 * ((real - 1).square().mean() + made.square().mean())


def fooling_squares(made: Tensor) -> Tensor:
    """Least squares for the generator: (D_src(G) - 1)²; see `critic_squares`."""
    return (made - 1).square().mean()


def gradient_penalty(
    discriminator: nn.Module, real: Tensor, made: Tensor, condition: Tensor, shares: Tensor
) -> Tensor:
    """E[(‖∇ D_src(x̂)‖₂ - 1)²] at points x̂ between real and made pictures.

    Gulrajani et al., *Improved Training of Wasserstein GANs* (2017), equation 3; StarGAN's and,
    by reference 6, this paper's way to keep equation 1 bounded.

    Args:
        discriminator: of a `GenerationNet`.
        real: (B, 1, S, S).
        made: (B, 1, S, S).
        condition: (B, N) for the discriminator.
        shares: (B,) of the real picture in each point, in [0, 1].
    """
    share = shares[:, None, None, None]
    between = (share * real + (1 - share) * made).detach().requires_grad_(True)
    source = discriminator(between, condition).source.mean(dim=(1, 2, 3))
    (slope,) = torch.autograd.grad(source.sum(), between, create_graph=True)
    steepness = slope.flatten(1).square().sum(1).add(1e-12).sqrt()
    return (steepness - 1).square().mean()


def reconstruction_loss(image: Tensor, again: Tensor) -> Tensor:
    """Equation 2: ‖x - G(G(x, z), D_cor(x))‖₁, the mean over the pixels."""
    return (image - again).abs().mean()


def category_loss(verdict: Verdict, classes: Tensor) -> Tensor:
    """Equations 3 (of real pictures) and 4 (of made ones): -log D_cls(c | x).

    Args:
        verdict: of the pictures.
        classes: (B,) number of the emotion; -1 where there is none, which counts nothing.
    """
    known = classes >= 0
    if not known.any():
        return verdict.classes.sum() * 0.0
    return F.cross_entropy(verdict.classes[known], classes[known])


def condition_loss(verdict: Verdict, condition: Tensor) -> Tensor:
    """Equation 5: ‖D_cor(G(x, z)) - z‖₂², summed over the places."""
    return (verdict.condition - condition).square().sum(1).mean()


def intensity_loss(verdict: Verdict, rho: Tensor) -> Tensor:
    """Equation 6: ‖rho^(G(x, z)) - rho‖₂²."""
    return (verdict.intensity - rho).square().mean()


def pair_loss(made: Tensor, truth: Tensor) -> Tensor:
    """L1 to the very picture that should have been made. Not the paper's.

    Inside the ellipse of `face_mask` it counts double.
    """
    weight = 1 + face_mask(made)
    return ((made - truth).abs() * weight).mean()


def edge_loss(made: Tensor, truth: Tensor) -> Tensor:
    """L1 between the differences of neighbouring pixels: sharp mouths. Not the paper's."""
    across = (made.diff(dim=3) - truth.diff(dim=3)).abs().mean()
    down = (made.diff(dim=2) - truth.diff(dim=2)).abs().mean()
    return across + down


def structure_loss(made: Tensor, truth: Tensor) -> Tensor:
    """1 - SSIM over windows of 7 px. Not the paper's.

    Wang et al., *Image Quality Assessment: From Error Visibility to Structural Similarity* (2004),
    equation 13, with a flat window, for pictures in [-1, 1].
    """
    mean_a, mean_b = _mean(made), _mean(truth)
    var_a = _mean(made.square()) - mean_a.square()
    var_b = _mean(truth.square()) - mean_b.square()
    both = _mean(made * truth) - mean_a * mean_b
    top = (2 * mean_a * mean_b + _C1) * (2 * both + _C2)
    bottom = (mean_a.square() + mean_b.square() + _C1) * (var_a + var_b + _C2)
    return 1 - (top / bottom).mean()


def still_loss(made: Tensor, image: Tensor) -> Tensor:
    """L1 of the change outside the ellipse of `face_mask`. Not the paper's."""
    return ((made - image).abs() * (1 - face_mask(made))).mean()


def variation_loss(change: Tensor) -> Tensor:
    """Total variation of what was added to a picture: no checkerboards. Not the paper's."""
    return change.diff(dim=3).abs().mean() + change.diff(dim=2).abs().mean()


def fold_loss(flow: Tensor) -> Tensor:
    """How far a moved picture shows a place twice, or mirrored. Not the paper's.

    From one pixel to the next, the place that is shown goes on by `_LEAST` of a pixel or more.

    Args:
        flow: (B, 2, S, S) from how far to the right and down each pixel is taken, in half sides.
    """
    pixels = flow * (flow.shape[-1] / 2)
    across, down = 1 + pixels[:, :1].diff(dim=3), 1 + pixels[:, 1:].diff(dim=2)
    return F.relu(_LEAST - across).mean() + F.relu(_LEAST - down).mean()


def face_mask(like: Tensor) -> Tensor:
    """(1, 1, S, S) 1 inside an ellipse where an aligned face lies, 0 outside, soft between."""
    side = like.shape[-1]
    axis = (torch.arange(side, device=like.device) + 0.5) / side
    x = (axis[None, :] - _MIDDLE[0]) / _RADII[0]
    y = (axis[:, None] - _MIDDLE[1]) / _RADII[1]
    distance = (x.square() + y.square()).sqrt()
    return ((1.15 - distance) / 0.15).clamp(0, 1)[None, None]


def _mean(picture: Tensor) -> Tensor:
    return F.avg_pool2d(picture, _WINDOW, 1)
