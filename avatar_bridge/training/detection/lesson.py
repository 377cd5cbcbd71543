"""What a net of a cascade is taught: batches of windows."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from avatar_bridge.nets.detection.base import WindowOutput
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.datasets.source import TRAIN, VALIDATION
from avatar_bridge.training.detection.finders import Finder
from avatar_bridge.training.detection.judge import judge_windows
from avatar_bridge.training.detection.losses import WindowLoss, WindowTarget
from avatar_bridge.training.detection.mine import gather
from avatar_bridge.training.detection.recipe import DetectionRecipe
from avatar_bridge.training.detection.scenes.composer import Composer, FaceSizes
from avatar_bridge.training.detection.windows import FACE, KINDS, NONE, PART, Windows, load, save
from avatar_bridge.training.task import Batch, Judgement

# Where a window's points come to lie when it is mirrored: eyes and corners change sides.
_MIRROR = (1, 0, 2, 4, 3)
_GREYS = 255.0


class WindowLesson:
    """The pool of windows of a recipe, made or read.

    Batch number n is a function of the seed, n and the pool, which the run's folder keeps.

    Args:
        recipe: what to do.
        read: reads the recipe's data; called only where the folder keeps no pool.
        finder: the nets before; None for the first.
        folder: of the run; None keeps nothing.
    """

    def __init__(
        self,
        recipe: DetectionRecipe,
        read: Callable[[], Sequence[Material]],
        finder: Finder | None,
        folder: Path | None,
    ) -> None:
        self._recipe, self._finder = recipe, finder
        self._materials = cache(read)
        self._pool = self._read(folder, "windows", TRAIN, recipe.scenes.train)
        self._held_out = self._read(folder, "held_out", VALIDATION, recipe.scenes.held_out)
        rows = [np.flatnonzero(self._pool.kinds == kind) for kind in KINDS]
        shares = np.array([
            share if len(own) else 0.0
            for share, own in zip(recipe.windows.shares, rows, strict=True)
        ])  # fmt: skip
        self._rows, self._shares = rows, shares / shares.sum()
        part = recipe.loss
        self._loss = WindowLoss(
            part.face, part.box, part.points, part.expressions, part.hardest, part.smooth
        )

    @property
    def faces(self) -> int:
        return int((self._pool.kinds == FACE).sum())

    def start(self, net: nn.Module) -> None:
        """Window nets begin from their own random weights."""

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng([self._recipe.seed, step])
        counts = np.rint(self._shares * self._recipe.optim.batch).astype(int)
        chosen = np.concatenate([
            rng.choice(rows, count) for rows, count in zip(self._rows, counts, strict=True) if count
        ])  # fmt: skip
        pool = self._pool
        face = np.where(pool.kinds[chosen] == PART, np.nan, pool.kinds[chosen] != NONE)
        images, boxes, points = pool.images[chosen], pool.boxes[chosen], pool.points[chosen]
        flipped = rng.random(len(chosen)) < 0.5
        images[flipped] = images[flipped, :, ::-1]
        boxes[flipped], points[flipped] = mirror(boxes[flipped], points[flipped])
        images = _relit(rng, images, self._recipe.windows.light)
        return {
            "image": torch.from_numpy(images[:, None]),
            "face": torch.from_numpy(face.astype(np.float32)),
            "box": torch.from_numpy(boxes),
            "points": torch.from_numpy(points),
            "expressions": torch.from_numpy(pool.emotions[chosen]),
        }

    def losses(self, net: nn.Module, batch: Batch) -> dict[str, Tensor]:
        spec = self._recipe.input
        output: WindowOutput = net((batch["image"].float() / _GREYS - spec.mean) / spec.std)
        target = WindowTarget(batch["face"], batch["box"], batch["points"], batch["expressions"])
        return self._loss(output, target)._asdict()

    def judge(self, net: nn.Module) -> Judgement:
        return {"windows": judge_windows(net, self._recipe.input, self._held_out)}

    def merit(self, judgement: Judgement) -> float:
        figures = judgement["windows"]
        return figures["average_precision"] - figures["box_error"] - figures["point_error"]

    def _read(self, folder: Path | None, name: str, split: int, count: int) -> Windows:
        """The pool that the folder keeps, or a new one."""
        recipe = self._recipe
        key = pool_key(recipe)
        path = folder / f"{name}.npz" if folder else None
        kept = load(path, key) if path else None
        if kept is not None:
            return kept
        sizes = FaceSizes(recipe.scenes.smallest, recipe.scenes.largest)
        composer = Composer(self._materials(), split, sizes, recipe.seed)
        pool = gather(composer, count, recipe.input.size, recipe.windows, self._finder, recipe.seed)
        if path:
            save(path, pool, key)
        return pool


def pool_key(recipe: DetectionRecipe) -> str:
    """What decides a pool, but for the data themselves and the weights of the nets before."""
    told = recipe.model_dump(
        mode="json", include={"seed", "input", "data", "scenes", "windows", "cascade"}
    )
    return json.dumps(told, sort_keys=True)


def mirror(boxes: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Offsets (N, 4) and points (N, 10) of windows that are flipped left to right."""
    x0, y0, x1, y1 = boxes.T
    x, y = points[:, :5][:, _MIRROR], points[:, 5:][:, _MIRROR]
    return np.stack([-x1, y0, -x0, y1], axis=1), np.concatenate([1 - x, y], axis=1)


def _relit(rng: np.random.Generator, images: np.ndarray, spread: float) -> np.ndarray:
    """(N, S, S) uint8 with other contrast and brightness."""
    gain = np.exp(rng.normal(0, spread, len(images))).astype(np.float32)[:, None, None]
    shift = (64 * rng.normal(0, spread, len(images))).astype(np.float32)[:, None, None]
    lit = (images - np.float32(128)) * gain + (128 + shift)
    return np.clip(lit, 0, _GREYS).astype(np.uint8)
