"""Windows drawn around the true faces of a scene, and beside them."""

import numpy as np

from avatar_bridge.detect.windows import corners
from avatar_bridge.training.detection.recipe import WindowsPart
from avatar_bridge.training.detection.scenes.scene import Scene
from avatar_bridge.training.detection.windows import FACE, NONE, PART, kinds_of, overlaps
from avatar_bridge.types import Float32

_TRIES = 10  # windows that are drawn for each one wanted
_CLOSE = (0.2, 0.25)  # middle's shift in sides, and change of size as a logarithm
_NEAR = (0.7, 0.7)
_SMALLEST = 12  # px


def around(rng: np.random.Generator, scene: Scene, part: WindowsPart) -> Float32:
    """Windows (N, 3) on each face that is not doubtful: some of each kind."""
    chosen = [np.empty((0, 3), np.float32)]
    for (x0, y0, x1, _), doubtful in zip(scene.boxes, scene.doubtful, strict=True):
        if doubtful:
            continue
        window = np.array([x0, y0, x1 - x0])
        close = shifted(rng, window, part.face * _TRIES, *_CLOSE)
        near = shifted(rng, window, part.face * _TRIES, *_NEAR)
        drawn = np.concatenate([close, near]).astype(np.float32)
        kinds, _ = kinds_of(drawn, scene)
        for kind in (FACE, PART, NONE):
            rows = np.flatnonzero(kinds == kind)
            rng.shuffle(rows)
            chosen.append(drawn[rows[: part.face]])
    return np.concatenate(chosen)


def beside(rng: np.random.Generator, scene: Scene, count: int) -> Float32:
    """Windows (N, 3) anywhere that meet no face; of what is drawn, the livelier half."""
    height, width = scene.image.shape
    sides = np.exp(rng.uniform(np.log(_SMALLEST), np.log(min(height, width)), 2 * count))
    x, y = rng.random(2 * count) * (width - sides), rng.random(2 * count) * (height - sides)
    drawn = np.column_stack([x, y, sides]).astype(np.float32)
    if len(scene.boxes):
        drawn = drawn[overlaps(corners(drawn), scene.boxes).max(axis=1) < 0.1]
    spreads = [scene.image[int(y) : int(y + s), int(x) : int(x + s)].std() for x, y, s in drawn]
    return drawn[np.argsort(-np.array(spreads), kind="stable")[:count]]


def shifted(
    rng: np.random.Generator, window: np.ndarray, count: int, shift: float, scale: float
) -> np.ndarray:
    """(count, 3) windows beside one."""
    sides = window[2] * np.exp(rng.uniform(-scale, scale, count))
    moved = rng.uniform(-shift, shift, (count, 2)) * window[2]
    middle = window[:2] + window[2] / 2 + moved
    return np.column_stack([middle - sides[:, None] / 2, sides])
