"""Batches for a generation net: pairs of one head, and photographs with a wish."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from avatar_bridge.facs.arkit import BLENDSHAPE_INDEX, BLENDSHAPES, mirrored
from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.training.datasets.portraits.base import FREE, Portraits
from avatar_bridge.training.datasets.source import TRAIN
from avatar_bridge.training.generation.recipe import GenerationRecipe
from avatar_bridge.training.task import Batch
from avatar_bridge.types import Float32, Image

NEUTRAL = EMOTION_INDEX["neutral"]
NONE = -1  # number of no emotion
_MIRROR = [BLENDSHAPE_INDEX[mirrored(name)] for name in BLENDSHAPES]
_REST_SHARE = 0.4  # of the sources of pairs that are at rest: what most live faces are
_SILENT_SHARE = 0.2  # of the wishes for rest that are all zero, which means the same
_FULL_SHARE = 0.5  # of the wishes for an emotion that are for all of it
_TURN, _SCALE, _SHIFT = 5.0, 0.05, 0.03  # degrees, share, share of the side: what crops are off
_LIGHT = (0.85, 1.15)  # exponent


class Batches:
    """Batch number n is a function of the seed and n alone.

    Args:
        recipe: says how they are made.
        sources: the recipe's data; sets of sittings give the pairs, the others photographs.
    """

    def __init__(self, recipe: GenerationRecipe, sources: Sequence[Portraits]) -> None:
        self._recipe = recipe
        game = recipe.game
        wanted = game.emotions or EMOTIONS
        self._wanted = [EMOTION_INDEX[name] for name in wanted]
        self._paired = [s for s in sources if s.sitting > 1 and game.paired > 0]
        self._photos = [s for s in sources if s.sitting == 1] or list(sources)
        self._rows = {id(s): self._usable(s) for s in sources}
        self._small = {id(s): _smaller(s.images, game.coarse) for s in sources if game.coarse}

    def __getitem__(self, step: int) -> Batch:
        """See `training.task.Lesson.batch`.

        `image` and `truth` are (B, 1, S, S) uint8; `own` and `wish` (B, N) conditions, `own_class`
        and `wish_class` (B,) emotions; `known` (B,) tells where the own one is known, `paired`
        where the truth is; `share` (B,) is chance for the gradient penalty.
        """
        game = self._recipe.game
        rng = np.random.default_rng([self._recipe.seed, step])
        coarse = bool(game.coarse) and step < game.until
        count = game.fine_batch if game.coarse and not coarse else self._recipe.optim.batch
        share = 1.0 if step < game.warm else game.paired
        pairs = round(count * share) if self._paired else 0
        rows = [self._pair(rng, coarse) for _ in range(pairs)]
        rows += [self._photo(rng, coarse) for _ in range(count - pairs)]
        image, truth, own, wish, own_class, wish_class, known, paired = zip(*rows, strict=True)
        return {
            "image": torch.from_numpy(np.stack(image))[:, None],
            "truth": torch.from_numpy(np.stack(truth))[:, None],
            "own": torch.from_numpy(np.stack(own)),
            "wish": torch.from_numpy(np.stack(wish)),
            "own_class": torch.tensor(own_class),
            "wish_class": torch.tensor(wish_class),
            "known": torch.tensor(known),
            "paired": torch.tensor(paired),
            "share": torch.from_numpy(rng.random(count).astype(np.float32)),
        }

    def _usable(self, source: Portraits) -> NDArray[np.int64]:
        """Training rows whose emotion is asked for; a sitting's first rows for sets of those."""
        rows = source.rows(TRAIN)
        if source.sitting > 1:
            return rows[:: source.sitting]
        if self._recipe.game.condition == "blendshapes":
            return rows
        return rows[np.isin(source.emotions[rows], self._wanted)]

    def _pair(self, rng: np.random.Generator, coarse: bool) -> tuple:
        source = self._paired[int(rng.integers(len(self._paired)))]
        first = int(rng.choice(self._rows[id(source)]))
        emotions = source.emotions[first : first + source.sitting]
        free = self._recipe.game.condition == "blendshapes"
        asked = (
            np.arange(len(emotions)) if free else np.flatnonzero(np.isin(emotions, self._wanted))
        )
        places = asked if self._recipe.game.emotions else np.arange(len(emotions))
        own = 0 if rng.random() < _REST_SHARE else int(rng.choice(places))
        wish = int(rng.choice(asked[asked != own]))
        pixels = self._pixels(source, coarse)
        change = _Change(rng)
        return (
            change.picture(pixels[first + own]),
            change.picture(pixels[first + wish]),
            *self._conditions(source, first + own, first + wish, change.flip, rng),
            True,
        )

    def _photo(self, rng: np.random.Generator, coarse: bool) -> tuple:
        source = self._photos[int(rng.integers(len(self._photos)))]
        rows = self._rows[id(source)]
        if rng.random() < self._recipe.game.balance and self._recipe.game.condition == "emotions":
            chosen = int(rng.choice(self._wanted))
            alike = rows[source.emotions[rows] == chosen]
            rows = alike if len(alike) else rows
        row = int(rng.choice(rows))
        change = _Change(rng)
        picture = change.picture(self._pixels(source, coarse)[row])
        other = int(rng.choice(rows))  # whose blendshapes are asked for
        own, wish, own_class, wish_class, known = self._conditions(
            source, row, other, change.flip, rng
        )
        if self._recipe.game.condition == "emotions":
            wish_class = int(rng.choice(self._wanted))
            rho = 1.0 if rng.random() < _FULL_SHARE else float(rng.uniform(0.2, 1.0))
            wish = _emotion(wish_class, rho, rng)
        return picture, picture, own, wish, own_class, wish_class, known, False

    def _conditions(
        self, source: Portraits, own: int, wish: int, flip: bool, rng: np.random.Generator
    ) -> tuple[Float32, Float32, int, int, bool]:
        """Conditions and emotions of two rows, and whether the first is known."""
        if self._recipe.game.condition == "blendshapes":
            first, second = source.weights[own], source.weights[wish]
            if flip:
                first, second = first[_MIRROR], second[_MIRROR]
            return first, second, NONE, NONE, True
        classes = [int(source.emotions[row]) for row in (own, wish)]
        known = classes[0] != FREE
        first = _emotion(classes[0], float(source.rho[own]), rng, silent=False)
        second = _emotion(classes[1], float(source.rho[wish]), rng)
        return first, second, classes[0] if known else NONE, classes[1], known

    def _pixels(self, source: Portraits, coarse: bool) -> Image:
        return self._small[id(source)] if coarse else source.images


class _Change:
    """How one face and its truth are moved and lit: alike."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.flip = bool(rng.random() < 0.5)
        self._turn = float(rng.uniform(-_TURN, _TURN))
        self._scale = float(rng.uniform(1 - _SCALE, 1 + _SCALE))
        self._shift = rng.uniform(-_SHIFT, _SHIFT, 2)
        levels = np.linspace(0, 1, 256) ** rng.uniform(*_LIGHT)
        self._levels = np.asarray(levels * 255, np.uint8)

    def picture(self, image: Image) -> Image:
        """(S, S) uint8 → the same."""
        side = image.shape[0]
        matrix = cv2.getRotationMatrix2D((side / 2, side / 2), self._turn, self._scale)
        matrix[:, 2] += self._shift * side
        moved = cv2.warpAffine(
            image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        moved = self._levels[moved]
        return np.ascontiguousarray(moved[:, ::-1] if self.flip else moved)


def _emotion(number: int, rho: float, rng: np.random.Generator, silent: bool = True) -> Float32:
    """(7,) the condition of an emotion; of rest, 1 in its place, or now and then nothing."""
    condition = np.zeros(len(EMOTIONS), np.float32)
    if number == NEUTRAL:
        condition[number] = float(not (silent and rng.random() < _SILENT_SHARE))
    elif number < len(EMOTIONS):
        condition[number] = rho
    return condition


def _smaller(images: Image, size: int) -> Image:
    made = [cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA) for image in images]
    return np.stack(made).astype(np.uint8)
