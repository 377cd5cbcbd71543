"""Figures that compare pictures, orders and clouds of features."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from skimage.metrics import mean_squared_error, structural_similarity

from avatar_bridge.types import Image

BEST_PSNR = 60.0  # dB: of pictures that differ by less than a grey level here and there
_SSIM_WINDOW = 7  # px


def psnr(made: Image, truth: Image) -> float:
    """Peak signal to noise of (S, S) uint8 pictures, dB; at most `BEST_PSNR`."""
    error = float(mean_squared_error(made, truth))
    if error == 0.0:
        return BEST_PSNR
    return min(float(10.0 * np.log10(255.0**2 / error)), BEST_PSNR)


def ssim(made: Image, truth: Image) -> float:
    """Structural similarity of (S, S) uint8 pictures (Wang et al., 2004), 1 for the same."""
    return float(structural_similarity(made, truth, win_size=_SSIM_WINDOW, data_range=255))


def rank_correlation(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Spearman's rho of two rows; 0 where one of them never changes."""
    a, b = rankdata(first), rankdata(second)
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else 0.0


def frechet(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Fréchet distance of two clouds of features (N, D), each taken for a normal distribution.

    |m₁ - m₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½). The root's trace is the sum of the singular values of
    X₁ X₂ᵀ for the centred clouds, which needs no root of a matrix and no more pictures than
    features. Heusel et al., *GANs Trained by a Two Time-Scale Update Rule* (2017), equation 6.
    """
    means = first.mean(axis=0), second.mean(axis=0)
    centred = [
        (cloud - mean) / np.sqrt(max(len(cloud) - 1, 1))
        for cloud, mean in zip((first, second), means, strict=True)
    ]
    spreads = sum(float((cloud**2).sum()) for cloud in centred)
    shared = float(np.linalg.svd(centred[0] @ centred[1].T, compute_uv=False).sum())
    apart = means[0] - means[1]
    return max(float(apart @ apart) + spreads - 2.0 * shared, 0.0)


def cosine(first: NDArray[np.floating], second: NDArray[np.floating]) -> float:
    """Cosine of the angle between two rows of features."""
    length = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / length if length > 0 else 0.0
