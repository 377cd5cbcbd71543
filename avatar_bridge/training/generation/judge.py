"""How good a generator is on held-out faces, and a sheet of what it makes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.training.datasets.portraits.base import Portraits
from avatar_bridge.training.generation.recipe import GenerationRecipe
from avatar_bridge.training.task import Judgement
from avatar_bridge.types import Float32

_NEUTRAL = EMOTION_INDEX["neutral"]
_PAIRS, _FACES, _SHOWN = 96, 24, 6  # judged pairs and photographs, and rows of the sheet
_CHUNK = 16
Generator = Callable[[Tensor, Tensor], Tensor]


class Judge:
    """Held-out pairs and photographs of one split.

    Args:
        recipe: of the net.
        sources: the recipe's data.
        split: whose rows are judged.
        guide: emotion logits of pictures; None for none.
    """

    def __init__(
        self,
        recipe: GenerationRecipe,
        sources: Sequence[Portraits],
        split: int,
        guide: nn.Module | None,
    ) -> None:
        self._recipe, self._guide = recipe, guide
        self._free = recipe.game.condition == "blendshapes"
        wanted = recipe.game.emotions or EMOTIONS
        self._wanted = [EMOTION_INDEX[name] for name in wanted]
        self._sittings = [(s, s.rows(split)) for s in sources if s.sitting > 1]
        self._photos = [(s, s.rows(split)) for s in sources if s.sitting == 1]

    @torch.no_grad()
    def __call__(self, generator: Generator, side: int, sheet: Path | None) -> Judgement:
        """Figures by set.

        `pair_l1` (of [0, 1]), `pair_psnr` (dB): to the known target; `still_l1`, of leaving the
        source as it is. `again_psnr`: of a photograph painted as an emotion and back to rest,
        against itself, of faces at rest. `guide`: share of photographs whose emotion the guide
        reads as asked for.

        Args:
            generator: image and condition → image.
            side: of the pictures in pixels.
            sheet: where to leave a picture of what it makes; None leaves none.
        """
        judgement: Judgement = {}
        rows: list[np.ndarray] = []
        for source, own in self._sittings:
            image, truth, wish = self._pairs(source, own)
            if len(image):
                x, y = _planes(image, side), _planes(truth, side)
                made = _in_chunks(generator, x, torch.from_numpy(wish))
                off, square = (made - y).abs().mean() / 2, ((made - y) / 2).square().mean((1, 2, 3))
                judgement[source.name] = {
                    "pair_l1": float(off),
                    "pair_psnr": float((-10 * square.clamp_min(1e-9).log10()).mean()),
                    "still_l1": float((x - y).abs().mean() / 2),
                }
                rows += [_strip(x[i], made[i], y[i]) for i in range(0, min(len(x), 3 * 7), 3)]
        sheets = [_stack(rows)] if rows else []
        if not self._free:
            for source, own in self._photos:
                rest = own[source.emotions[own] == _NEUTRAL][:_FACES]
                if not len(rest):
                    continue
                figures, picture = self._faces(generator, source, rest, side)
                judgement[source.name] = figures
                sheets.append(picture)
        if sheet is not None and sheets:
            width = max(part.shape[1] for part in sheets)
            padded = [np.pad(p, ((0, 0), (0, width - p.shape[1]))) for p in sheets]
            sheet.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(sheet), np.concatenate(padded))
        return judgement

    def _pairs(self, source: Portraits, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, Float32]:
        """Faces at rest, what they should become, and the conditions that say so."""
        firsts = rows[:: source.sitting]
        wishes = [
            (first, first + place)
            for first in firsts
            for place in range(1, source.sitting)
            if self._free or int(source.emotions[first + place]) in self._wanted
        ][:_PAIRS]
        if not wishes:
            empty = np.zeros((0, 1, 1), np.uint8)
            return empty, empty, np.zeros((0, 1), np.float32)
        own, asked = (np.array(part) for part in zip(*wishes, strict=True))
        condition = source.weights[asked]
        if not self._free:
            condition = np.eye(len(EMOTIONS), dtype=np.float32)[source.emotions[asked]]
            condition = condition * source.rho[asked][:, None]
        return source.images[own], source.images[asked], condition

    def _faces(
        self, generator: Generator, source: Portraits, rest: np.ndarray, side: int
    ) -> tuple[dict[str, float], np.ndarray]:
        """Faces at rest, painted as every emotion, and back."""
        x = _planes(source.images[rest], side)
        hot = torch.eye(len(EMOTIONS))
        right: list[float] = []
        again: list[float] = []
        columns = [x]
        for number in self._wanted:
            made = _in_chunks(generator, x, hot[number].expand(len(x), -1))
            back = _in_chunks(generator, made, hot[_NEUTRAL].expand(len(x), -1))
            off = ((back - x) / 2).square().mean((1, 2, 3)).clamp_min(1e-9)
            again.append(float((-10 * off.log10()).mean()))
            if self._guide is not None:
                right.append(float((self._guide(made).argmax(1) == number).float().mean()))
            columns.append(made)
        figures = {"again_psnr": float(np.mean(again))}
        if right:
            figures["guide"] = float(np.mean(right))
        strips = [_strip(*(column[i] for column in columns)) for i in range(min(len(x), _SHOWN))]
        return figures, np.concatenate(strips)


def _in_chunks(generator: Generator, image: Tensor, condition: Tensor) -> Tensor:
    parts = zip(image.split(_CHUNK), condition.split(_CHUNK), strict=True)
    return torch.cat([generator(a, b) for a, b in parts])


def _planes(images: np.ndarray, side: int) -> Tensor:
    """(N, S, S) uint8 → (N, 1, side, side) in [-1, 1]."""
    sized = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in images]
    return torch.from_numpy(np.stack(sized)[:, None]).float() / 127.5 - 1


def _strip(*planes: Tensor) -> np.ndarray:
    joined = torch.cat([plane[0] for plane in planes], dim=1)
    return np.asarray(((joined + 1) * 127.5).clamp(0, 255), np.uint8)


def _stack(rows: list[np.ndarray]) -> np.ndarray:
    """Strips two beside two."""
    whole = len(rows) // 2 * 2
    return np.concatenate(
        [np.concatenate(rows[i : i + 2], axis=1) for i in range(0, max(whole, 1), 2)]
        if whole
        else rows
    )
