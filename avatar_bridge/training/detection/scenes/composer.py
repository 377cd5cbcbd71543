"""Scene number n of a seed: a function of both and of the material alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from avatar_bridge.errors import ConfigError
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import MIRROR
from avatar_bridge.geometry import face_box
from avatar_bridge.training.datasets.scenes.base import Material
from avatar_bridge.training.detection.scenes.grounds import Grounds
from avatar_bridge.training.detection.scenes.paste import Cut, Place, paste
from avatar_bridge.training.detection.scenes.scene import Scene, five_points
from avatar_bridge.training.detection.scenes.spoil import spoil
from avatar_bridge.training.emotion.canvas import Canvas
from avatar_bridge.training.emotion.occluders import draw_glasses, draw_mask, draw_object
from avatar_bridge.types import Float32, Image

SIZES = ((320, 240), (400, 300), (480, 360), (640, 480))  # width and height in px
_SIZE_CHANCES = (0.45, 0.25, 0.2, 0.1)
_MOSAIC, _EMPTY = 0.22, 0.3  # cumulative chances of a scene's layout; the rest are pasted
_COUNTS = (0, 1, 2, 3, 4, 6, 9)
_COUNT_CHANCES = (0.04, 0.4, 0.2, 0.13, 0.11, 0.08, 0.04)  # sum to 1
_TRIES = 10  # to find a place for a face
_APART = 1.35  # faces keep so many of their sides free around them
_ENLARGED = 2.5  # most by which a tile is blown up
_ROLL, _MOST_ROLL = math.radians(14), math.radians(35)
_OCCLUDERS = (draw_mask, draw_glasses, draw_object)
_OCCLUDED, _CLUTTERED, _LIT_ALIKE = 0.12, 0.35, 0.6  # chances
_SEEN = 0.6  # share of a face's box in the picture below which it is doubtful
_FLAT, _TINY = 4.0, 12.0  # grey levels of spread, px, below which too


@dataclass(frozen=True, slots=True)
class FaceSizes:
    """Sides in pixels of the faces that are composed."""

    smallest: float = 20.0
    largest: float = 300.0


class Composer:
    """Makes scenes of one split's rows.

    Args:
        materials: at least one with faces.
        split: TRAIN or VALIDATION.
        sizes: of the faces.
        seed: of the run.
        shape: height and width of every scene; None for some usual ones.

    Raises:
        ConfigError: the split has no faces.
    """

    def __init__(
        self,
        materials: Sequence[Material],
        split: int,
        sizes: FaceSizes,
        seed: int,
        shape: tuple[int, int] | None = None,
    ) -> None:
        self._faces = [(m, m.rows(split)) for m in materials if len(m.rows(split))]
        self._photographs = [(m, rows) for m, rows in self._faces if m.photographs]
        if not self._faces:
            raise ConfigError("expected material with faces for scenes, got none in this split")
        self._grounds = Grounds([g for m in materials for g in m.grounds.get(split, ())])
        weights = np.array([m.weight for m, _ in self._faces])
        self._shares = weights / weights.sum()
        self._split, self._sizes, self._seed, self._shape = split, sizes, seed, shape

    def __getitem__(self, number: int) -> Scene:
        rng = np.random.default_rng([self._seed, self._split, number])
        shape = self._shape or SIZES[rng.choice(len(SIZES), p=_SIZE_CHANCES)][::-1]
        layout = rng.random()
        if layout < _MOSAIC and self._photographs:
            canvas, truths = self._mosaic(rng, *shape)
        else:
            canvas = self._grounds.draw(rng, *shape)
            if rng.random() < _CLUTTERED:
                self._grounds.clutter(rng, canvas)
            empty = layout < _EMPTY
            count = 0 if empty else int(rng.choice(_COUNTS, p=_COUNT_CHANCES))
            truths = self._people(rng, canvas, count)
        return _scene(spoil(rng, canvas), truths)

    def _mosaic(
        self, rng: np.random.Generator, height: int, width: int
    ) -> tuple[Float32, list[tuple[Float32, Float32]]]:
        """Photographs as they are, side by side, and something else between them."""
        canvas = np.empty((height, width), np.float32)
        truths = []
        side = int(np.exp(rng.uniform(np.log(40), np.log(min(height, 1.3 * width, 400)))))
        shift_x, shift_y = (int(v) for v in rng.integers(0, max(side // 3, 1), 2))
        for y in range(-shift_y, height, side):
            for x in range(-shift_x, width, side):
                part = canvas[max(y, 0) : y + side, max(x, 0) : x + side]
                up, left = max(-y, 0), max(-x, 0)
                if rng.random() < 0.2:
                    cell = self._grounds.patch(rng, side)
                else:
                    material, rows = self._photographs[rng.integers(len(self._photographs))]
                    row = int(rng.choice(rows))
                    tile, points = _mirrored(rng, material.tiles[row], material.points[row])
                    how = cv2.INTER_AREA if side < len(tile) else cv2.INTER_LINEAR
                    cell = np.asarray(cv2.resize(tile, (side, side), interpolation=how), np.uint8)
                    moved = points * (side / len(tile)) + np.array((x, y), np.float32)
                    truths.append((moved, material.emotions[row]))
                part[:] = cell[up : up + part.shape[0], left : left + part.shape[1]]
        return canvas, truths

    def _people(
        self, rng: np.random.Generator, canvas: Float32, count: int
    ) -> list[tuple[Float32, Float32]]:
        """Paste faces and, among them, things in the same outlines that are none."""
        height, width = canvas.shape
        decoys = int(rng.poisson(1.2))
        kinds = rng.permutation([True] * count + [False] * decoys)
        most = min(self._sizes.largest, 0.95 * min(height, width))
        crowd = most / math.sqrt(max(count, 1))
        truths: list[tuple[Float32, Float32]] = []
        taken: list[tuple[float, float, float]] = []  # x, y and side
        for real in kinds:
            material, rows = self._faces[rng.choice(len(self._faces), p=self._shares)]
            row = int(rng.choice(rows))
            tile, points = material.tiles[row], material.points[row]
            box = face_box(points)[0]
            largest = min(crowd, _ENLARGED * float(box[2] - box[0]))
            smallest = min(self._sizes.smallest, largest)
            for _ in range(_TRIES):
                side = math.exp(rng.uniform(math.log(smallest), math.log(largest)))
                inner = side * rng.choice([0.5, 0.2], p=[0.8, 0.2])  # some are cut by the edge
                x = rng.uniform(inner, max(width - inner, inner + 1))
                y = rng.uniform(inner, max(height - inner, inner + 1))
                if all(max(abs(x - a), abs(y - b)) > _APART * (side + s) / 2 for a, b, s in taken):
                    break
            else:
                continue
            taken.append((x, y, side))
            roll = float(np.clip(rng.normal(0, _ROLL), -_MOST_ROLL, _MOST_ROLL))
            cut: Cut = rng.choice(["head", "bust", "tile"], p=[0.45, 0.35, 0.2])
            match = float(rng.uniform(0, 0.7)) if rng.random() < _LIT_ALIKE else 0.0
            if real:
                tile, points = _mirrored(rng, tile, points)
                tile = _occluded(rng, tile, points)
                place = Place(x, y, side, roll)
                moved = paste(rng, canvas, tile, points, place, cut, match)
                truths.append((moved, material.emotions[row]))
            else:
                tile, turn = self._no_face(rng, tile, points)
                place = Place(x, y, side, roll + turn)
                paste(rng, canvas, tile, points, place, cut, match)
        return truths

    def _no_face(
        self, rng: np.random.Generator, tile: Image, points: Float32
    ) -> tuple[Image, float]:
        """Something of the tile's size that shows no upright face, and how it is turned."""
        kind = rng.integers(4)
        side = len(tile)
        if kind == 0:  # upside down
            return tile, math.pi + rng.uniform(-0.7, 0.7)
        if kind == 1:  # a face's parts, each elsewhere
            cells = int(rng.integers(2, 5))
            part = side // cells
            whole = part * cells
            blocks = tile[:whole, :whole].reshape(cells, part, cells, part).swapaxes(1, 2)
            mixed = rng.permutation(blocks.reshape(-1, part, part))
            mixed = mixed.reshape(cells, cells, part, part).swapaxes(1, 2).reshape(whole, whole)
            return np.asarray(cv2.resize(mixed, (side, side)), np.uint8), 0.0
        if kind == 2:  # a small part of a face, much too near
            x, y = points[rng.integers(len(points))].astype(int)
            near = max(side // 6, 4)
            x, y = (int(np.clip(v - near // 2, 0, side - near)) for v in (x, y))
            part_of = tile[y : y + near, x : x + near]
            return np.asarray(cv2.resize(part_of, (side, side)), np.uint8), 0.0
        return self._grounds.patch(rng, side), 0.0


def _mirrored(rng: np.random.Generator, tile: Image, points: Float32) -> tuple[Image, Float32]:
    if rng.random() < 0.5:
        return tile, points
    flipped = points[list(MIRROR)].copy()
    flipped[:, 0] = len(tile) - flipped[:, 0]
    return np.ascontiguousarray(tile[:, ::-1]), flipped


def _occluded(rng: np.random.Generator, tile: Image, points: Float32) -> Image:
    """The tile, sometimes with something before the face."""
    if rng.random() >= _OCCLUDED:
        return tile
    layer = _OCCLUDERS[rng.integers(len(_OCCLUDERS))](Canvas.on(tile, points), rng)
    return np.asarray(np.clip(tile + layer.cover * (layer.shade - tile), 0, 255), np.uint8)


def _scene(image: Image, truths: Sequence[tuple[Float32, Float32]]) -> Scene:
    height, width = image.shape
    boxes = np.array([face_box(points)[0] for points, _ in truths], np.float32).reshape(-1, 4)
    seen = np.clip(boxes, 0, (width, height, width, height))
    sides = boxes[:, 2] - boxes[:, 0]
    shares = np.prod(seen[:, 2:] - seen[:, :2], axis=1) / np.maximum(sides**2, 1e-6)
    inside = shares > 0
    spreads = np.array([
        image[int(y0) : int(y1) + 1, int(x0) : int(x1) + 1].std() if here else 0.0
        for (x0, y0, x1, y1), here in zip(seen, inside, strict=True)
    ])  # fmt: skip
    doubtful = (shares < _SEEN) | (sides < _TINY) | (spreads < _FLAT)
    points = np.array([five_points(points) for points, _ in truths], np.float32)
    emotions = np.array([shares for _, shares in truths], np.float32)
    return Scene(
        image=image,
        boxes=boxes[inside],
        points=points.reshape(-1, 5, 2)[inside],
        emotions=emotions.reshape(-1, len(EMOTIONS))[inside],
        doubtful=doubtful[inside],
    )
