"""How action units go together in the training labels: the graph's edges, and their picture."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX
from avatar_bridge.training.datasets.source import TRAIN, FaceSource
from avatar_bridge.training.face.recipe import FaceRecipe
from avatar_bridge.training.metrics import STILL
from avatar_bridge.types import Float32

_ACTIVE = 0.2  # share of the rows in which a unit counts as active: those where it is strongest
_CELL, _MARGIN = 14, 64  # px of the picture


def co_activation(recipe: FaceRecipe, sources: Sequence[FaceSource]) -> tuple[Tensor, Tensor]:
    """P(unit j | unit i) and the correlation of intensities, (K, K) each.

    Paper 000, section "AU relation graph". A pair is judged in the first source, in the recipe's
    order, in which both units are known and move: real faces before rendered ones, whose
    movements go together as the sampler likes. What no source tells is 0. A row in which a unit
    is unknown counts as one without it.
    """
    columns = [ACTION_UNIT_INDEX[name] for name in recipe.action_units]
    count = len(columns)
    chance = np.full((count, count), np.nan, np.float32)
    correlation = chance.copy()
    for source in sources:
        rows = source.units[source.rows(TRAIN)][:, columns]
        for table, own in zip((chance, correlation), _statistics(rows), strict=True):
            np.copyto(table, own, where=np.isnan(table))
    return torch.from_numpy(np.nan_to_num(chance)), torch.from_numpy(np.nan_to_num(correlation))


def _statistics(rows: Float32) -> tuple[Float32, Float32]:
    """The two tables of (N, K) rows; NaN where a unit is unknown or still."""
    known = np.isfinite(rows).mean(axis=0) > 0.5
    values = np.nan_to_num(rows).astype(np.float64)
    spread = values.std(axis=0)
    moves = known & (spread > STILL)
    limit = np.quantile(values, 1 - _ACTIVE, axis=0)
    active = (values > limit).astype(np.float64)
    chance = active.T @ active / np.maximum(active.sum(axis=0), 1)[:, None]
    scaled = (values - values.mean(axis=0)) / np.maximum(spread, 1e-9)
    correlation = scaled.T @ scaled / max(len(values), 1)
    both = moves[:, None] & moves[None]
    return tuple(np.where(both, t, np.nan).astype(np.float32) for t in (chance, correlation))  # type: ignore[return-value]


def draw_adjacency(adjacency: NDArray[np.floating], names: Sequence[str], path: Path) -> None:
    """Write a (K, K) adjacency as a picture; the diagonal, which is the largest, is left out."""
    edges = np.array(adjacency, np.float64)
    np.fill_diagonal(edges, 0.0)
    side = len(names) * _CELL
    levels = np.asarray(255 * edges / max(float(edges.max()), 1e-9), np.uint8)
    tiles = cv2.resize(levels, (side, side), interpolation=cv2.INTER_NEAREST)
    canvas = np.full((side + _MARGIN, side + _MARGIN, 3), 255, np.uint8)
    canvas[_MARGIN:, _MARGIN:] = cv2.applyColorMap(tiles, cv2.COLORMAP_VIRIDIS)
    for place, name in enumerate(names):
        at = _MARGIN + place * _CELL + _CELL - 4
        _write(canvas, name, (6, at))
        turned = np.ascontiguousarray(np.rot90(canvas, k=3))  # so that the top's names stand up
        _write(turned, name, (turned.shape[1] - _MARGIN + 4, at))
        canvas = np.ascontiguousarray(np.rot90(turned))
    cv2.imwrite(str(path), canvas)


def _write(canvas: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.33, (0, 0, 0), 1, cv2.LINE_AA)
