"""The windows that a net learns from: drawn around the truth, and let through by nets before it.

Zhang et al., *Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks*
(2016), section III.A: R-Net learns from what P-Net detects, O-Net from what both let through.
https://arxiv.org/abs/1604.02878
"""

import numpy as np
from rich.progress import track

from avatar_bridge.detect.windows import squares
from avatar_bridge.training.detection.finders import Finder
from avatar_bridge.training.detection.recipe import WindowsPart
from avatar_bridge.training.detection.sample import around, beside
from avatar_bridge.training.detection.scenes.composer import Composer
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.detection.windows import (
    KINDS,
    NONE,
    Windows,
    cut,
    join,
    kinds_of,
)
from avatar_bridge.types import Float32


def gather(
    composer: Composer,
    count: int,
    size: int,
    part: WindowsPart,
    finder: Finder | None,
    seed: int,
) -> Windows:
    """The windows of the first `count` scenes.

    Args:
        composer: of the scenes.
        count: how many.
        size: side of the net's window in pixels.
        part: how many of what.
        finder: the nets before, at a low threshold; None for a net that sees every window.
        seed: of the run.
    """
    pools = []
    for number in track(range(count), "windows"):
        scene = composer[number]
        rng = np.random.default_rng([seed, number])
        drawn = [around(rng, scene, part)]
        if finder is None:
            drawn.append(beside(rng, scene, part.far))
        else:
            drawn.append(let_through(rng, scene, finder, part.mined))
            drawn.append(beside(rng, scene, part.far // 6))
        pools.append(cut(scene, np.concatenate(drawn), size))
    return join(pools, size)


def let_through(rng: np.random.Generator, scene: Scene, finder: Finder, most: int) -> Float32:
    """Windows (N, 3) that nets let through: the surest of those without a face, any of the rest."""
    windows = squares(finder(scene.image).boxes).astype(np.float32)
    windows = windows[windows[:, 2] >= 1]
    kinds, _ = kinds_of(windows, scene)
    chosen = [np.empty((0, 3), np.float32)]
    for kind in KINDS:
        rows = np.flatnonzero(kinds == kind)  # the surest first
        if kind != NONE:
            rng.shuffle(rows)
        chosen.append(windows[rows[:most]])
    return np.concatenate(chosen)
