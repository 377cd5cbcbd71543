"""Batches of faces: crops and everything known about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from avatar_bridge.facs.action_units import ACTION_UNIT_INDEX, mirrored
from avatar_bridge.facs.emotions import EMOTIONS
from avatar_bridge.facs.landmarks import MIRROR, POINTS
from avatar_bridge.geometry import cut, transform_points
from avatar_bridge.training.datasets.augment import Augment, place_crop
from avatar_bridge.training.datasets.negatives import negative
from avatar_bridge.training.datasets.source import TRAIN, FaceSource
from avatar_bridge.training.synthetic.eyes import DOWN_RANGE, UP_RANGE, YAW_RANGE
from avatar_bridge.types import Float32, Image


class FaceBatch(TypedDict):
    """One batch; NaN is unknown.

    image (B, 1, S, S) uint8 · presence (B, 1) 0 or 1 · landmarks (B, 70, 2) in crop sides ·
    action_units (B, K) in [0, 1] · emotions (B, 7) shares · gaze (B, 2, 2) radians as
    `types.Gaze` · trust, emotion_trust (B,) weights · exact (B,) 1 where the units are the truth.
    """

    image: Tensor
    presence: Tensor
    landmarks: Tensor
    action_units: Tensor
    emotions: Tensor
    gaze: Tensor
    trust: Tensor
    emotion_trust: Tensor
    exact: Tensor


@dataclass(frozen=True, slots=True)
class CropSpec:
    """Which square a net looks at: its margin in face boxes and its side in pixels."""

    margin: float
    size: int


def mirror_units(names: Sequence[str]) -> NDArray[np.int64]:
    """(K,) index of the node that takes each node's place in a mirror.

    Raises:
        ValueError: a node without its partner.
    """
    names = list(names)
    for name in names:
        if mirrored(name) not in names:
            raise ValueError(f"expected {mirrored(name)} beside {name}, got {names}")
    return np.array([names.index(mirrored(name)) for name in names], np.int64)


def look_columns(names: Sequence[str]) -> NDArray[np.int64] | None:
    """(2, 4) columns of each eye's looks to the subject's left and right, up and down.

    None where the names are not all there.
    """
    wanted = [[f"AU{code}{side}" for code in (61, 62, 63, 64)] for side in "LR"]
    if any(name not in names for eye in wanted for name in eye):
        return None
    return np.array([[list(names).index(name) for name in eye] for eye in wanted], np.int64)


def gaze_of_units(units: Float32, looks: NDArray[np.int64] | None) -> Float32:
    """Gaze (N, 2, 2) in radians that the looks among (N, K) units mean; NaN where unknown."""
    if looks is None:
        return np.full((len(units), 2, 2), np.nan, np.float32)
    left, right, up, down = np.moveaxis(units[:, looks], 2, 0)  # (N, 2) each
    yaw, pitch = (left - right) * YAW_RANGE, up * UP_RANGE - down * DOWN_RANGE
    return np.stack([yaw, pitch], axis=2).astype(np.float32)


def warp_face(
    crop: Image, points: Float32, matrix: Float32, size: int, mirror: bool
) -> tuple[Image, Float32]:
    """Cut a net's crop out of a cached one.

    Args:
        crop: (160, 160) uint8.
        points: (70, 2) in its pixels.
        matrix: (2, 3) map from pixels of the net's crop to it; flips if `mirror`.
        size: side of the net's crop in pixels.
        mirror: whether the points change places with their mirror images.

    Returns:
        The (size, size) crop and the (70, 2) points in sides of it.
    """
    to_crop = np.asarray(cv2.invertAffineTransform(matrix), np.float32)
    moved = transform_points(to_crop, points) / np.float32(size)
    if mirror:
        moved = moved[list(MIRROR)]
    return cut(crop, matrix, size), moved


class FaceStream(Dataset[FaceBatch]):
    """An endless stream of augmented training batches.

    Batch number n is a function of the seed and n alone: a run that is killed and resumed, or
    read by another number of workers, sees the same pictures.

    Args:
        sources: sets of faces; only their training rows are read.
        action_units: (K,) node names of the net.
        spec: the crop.
        augment: strength of the changes.
        batch: pictures in a batch.
        negatives: share of pictures without a face.
        steps: number of batches.
        seed: of everything random.
        twins: how many pictures at the end of a batch show the faces at its start once more,
            mirrored, changed anew and, where a set knows it, a moment later: what the net says
            of both should differ as the truth does.
    """

    def __init__(
        self,
        sources: Sequence[FaceSource],
        action_units: Sequence[str],
        spec: CropSpec,
        augment: Augment,
        batch: int,
        negatives: float,
        steps: int,
        seed: int,
        twins: int = 0,
    ) -> None:
        self._sources = tuple(sources)
        weights = np.array([source.weight for source in sources])
        self._shares = weights / weights.sum()
        self._columns = np.array([ACTION_UNIT_INDEX[name] for name in action_units])
        self._mirror = mirror_units(action_units)
        self._spec, self._augment = spec, augment
        self._batch, self._negatives = batch, negatives
        self._steps, self._seed, self._twins = steps, seed, twins
        self._looks = look_columns(action_units)
        self._backgrounds = np.concatenate([source.backgrounds for source in sources])

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, step: int) -> FaceBatch:
        rng = np.random.default_rng([self._seed, step])
        sources = [source.at(step) for source in self._sources]
        taught = [source.rows(TRAIN) for source in sources]
        size, count = self._spec.size, self._batch
        images = np.empty((count, 1, size, size), np.uint8)
        presence = np.zeros((count, 1), np.float32)
        points = np.full((count, POINTS, 2), np.nan, np.float32)
        units = np.full((count, len(self._columns)), np.nan, np.float32)
        emotions = np.full((count, len(EMOTIONS)), np.nan, np.float32)
        trust, exact = np.zeros((2, count), np.float32), np.zeros(count, np.float32)
        chosen = rng.choice(len(sources), count, p=self._shares)
        sizes = [len(taught[which]) for which in chosen]
        picked = rng.integers(sizes)
        rows = np.array([taught[w][n] for w, n in zip(chosen, picked, strict=True)])
        empty = rng.random(count) < self._negatives
        flipped = rng.random(count) < self._augment.mirror
        if self._twins:
            first, last = slice(0, self._twins), slice(count - self._twins, count)
            for values in (chosen, rows, empty):
                values[last] = values[first]
            flipped[last] = ~flipped[first]
            rows[last] += [
                sources[w].moments[r] for w, r in zip(chosen[last], rows[last], strict=True)
            ]
        for place, which in enumerate(chosen):
            source, row = sources[which], rows[place]
            if empty[place]:
                image = negative(rng, source.crops[row], self._backgrounds, self._spec.margin, size)
                images[place, 0] = self._augment.paint(rng, image)
                continue
            mirror = bool(flipped[place])
            matrix = self._augment.place(rng, self._spec.margin, size, mirror)
            image, points[place] = warp_face(
                source.crops[row], source.points[row], matrix, size, mirror
            )
            images[place, 0] = self._augment.paint(rng, image)
            known = source.units[row, self._columns]
            units[place] = known[self._mirror] if mirror else known
            emotions[place] = source.emotions[row]
            presence[place] = 1.0
            trust[:, place] = source.trust, source.emotion_trust
            exact[place] = source.exact
        return FaceBatch(
            image=torch.from_numpy(images),
            presence=torch.from_numpy(presence),
            landmarks=torch.from_numpy(points),
            action_units=torch.from_numpy(units),
            emotions=torch.from_numpy(emotions),
            gaze=torch.from_numpy(gaze_of_units(units, self._looks)),
            trust=torch.from_numpy(trust[0]),
            emotion_trust=torch.from_numpy(trust[1]),
            exact=torch.from_numpy(exact),
        )


def plain_crops(
    source: FaceSource, rows: NDArray[np.int64], spec: CropSpec
) -> tuple[Image, Float32]:
    """Centred crops (N, S, S) uint8 of some rows and their points (N, 70, 2) in crop sides."""
    matrix = place_crop(np.zeros(2, np.float32), 1.0, 0.0, spec.margin, spec.size, mirror=False)
    images = np.empty((len(rows), spec.size, spec.size), np.uint8)
    points = np.empty((len(rows), POINTS, 2), np.float32)
    for place, row in enumerate(rows):
        images[place], points[place] = warp_face(
            source.crops[row], source.points[row], matrix, spec.size, mirror=False
        )
    return images, points
