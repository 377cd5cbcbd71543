"""Everything that is asked of one painter."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from avatar_bridge.facs.emotions import EMOTION_INDEX, EMOTIONS
from avatar_bridge.training.suite.generation.faces import Pair, Sitter
from avatar_bridge.training.suite.generation.figures import (
    cosine,
    frechet,
    psnr,
    rank_correlation,
    ssim,
)
from avatar_bridge.training.suite.generation.judges import Judges, shape_change
from avatar_bridge.training.suite.generation.painter import (
    Painter,
    Palette,
    Sitting,
    of_truth,
)
from avatar_bridge.types import Float32, Image

INTENSITIES = (0.0, 0.25, 0.5, 0.75, 1.0)
_TIMED = 40  # runs


@dataclass(slots=True)
class Tally:
    """What was seen of one painter on one set of faces; a list has one entry a picture.

    Attributes:
        hits: whether the emotion net reads the expression that was asked for, at full intensity.
        second: the same of the face net.
        order: Spearman's rho of the intensity against the emotion net's score of the target.
        again_psnr, again_ssim: of the way to the expression and back, against the source.
        shape: see `judges.shape_change`.
        likeness: cosine of features that know of no expression, against the source.
        spilt: largest change outside the face's mask, grey levels.
        features: of the pictures at full intensity.
    """

    hits: list[bool] = field(default_factory=list)
    second: list[bool] = field(default_factory=list)
    order: list[float] = field(default_factory=list)
    again_psnr: list[float] = field(default_factory=list)
    again_ssim: list[float] = field(default_factory=list)
    shape: list[float] = field(default_factory=list)
    likeness: list[float] = field(default_factory=list)
    spilt: list[int] = field(default_factory=list)
    features: list[Float32] = field(default_factory=list)

    def distance(self, real: Sequence[Float32]) -> float:
        """FD-FER to features of real faces with the expressions that the painter shows."""
        return frechet(np.stack(self.features), np.stack(real))


def measure_sitter(
    painter: Painter, sitter: Sitter, judges: Judges, palette: Palette, tally: Tally
) -> None:
    """Paint a face at rest as every emotion at every intensity, and back."""
    sitting = Sitting(sitter, painter.spec)
    before = judges.read(sitter.image, sitter.landmarks).landmarks
    likeness = judges.likeness(sitter.image, sitter.landmarks)
    outside = sitting.outside()

    def show(emotion: str, rho: float) -> tuple[Image, Image, Float32]:
        """The plane, the whole picture, and what is read in it."""
        made = painter.paint(sitting.plane, palette.of(emotion, rho))
        image = sitting.finish(made)
        spilt = np.abs(image.astype(int) - sitter.image)[outside]
        tally.spilt.append(int(spilt.max(initial=0)))
        return made.plane, image, judges.emotions(image, sitter.landmarks).probabilities

    _, _, at_rest = show(painter.emotions[0], INTENSITIES[0])  # nothing of any of them
    for emotion in painter.emotions:
        index = EMOTION_INDEX[emotion]
        scores = [float(at_rest[index])]
        for rho in INTENSITIES[1:]:
            plane, image, said = show(emotion, rho)
            scores.append(float(said[index]))
        tally.order.append(rank_correlation(np.array(INTENSITIES), np.array(scores)))
        # What follows is of full intensity, the last one.
        tally.hits.append(EMOTIONS[int(said.argmax())] == emotion)
        after = judges.read(image, sitter.landmarks)
        tally.second.append(EMOTIONS[int(after.emotions.probabilities.argmax())] == emotion)
        tally.shape.append(shape_change(before, after.landmarks))
        tally.likeness.append(cosine(likeness, judges.likeness(image, sitter.landmarks)))
        tally.features.append(judges.features(image, sitter.landmarks))
        again = painter.paint(plane, palette.of(sitter.emotion, 1.0)).plane
        tally.again_psnr.append(psnr(again, sitting.plane))
        tally.again_ssim.append(ssim(again, sitting.plane))


def measure_pairs(painter: Painter, pairs: Sequence[Pair]) -> tuple[float, float]:
    """Mean PSNR and SSIM of what is painted against the drawn truth; NaN where it shows none."""
    figures = []
    for pair in pairs:
        if pair.emotion in painter.emotions:
            made = painter.paint(pair.rest, of_truth(pair.emotion, pair.rho, pair.weights)).plane
            figures.append((psnr(made, pair.truth), ssim(made, pair.truth)))
    if not figures:
        return float("nan"), float("nan")
    first, second = np.array(figures).mean(axis=0)
    return float(first), float(second)


def measure_time(painter: Painter, palette: Palette, runs: int = _TIMED) -> float:
    """Median milliseconds of one picture."""
    plane: Image = np.full((painter.spec.size, painter.spec.size), 128, np.uint8)
    expression = palette.of(painter.emotions[0], 1.0)
    painter.paint(plane, expression)
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        painter.paint(plane, expression)
        times.append(time.perf_counter() - started)
    return float(np.median(times)) * 1000
